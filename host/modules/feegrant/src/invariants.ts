// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import type { ReadCtx } from "@sotto/kernel";
import { expirationOf, hasValidLimits, openAllowance } from "./allowance.ts";
import type { FeegrantKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const invariants = {
  /** Every grant has an allowance with valid limits, under the addresses that it names. */
  grants(_feegrant: FeegrantKeeper, ctx: ReadCtx): string | undefined {
    for (const [[grantee, granter], grant] of state.grants.entries(ctx)) {
      const pair = `the allowance of ${formatAddress(granter)} for ${formatAddress(grantee)}`;
      if (grant.granter !== formatAddress(granter) || grant.grantee !== formatAddress(grantee))
        return `${pair} names ${grant.granter} and ${grant.grantee}`;
      const allowance = openAllowance(grant.allowance);
      if (allowance === undefined || !hasValidLimits(allowance)) return `${pair} has no valid limit`;
    }
    return undefined;
  },

  /**
   * Every allowance that expires is in the queue. A row of the queue may be without an allowance.
   */
  queue(_feegrant: FeegrantKeeper, ctx: ReadCtx): string | undefined {
    for (const [[grantee, granter], grant] of state.grants.entries(ctx)) {
      const allowance = openAllowance(grant.allowance);
      const expiration = allowance === undefined ? undefined : expirationOf(allowance);
      if (expiration !== undefined && !state.queue.has(ctx, [expiration, grantee, granter]))
        return `the allowance of ${grant.granter} for ${grant.grantee} expires and is not in the queue`;
    }
    return undefined;
  },
};
