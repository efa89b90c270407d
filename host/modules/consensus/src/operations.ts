// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgUpdateParamsSchema } from "@sotto/proto/cosmos.consensus.v1";

/** Refused: only governance may send it. */
export const operations: readonly Operation[] = [
  {
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const block = { maxBytes: BigInt(1 + random.below(1_000_000)), maxGas: BigInt(random.below(3) - 1) };
      return signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, block });
    },
  },
];
