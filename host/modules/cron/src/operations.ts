// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy } from "@sotto/kernel/simulation";
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
