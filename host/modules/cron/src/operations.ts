// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
import { MsgAddScheduleSchema, MsgRemoveScheduleSchema, MsgUpdateParamsSchema } from "@sotto/proto/secret.cron";

/** Refused: only governance may send them. */
export const operations: readonly Operation[] = [
  {
    name: "add-schedule",
    weight: 1,
    make: ({ random, turn }) =>
      signedBy(turn, MsgAddScheduleSchema, {
        authority: turn.address,
        name: random.pick(["", "hourly"]),
        period: BigInt(random.below(3)),
        msgs: [{ contract: turn.address, msg: `${"0".repeat(64)}{}` }],
      }),
  },
  {
    name: "remove-schedule",
    weight: 1,
    make: ({ turn }) => signedBy(turn, MsgRemoveScheduleSchema, { authority: turn.address, name: "hourly" }),
  },
  {
    name: "update-params",
    weight: 1,
    make: ({ random, turn }) =>
      signedBy(turn, MsgUpdateParamsSchema, { authority: turn.address, params: { limit: BigInt(random.below(2)) } }),
  },
];

const NAMES = ["hourly", "nightly"];

export const governed: readonly GovernedOperation[] = [
  {
    name: "add-schedule",
    weight: 3,
    // The call of an address without a contract fails alone, in each block in which it is due.
    make: ({ random, accounts }) =>
      packed(MsgAddScheduleSchema, {
        authority: governance,
        name: random.pick(NAMES),
        period: BigInt(3 + random.below(20)),
        msgs: [{ contract: random.pick(accounts).address, msg: `${"0".repeat(64)}{}` }],
      }),
  },
  {
    name: "remove-schedule",
    weight: 2,
    make: ({ random }) => packed(MsgRemoveScheduleSchema, { authority: governance, name: random.pick(NAMES) }),
  },
  {
    name: "update-params",
    weight: 2,
    make: ({ random }) =>
      packed(MsgUpdateParamsSchema, { authority: governance, params: { limit: BigInt(random.below(5)) } }),
  },
];
