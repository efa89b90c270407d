// SPDX-License-Identifier: Apache-2.0
import { decode } from "@sotto/codec";
import type { ReadCtx } from "@sotto/kernel";
import { coversCoins, formatCoins } from "@sotto/math/coins";
import {
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import { coinsOf } from "./account.ts";
import type { VestingKeeper } from "./keeper.ts";

const SCHEMAS = new Map(
  [
    ContinuousVestingAccountSchema,
    DelayedVestingAccountSchema,
    PeriodicVestingAccountSchema,
    PermanentLockedAccountSchema,
  ].map((schema) => [`/${schema.typeName}`, schema]),
);

export const invariants = {
  /** An account never counts more vesting coins as delegated than it was made with. */
  "delegated-vesting"(vesting: VestingKeeper, ctx: ReadCtx): string | undefined {
    for (const { typeUrl, value } of vesting.accounts(ctx)) {
      const schema = SCHEMAS.get(typeUrl);
      const account = schema === undefined ? undefined : decode(schema, value).baseVestingAccount;
      if (account === undefined) continue;
      const [original, delegated] = [coinsOf(account.originalVesting), coinsOf(account.delegatedVesting)];
      if (coversCoins(original, delegated)) continue;
      return `${account.baseAccount?.address} delegates ${formatCoins(delegated)} of ${formatCoins(original)}`;
    }
    return undefined;
  },
};
