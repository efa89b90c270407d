// SPDX-License-Identifier: Apache-2.0
import type { WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import { addDecCoins, truncateDecCoins } from "@sotto/math/coins";
import type { DistributionNeeds } from "./needs.ts";
import { endPeriod, initializeValidator, recordSlash } from "./periods.ts";
import type { delegationRewards } from "./rewards.ts";
import { minus, rows } from "./rows.ts";
import { state } from "./state.ts";

/**
 * Pays the commission of a validator that is removed. Returns the rest of its outstanding rewards.
 */
function payCommission(needs: DistributionNeeds, ctx: WriteCtx, operator: Uint8Array) {
  const outstanding = rows.outstanding(ctx, operator);
  const commission = rows.commission(ctx, operator);
  if (commission.length === 0) return outstanding;
  const rest = minus(outstanding, commission);
  const { whole, change } = truncateDecCoins(commission);
  rows.setCommunityPool(ctx, addDecCoins(rows.communityPool(ctx), change));
  if (whole.length > 0) needs.pay(ctx, rows.withdrawAddress(ctx, operator), whole);
  return rest;
}

/** The functions that staking calls (x/distribution keeper/hooks.go). */
export const createStakingHooks = (
  needs: DistributionNeeds,
  { initializeDelegation, withdraw }: ReturnType<typeof delegationRewards>,
) => ({
  afterValidatorCreated(ctx: WriteCtx, operator: Uint8Array): void {
    needs.mustValidator(ctx, operator);
    initializeValidator(ctx, operator);
  },
  /** The rest of a validator without delegations is dust: it goes to the community pool. */
  afterValidatorRemoved(ctx: WriteCtx, _consensusAddress: Uint8Array, operator: Uint8Array): void {
    const rest = payCommission(needs, ctx, operator);
    rows.setCommunityPool(ctx, addDecCoins(rows.communityPool(ctx), rest));
    state.outstanding.remove(ctx, operator);
    state.commission.remove(ctx, operator);
    for (const key of state.slashes.keys(ctx, { prefix: [operator] })) state.slashes.remove(ctx, key);
    for (const key of state.historical.keys(ctx, { prefix: [operator] })) state.historical.remove(ctx, key);
    state.current.remove(ctx, operator);
  },
  beforeDelegationCreated(ctx: WriteCtx, _delegator: Uint8Array, operator: Uint8Array): void {
    endPeriod(ctx, needs.mustValidator(ctx, operator));
  },
  beforeDelegationSharesModified(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): void {
    const validator = needs.mustValidator(ctx, operator);
    withdraw(ctx, validator, needs.mustDelegation(ctx, delegator, operator));
  },
  afterDelegationModified: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array): void =>
    initializeDelegation(ctx, operator, delegator),
  beforeValidatorSlashed: (ctx: WriteCtx, operator: Uint8Array, fraction: Dec): void =>
    recordSlash(needs, ctx, operator, fraction),
});
