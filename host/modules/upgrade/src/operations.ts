// SPDX-License-Identifier: Apache-2.0
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  signedBy,
} from "@sotto/kernel/simulation";
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

/** A chain stops at a due plan without its program, so that plans are far away, or in the past. */
export const governed: readonly GovernedOperation[] = [
  {
    name: "plan",
    weight: 5,
    make({ random, ctx }) {
      const height = BigInt(random.below(4) === 0 ? 1 : ctx.block.height + 100_000 + random.below(1000));
      const info = `MREnclaveHash:${"11".repeat(32)}`;
      return packed(MsgSoftwareUpgradeSchema, { authority: governance, plan: { name: "next", height, info } });
    },
  },
  { name: "cancel", weight: 3, make: () => packed(MsgCancelUpgradeSchema, { authority: governance }) },
];
