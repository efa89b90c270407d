// SPDX-License-Identifier: Apache-2.0
import { formatAddress, getAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import type { Frozen, HookCtx, ReadCtx, WriteCtx } from "@sotto/kernel";
import {
  addDecCoins,
  type Coin,
  type Coins,
  type DecCoins,
  decCoinsOf,
  formatCoins,
  subDecCoins,
  truncateDecCoins,
} from "@sotto/math/coins";
import type { Params } from "@sotto/proto/cosmos.distribution.v1beta1";
import { allocate, allocateTo } from "./allocation.ts";
import { DistributionError } from "./errors.ts";
import { commissionWithdrawn, withdrawAddressSet } from "./events.ts";
import type { DistributionNeeds, Validator } from "./needs.ts";
import { defaultParams, paramsFault, readParams } from "./params.ts";
import { createRestakes } from "./restake.ts";
import { delegationRewards } from "./rewards.ts";
import { minus, rows } from "./rows.ts";
import { createStakingHooks } from "./stakingHooks.ts";
import { state } from "./state.ts";

export type DistributionKeeper = ReturnType<typeof distributionKeeper>;

export function distributionKeeper(needs: DistributionNeeds) {
  const delegations = delegationRewards(needs);
  const params = (ctx: ReadCtx): Frozen<Params> => state.params.get(ctx) ?? defaultParams();
  const decoded = (ctx: ReadCtx) => readParams(params(ctx));

  /**
   * Pays the rewards of a delegation; its next period begins. Returns the coins; one coin of zero
   * instead of no coins. Cost: constant, and one read for each slash since the last withdrawal.
   */
  function withdrawRewards(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): readonly Coin[] {
    const validator = needs.mustValidator(ctx, operator);
    const paid = delegations.withdraw(ctx, validator, needs.mustDelegation(ctx, delegator, operator));
    delegations.initializeDelegation(ctx, operator, delegator);
    return paid;
  }

  const restakes = createRestakes({ needs, params: decoded, withdrawRewards });

  return {
    needs,
    params,
    withdrawRewards,
    restakes,
    stakingHooks: createStakingHooks(needs, delegations),
    rewardsNow: delegations.rewardsNow,
    communityPool: rows.communityPool,

    /**
     * The first fault of parameters (`paramsFault`). A foundation that may not receive coins would
     * stop the chain at the next block, as it does the reference.
     */
    paramsFault(ctx: ReadCtx, given: Frozen<Params>): string | undefined {
      const fault = paramsFault(given);
      const foundation = getAddress(given.secretFoundationAddress);
      if (fault !== undefined || foundation === undefined || !needs.isBlocked(ctx, foundation)) return fault;
      return `invalid parameter for foundation address: ${given.secretFoundationAddress} is not allowed to receive funds`;
    },

    /** Shares out the fees of the last block, then restakes (x/distribution abci.go). */
    beginBlock(ctx: HookCtx): void {
      if (ctx.block.height > 1) allocate(needs, ctx, () => decoded(ctx));
      restakes.run(ctx);
      state.proposer.set(ctx, ctx.block.comet.proposer);
    },

    /** Throws sdk/4 for an account that may not receive, distribution/8 when it is switched off. */
    setWithdrawAddress(ctx: WriteCtx, delegator: Uint8Array, address: Uint8Array): void {
      const text = formatAddress(address);
      if (needs.isBlocked(ctx, address)) {
        throw SdkError.unauthorized(`${text} is not allowed to receive external funds`);
      }
      if (!params(ctx).withdrawAddrEnabled) throw DistributionError.withdrawAddressDisabled();
      ctx.emit(withdrawAddressSet(text));
      state.withdrawAddresses.set(ctx, delegator, address);
    },

    /** Pays the commission of a validator in whole units. Throws distribution/7 without one. */
    withdrawCommission(ctx: WriteCtx, operator: Uint8Array): Coins {
      const commission = rows.commission(ctx, operator);
      if (commission.length === 0) throw DistributionError.noCommission();
      const { whole, change } = truncateDecCoins(commission);
      rows.setCommission(ctx, operator, change);
      rows.setOutstanding(ctx, operator, minus(rows.outstanding(ctx, operator), decCoinsOf(whole)));
      if (whole.length > 0) needs.pay(ctx, rows.withdrawAddress(ctx, operator), whole);
      ctx.emit(commissionWithdrawn(formatCoins(whole)));
      return whole;
    },

    /** Moves coins of an account to the community pool. */
    fundCommunityPool(ctx: WriteCtx, coins: Coins, sender: Uint8Array): void {
      needs.collect(ctx, sender, coins);
      rows.setCommunityPool(ctx, addDecCoins(rows.communityPool(ctx), decCoinsOf(coins)));
    },

    /** Pays coins of the community pool. Throws distribution/9 when it has too few. */
    spendCommunityPool(ctx: WriteCtx, coins: Coins, recipient: Uint8Array): void {
      const rest = subDecCoins(rows.communityPool(ctx), decCoinsOf(coins));
      if (rest === undefined) throw DistributionError.badDistribution();
      needs.pay(ctx, recipient, coins);
      rows.setCommunityPool(ctx, rest);
    },

    /** Adds coins of the account `distribution` to the rewards of a validator. */
    allocateTo: (ctx: WriteCtx, validator: Validator, coins: DecCoins): void => allocateTo(ctx, validator, coins),
  };
}
