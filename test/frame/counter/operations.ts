// SPDX-License-Identifier: Apache-2.0
import { type Operation, type SimulatedMessage, signedBy, type World } from "@sotto/kernel/simulation";
import { messageOf } from "./types.ts";

const by = ({ turn }: World, name: string, fields: Record<string, bigint>): SimulatedMessage =>
  signedBy(turn, messageOf(name), { sender: turn.address, ...fields });

export const operations: readonly Operation[] = [
  { name: "add", weight: 6, make: (world) => by(world, "MsgAdd", { amount: BigInt(world.random.below(5)) }) },
  {
    name: "add-later",
    weight: 6,
    make: (world) =>
      by(world, "MsgAddLater", { amount: BigInt(world.random.below(5)), seconds: BigInt(world.random.below(9)) }),
  },
  { name: "divide", weight: 4, make: (world) => by(world, "MsgDivide", { by: BigInt(world.random.below(3)) }) },
];
