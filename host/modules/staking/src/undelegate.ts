// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { type WriteCtx, ZERO_TIME } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import { addCoins, type Coins, mustCoins, noCoins } from "@sotto/math/coins";
import { delegate, unbond } from "./delegate.ts";
import { StakingError } from "./errors.ts";
import type { Staking } from "./needs.ts";
import { bondedToNotBonded } from "./pool.ts";
import { isComplete } from "./records.ts";
import {
  addRedelegationEntry,
  enqueueRedelegation,
  findRedelegation,
  hasMaxRedelegations,
  isReceiving,
  putRedelegation,
} from "./redelegations.ts";
import {
  addUnbondingEntry,
  enqueueUnbonding,
  findUnbonding,
  hasMaxUnbondings,
  putUnbonding,
  removeUnbondingId,
} from "./unbondings.ts";
import { findValidator, getParams, getValidator } from "./validators.ts";

// The accesses and their order are those of x/staking keeper/delegation.go.

const heightOf = (ctx: WriteCtx): bigint => BigInt(ctx.block.height);

/** Undelegate. Returns the time when the tokens return, in nanoseconds since 1970. */
export function undelegate(staking: Staking, ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array, shares: Dec) {
  const validator = findValidator(ctx, operator);
  if (hasMaxUnbondings(ctx, delegator, operator)) throw StakingError.maxUnbondingDelegationEntries();
  const amount = unbond(staking, ctx, delegator, operator, shares);
  if (validator.status === "bonded") bondedToNotBonded(staking, ctx, amount);
  const completionTime = ctx.block.time + getParams(ctx).unbondingTime;
  const entry = { delegator, operator, creationHeight: heightOf(ctx), completionTime, balance: amount };
  enqueueUnbonding(ctx, addUnbondingEntry(staking, ctx, entry), completionTime);
  return { completionTime, amount };
}

/** CompleteUnbonding: pays the entries that are due. Throws staking/26. */
export function completeUnbonding(
  { notBonded }: Staking,
  ctx: WriteCtx,
  delegator: Uint8Array,
  operator: Uint8Array,
): Coins {
  const unbonding = findUnbonding(ctx, delegator, operator);
  const { bondDenom } = getParams(ctx);
  let paid = noCoins;
  const entries = unbonding.entries.filter((entry) => {
    if (!isComplete(entry, ctx.block.time)) return true;
    removeUnbondingId(ctx, entry.unbondingId);
    if (entry.balance === 0n) return false;
    const coins = mustCoins([{ denom: bondDenom, amount: entry.balance }]);
    notBonded.undelegate(ctx, unbonding.delegator, coins);
    paid = addCoins(paid, coins);
    return false;
  });
  putUnbonding(ctx, { ...unbonding, entries });
  return paid;
}

/**
 * When faults of the source no longer count, and the height from which they count (getBeginInfo).
 * Throws staking/3 when the redelegation removed the source.
 */
function beginOf(ctx: WriteCtx, source: Uint8Array) {
  const validator = getValidator(ctx, source);
  if (validator === undefined) throw StakingError.noValidatorFound();
  const { unbondingTime } = getParams(ctx);
  switch (validator.status) {
    case "bonded":
      return { time: ctx.block.time + unbondingTime, height: heightOf(ctx), isDone: false };
    case "unbonded":
      return { time: ZERO_TIME, height: 0n, isDone: true };
    case "unbonding":
      return { time: validator.unbondingTime, height: validator.unbondingHeight, isDone: false };
  }
}

/**
 * BeginRedelegation. Returns the time when it is complete; Go's zero time when it is so at once.
 */
export function beginRedelegation(
  staking: Staking,
  ctx: WriteCtx,
  key: readonly [delegator: Uint8Array, source: Uint8Array, destination: Uint8Array],
  shares: Dec,
): bigint {
  const [delegator, source, destination] = key;
  if (equals(source, destination)) throw StakingError.selfRedelegation();
  const validator = getValidator(ctx, destination);
  if (validator === undefined) throw StakingError.badRedelegationDst();
  const from = getValidator(ctx, source);
  if (from === undefined) throw StakingError.badRedelegationSrc();
  if (isReceiving(ctx, delegator, source)) throw StakingError.transitiveRedelegation();
  if (hasMaxRedelegations(ctx, key)) throw StakingError.maxRedelegationEntries();
  const amount = unbond(staking, ctx, delegator, source, shares);
  if (amount === 0n) throw StakingError.tinyRedelegationAmount();
  const sharesDst = delegate(staking, ctx, {
    delegator,
    amount,
    source: from.status,
    validator,
    subtractAccount: false,
  });
  const { time, height, isDone } = beginOf(ctx, source);
  if (isDone) return time;
  const entry = { creationHeight: height, completionTime: time, initialBalance: amount, sharesDst };
  enqueueRedelegation(ctx, addRedelegationEntry(staking, ctx, key, entry), time);
  return time;
}

/** CompleteRedelegation: forgets the entries that are due. Throws staking/28. */
export function completeRedelegation(
  ctx: WriteCtx,
  key: readonly [delegator: Uint8Array, source: Uint8Array, destination: Uint8Array],
): Coins {
  const redelegation = findRedelegation(ctx, key);
  const { bondDenom } = getParams(ctx);
  let moved = noCoins;
  const entries = redelegation.entries.filter((entry) => {
    if (!isComplete(entry, ctx.block.time)) return true;
    removeUnbondingId(ctx, entry.unbondingId);
    moved = addCoins(moved, mustCoins([{ denom: bondDenom, amount: entry.initialBalance }]));
    return false;
  });
  putRedelegation(ctx, { ...redelegation, entries });
  return moved;
}
