// SPDX-License-Identifier: Apache-2.0
import { getAddress } from "@sotto/address";
import type { HookCtx, VoteInfo, WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import {
  addDecCoins,
  type DecCoins,
  decCoinsOf,
  formatDecCoins,
  mulDecCoins,
  mulDecCoinsTruncate,
  noDecCoins,
  truncateDecCoins,
} from "@sotto/math/coins";
import { commissionAllocated, rewardsAllocated } from "./events.ts";
import type { DistributionNeeds, Validator } from "./needs.ts";
import type { DistributionParams } from "./params.ts";
import { minus, rows } from "./rows.ts";

/**
 * Adds coins to the rewards of a validator: its commission first (x/distribution
 * keeper/allocation.go).
 */
export function allocateTo(ctx: WriteCtx, validator: Validator, coins: DecCoins): void {
  const { operator, operatorText, commissionRate } = validator;
  const commission = mulDecCoins(coins, commissionRate);
  const shared = minus(coins, commission);
  ctx.emit(commissionAllocated(formatDecCoins(commission), operatorText));
  rows.setCommission(ctx, operator, addDecCoins(rows.commission(ctx, operator), commission));
  const { rewards, period } = rows.current(ctx, operator);
  rows.setCurrent(ctx, operator, { rewards: addDecCoins(rewards, shared), period });
  ctx.emit(rewardsAllocated(formatDecCoins(coins), operatorText));
  rows.setOutstanding(ctx, operator, addDecCoins(rows.outstanding(ctx, operator), coins));
}

/** The foundation's share of the fees, when it has a tax and an address (the fork's addition). */
function foundationShare(fees: DecCoins, { foundationTax, foundationAddress }: DistributionParams) {
  const address = getAddress(foundationAddress);
  if (foundationTax === 0n || address === undefined) return undefined;
  return { address, coins: mulDecCoinsTruncate(fees, foundationTax) };
}

/** Shares the fees out among validators by their power. Cost: five rows a validator. */
function allocateToAll(needs: DistributionNeeds, ctx: HookCtx, fees: DecCoins, votes: readonly VoteInfo[]): DecCoins {
  const total = dec.fromInt(votes.reduce((sum, { power }) => sum + power, 0n));
  let remaining = fees;
  for (const { address, power } of votes) {
    const validator = needs.mustValidatorByConsensus(ctx, address);
    const reward = mulDecCoinsTruncate(fees, dec.quoTruncate(dec.fromInt(power), total));
    allocateTo(ctx, validator, reward);
    remaining = minus(remaining, reward);
  }
  return remaining;
}

/**
 * Shares the fees and the new coins of the last block out: taxes, then validators by power, and the
 * rest to the community pool. Without powers all goes to the pool. Throws NumberFault for taxes of
 * more than everything.
 */
export function allocate(needs: DistributionNeeds, ctx: HookCtx, readParams: () => DistributionParams): void {
  const { votes } = ctx.block.comet.lastCommit;
  const collected = needs.feeBalances(ctx);
  const fees = decCoinsOf(collected);
  needs.collectFees(ctx, collected);
  const pool = rows.communityPool(ctx);
  if (votes.every(({ power }) => power === 0n)) {
    rows.setCommunityPool(ctx, addDecCoins(pool, fees));
    return;
  }
  const params = readParams();
  const foundation = foundationShare(fees, params);
  const taxes = foundation === undefined ? params.communityTax : dec.add(params.communityTax, params.foundationTax);
  const shared = mulDecCoinsTruncate(fees, dec.sub(dec.one, taxes));
  const taxed = minus(minus(fees, foundation?.coins ?? noDecCoins), shared);
  let rest = addDecCoins(taxed, allocateToAll(needs, ctx, shared, votes));
  if (foundation !== undefined && foundation.coins.length > 0) {
    const { whole, change } = truncateDecCoins(foundation.coins);
    rest = addDecCoins(rest, change);
    needs.pay(ctx, foundation.address, whole);
  }
  rows.setCommunityPool(ctx, addDecCoins(pool, rest));
}
