// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import { ChainError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { NumberFault } from "@sotto/math";
import { addDecCoins, coversCoins, formatCoins, truncateDecCoins } from "@sotto/math/coins";
import type { DistributionKeeper } from "./keeper.ts";
import { rows } from "./rows.ts";
import { state } from "./state.ts";

const nameOf = (operator: Uint8Array): string => formatAddress(operator, prefix.validator);

/** x/distribution keeper/invariants.go. Cost: walks through all validators and delegations. */
export const invariants = {
  /**
   * The account holds the community pool and the outstanding rewards of all validators, or more:
   * users may send coins to it.
   */
  "module-account"({ needs }: DistributionKeeper, ctx: ReadCtx): string | undefined {
    let holdings = rows.communityPool(ctx);
    for (const operator of state.outstanding.keys(ctx))
      holdings = addDecCoins(holdings, rows.outstanding(ctx, operator));
    const { whole } = truncateDecCoins(holdings);
    const held = needs.balances(ctx);
    if (coversCoins(held, whole)) return undefined;
    return `the account has ${formatCoins(held)}, rewards and pool add up to ${formatCoins(whole)}`;
  },

  /** The commission of a validator is a part of its outstanding rewards. */
  "commission-outstanding"(_distribution: DistributionKeeper, ctx: ReadCtx): string | undefined {
    for (const operator of state.commission.keys(ctx)) {
      const { whole: commission } = truncateDecCoins(rows.commission(ctx, operator));
      const { whole: outstanding } = truncateDecCoins(rows.outstanding(ctx, operator));
      if (!coversCoins(outstanding, commission)) {
        return `${nameOf(operator)} has the commission ${formatCoins(commission)} of ${formatCoins(outstanding)}`;
      }
    }
    return undefined;
  },

  /**
   * Rows of history are counted by the rows that need them: one for each validator, delegation and
   * slash.
   */
  "reference-count"({ needs }: DistributionKeeper, ctx: ReadCtx): string | undefined {
    let counted = 0;
    for (const [, { referenceCount }] of state.historical.entries(ctx)) counted += referenceCount;
    const needed = [needs.validators(ctx), needs.delegations(ctx), state.slashes.keys(ctx)].map(
      (all: Iterable<unknown>) => [...all].length,
    );
    const sum = needed.reduce((total, count) => total + count, 0);
    if (sum === counted) return undefined;
    return `the history has ${counted} references; validators, delegations and slashes are ${needed.join(" + ")}`;
  },

  /**
   * Every delegation can withdraw its rewards, one after the other, and every validator its
   * commission.
   */
  "can-withdraw"(distribution: DistributionKeeper, ctx: ReadCtx): string | undefined {
    const { needs } = distribution;
    const scratch = ctx.scratch();
    try {
      for (const { operator } of needs.validators(ctx)) {
        if (rows.commission(scratch, operator).length > 0) distribution.withdrawCommission(scratch, operator);
      }
      for (const { delegator, operator } of needs.delegations(ctx)) {
        distribution.withdrawRewards(scratch, delegator, operator);
      }
      return undefined;
    } catch (thrown) {
      if (thrown instanceof ChainError || thrown instanceof NumberFault) return thrown.message;
      throw thrown;
    }
  },
};
