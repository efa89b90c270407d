// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Dec, dec, NumberFault } from "@sotto/math";
import {
  addDecCoins,
  type Coin,
  type DecCoins,
  formatCoins,
  intersectDecCoins,
  mulDecCoinsTruncate,
  noDecCoins,
  truncateDecCoins,
} from "@sotto/math/coins";
import { DistributionError } from "./errors.ts";
import { rewardsWithdrawn } from "./events.ts";
import type { Delegation, DistributionNeeds, Validator } from "./needs.ts";
import { addReference, before, dropReference, endPeriod } from "./periods.ts";
import { decimal, minus, rows } from "./rows.ts";
import { state } from "./state.ts";

// x/distribution keeper/delegation.go.

/** A withdrawal of nothing shows a coin of zero (the SDK's DefaultBondDenom). */
const BASE_DENOM = "uscrt";
/** The largest difference between two roundings of the same stake. */
const MARGIN = 3n;

/** A span of periods in which a stake did not change. */
interface Span {
  readonly from: bigint;
  readonly to: bigint;
  readonly stake: Dec;
}

/** Throws NumberFault for values that a valid state does not have, where the SDK panics. */
function rewardsOf(ctx: ReadCtx, operator: Uint8Array, { from, to, stake }: Span): DecCoins {
  if (from > to) throw new NumberFault("startingPeriod cannot be greater than endingPeriod");
  if (stake < 0n) throw new NumberFault("stake should not be negative");
  const starting = rows.historical(ctx, operator, from);
  const ending = rows.historical(ctx, operator, to);
  return mulDecCoinsTruncate(minus(ending.ratio, starting.ratio), stake);
}

/**
 * A computed stake that is slightly above the current one, by roundings of slashes, is the current
 * one.
 */
function withinStake(stake: Dec, current: Dec, delegator: Uint8Array): Dec {
  if (stake <= current) return stake;
  if (stake <= dec.add(current, dec.fromAtoms(MARGIN))) return current;
  const name = formatAddress(delegator);
  throw new NumberFault(
    `calculated final stake for delegator ${name} greater than current stake\n\tfinal stake:\t${dec.format(stake)}\n\tcurrent stake:\t${dec.format(current)}`,
  );
}

export function delegationRewards(needs: DistributionNeeds) {
  /** Writes the beginning of a delegation, after its last period has ended. */
  function initializeDelegation(ctx: WriteCtx, operator: Uint8Array, delegator: Uint8Array): void {
    const period = before(rows.current(ctx, operator).period);
    addReference(ctx, operator, period);
    const validator = needs.mustValidator(ctx, operator);
    const { shares } = needs.mustDelegation(ctx, delegator, operator);
    const stake = needs.tokensFromSharesTruncated(validator, shares);
    rows.setStarting(ctx, operator, delegator, { period, stake, height: BigInt(ctx.block.height) });
  }

  /** The rewards of a delegation until the end of a period. Cost: one read for each slash. */
  function calculate(ctx: ReadCtx, validator: Validator, delegation: Delegation, endingPeriod: bigint): DecCoins {
    const { delegator, operator } = delegation;
    const info = rows.starting(ctx, operator, delegator);
    const height = BigInt(ctx.block.height);
    if (info.height === height) return noDecCoins;
    let { period, stake } = info;
    let rewards = noDecCoins;
    if (height > info.height) {
      const range = { from: [operator, info.height], before: [operator, height + 1n] } as const;
      for (const [, { validatorPeriod, fraction }] of state.slashes.entries(ctx, range)) {
        if (validatorPeriod <= period) continue;
        const span = { from: period, to: validatorPeriod, stake };
        rewards = addDecCoins(rewards, rewardsOf(ctx, operator, span));
        stake = dec.mulTruncate(stake, dec.sub(dec.one, decimal(fraction)));
        period = validatorPeriod;
      }
    }
    stake = withinStake(stake, needs.tokensFromShares(validator, delegation.shares), delegator);
    return addDecCoins(rewards, rewardsOf(ctx, operator, { from: period, to: endingPeriod, stake }));
  }

  /**
   * Pays the rewards of a delegation and removes its beginning. Returns the coins; one coin of zero
   * instead of no coins. Throws distribution/5 for a delegation without a beginning.
   */
  function withdraw(ctx: WriteCtx, validator: Validator, delegation: Delegation): readonly Coin[] {
    const { delegator, operator } = delegation;
    if (!state.starting.has(ctx, [operator, delegator])) throw DistributionError.noDelegationInfo();
    const period = endPeriod(ctx, validator);
    const owed = calculate(ctx, validator, delegation, period);
    const outstanding = rows.outstanding(ctx, operator);
    // Roundings may differ in the last digits.
    const rewards = intersectDecCoins(owed, outstanding);
    const { whole, change } = truncateDecCoins(rewards);
    if (whole.length > 0) needs.pay(ctx, rows.withdrawAddress(ctx, delegator), whole);
    rows.setOutstanding(ctx, operator, minus(outstanding, rewards));
    rows.setCommunityPool(ctx, addDecCoins(rows.communityPool(ctx), change));
    dropReference(ctx, operator, rows.starting(ctx, operator, delegator).period);
    state.starting.remove(ctx, [operator, delegator]);
    const paid: readonly Coin[] = whole.length > 0 ? whole : [{ denom: BASE_DENOM, amount: 0n }];
    ctx.emit(rewardsWithdrawn(formatCoins(paid), validator.operatorText, formatAddress(delegator)));
    return paid;
  }

  return {
    initializeDelegation,
    withdraw,
    /** The rewards that a delegation could withdraw now, with the gas of the SDK's query. */
    rewardsNow: (ctx: WriteCtx, validator: Validator, delegation: Delegation): DecCoins =>
      calculate(ctx, validator, delegation, endPeriod(ctx, validator)),
  };
}
