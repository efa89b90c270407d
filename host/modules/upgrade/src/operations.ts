// SPDX-License-Identifier: Apache-2.0
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgCancelUpgradeSchema, MsgSoftwareUpgradeSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";

/** Refused: only governance may send them. */
export const operations: readonly Operation[] = [
  {
    name: "plan",
    weight: 1,
    make({ random, turn, ctx }) {
      const authority = turn.address;
      if (random.below(2) === 0) return signedBy(turn, MsgCancelUpgradeSchema, { authority });
      const height = BigInt(ctx.block.height + random.below(100));
      return signedBy(turn, MsgSoftwareUpgradeSchema, { authority, plan: { name: "next", height } });
    },
  },
];
