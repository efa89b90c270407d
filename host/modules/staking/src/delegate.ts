// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { assert, recoveredPanic, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { mustCoins } from "@sotto/math/coins";
import { StakingError } from "./errors.ts";
import { callHooks } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import { bondedToNotBonded, notBondedToBonded } from "./pool.ts";
import type { Delegation } from "./records.ts";
import { state } from "./state.ts";
import {
  hasInvalidRate,
  type Status,
  sharesFromTokens,
  sharesFromTokensTruncated,
  tokensFromShares,
  type Validator,
} from "./validator.ts";
import {
  addTokens,
  deleteByPower,
  findValidator,
  getParams,
  mustValidator,
  removeShares,
  removeValidator,
  setByPower,
  setValidator,
} from "./validators.ts";

// The accesses and their order are those of x/staking keeper/delegation.go.

/** GetDelegation: one get. */
export const getDelegation = (ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): Delegation | undefined =>
  state.delegations.get(ctx, [delegator, operator]);

export function setDelegation(ctx: WriteCtx, delegation: Delegation): void {
  const { delegator, operator } = delegation;
  state.delegations.set(ctx, [delegator, operator], delegation);
  state.delegationsOfValidator.add(ctx, [operator, delegator]);
}

function removeDelegation({ hooks }: Staking, ctx: WriteCtx, { delegator, operator }: Delegation): void {
  callHooks(hooks, "beforeDelegationRemoved", ctx, delegator, operator);
  state.delegations.remove(ctx, [delegator, operator]);
  state.delegationsOfValidator.remove(ctx, [operator, delegator]);
}

/** jailValidator. Throws staking/7 for a validator in jail. */
export function jailValidator(ctx: WriteCtx, validator: Validator): void {
  if (validator.jailed) {
    throw StakingError.validatorJailed(`cannot jail already jailed validator, validator: ${validator.operatorText}`);
  }
  setValidator(ctx, { ...validator, jailed: true });
  deleteByPower(ctx, validator);
}

/** unjailValidator. */
export function unjailValidator(ctx: WriteCtx, validator: Validator): void {
  assert(validator.jailed, `validator ${validator.operatorText} is not in jail`);
  const free = { ...validator, jailed: false };
  setValidator(ctx, free);
  setByPower(ctx, free);
}

export interface NewDelegation {
  readonly delegator: Uint8Array;
  readonly amount: bigint;
  /** The status that the tokens have. */
  readonly source: Status;
  /** As the caller read it: its row is replaced. */
  readonly validator: Validator;
  /** Whether an account pays; otherwise the tokens are in one of the pools. */
  readonly subtractAccount: boolean;
}

function payTokens(
  staking: Staking,
  ctx: WriteCtx,
  { delegator, amount, source, validator, subtractAccount }: NewDelegation,
): void {
  const { bonded, notBonded } = staking;
  const toBonded = validator.status === "bonded";
  if (subtractAccount) {
    if (source === "bonded") throw recoveredPanic("delegation token source cannot be bonded");
    const { bondDenom } = getParams(ctx);
    (toBonded ? bonded : notBonded).delegate(ctx, delegator, mustCoins([{ denom: bondDenom, amount }]));
    return;
  }
  const fromBonded = source === "bonded";
  if (fromBonded === toBonded) return;
  if (toBonded) notBondedToBonded(staking, ctx, amount);
  else bondedToNotBonded(staking, ctx, amount);
}

/** Delegate. Returns the new shares. */
export function delegate(staking: Staking, ctx: WriteCtx, given: NewDelegation): Dec {
  const { hooks } = staking;
  const { delegator, amount, validator } = given;
  const { operator } = validator;
  if (hasInvalidRate(validator)) throw StakingError.delegatorShareExRateInvalid();
  const found = getDelegation(ctx, delegator, operator);
  callHooks(
    hooks,
    found === undefined ? "beforeDelegationCreated" : "beforeDelegationSharesModified",
    ctx,
    delegator,
    operator,
  );
  payTokens(staking, ctx, given);
  const issued = addTokens(ctx, validator, amount);
  const old = found ?? {
    delegator,
    operator,
    delegatorText: formatAddress(delegator),
    operatorText: validator.operatorText,
    shares: dec.zero,
  };
  setDelegation(ctx, { ...old, shares: dec.add(old.shares, issued) });
  callHooks(hooks, "afterDelegationModified", ctx, delegator, operator);
  return issued;
}

/**
 * The validator from which shares are taken. It goes to jail when its operator keeps less than the
 * minimum that it promised.
 */
function heldBy(ctx: WriteCtx, validator: Validator, { delegator, shares }: Delegation): Validator {
  const { operator, jailed, minSelfDelegation } = validator;
  if (!equals(delegator, operator) || jailed) return validator;
  if (dec.truncateInt(tokensFromShares(validator, shares)) >= minSelfDelegation) return validator;
  jailValidator(ctx, validator);
  return mustValidator(ctx, operator);
}

/** Unbond: takes shares from a delegation. Returns their tokens, which stay in the pool. */
export function unbond(
  staking: Staking,
  ctx: WriteCtx,
  delegator: Uint8Array,
  operator: Uint8Array,
  shares: Dec,
): bigint {
  const { hooks } = staking;
  const found = getDelegation(ctx, delegator, operator);
  if (found === undefined) throw StakingError.noDelegatorForAddress();
  callHooks(hooks, "beforeDelegationSharesModified", ctx, delegator, operator);
  if (found.shares < shares) throw StakingError.notEnoughDelegationShares(dec.format(found.shares));
  const left = { ...found, shares: dec.sub(found.shares, shares) };
  const validator = heldBy(ctx, findValidator(ctx, operator), left);
  if (left.shares === 0n) removeDelegation(staking, ctx, left);
  else {
    setDelegation(ctx, left);
    callHooks(hooks, "afterDelegationModified", ctx, left.delegator, left.operator);
  }
  const { changed, tokens } = removeShares(ctx, validator, shares);
  // Others are removed when their unbonding ends.
  if (changed.shares === 0n && changed.status === "unbonded") removeValidator(staking, ctx, changed.operator);
  return tokens;
}

/**
 * ValidateUnbondAmount: the shares of an amount, at most those of the delegation. Throws staking/3,
 * staking/19, staking/22 and sdk/18.
 */
export function sharesToUnbond(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array, amount: bigint): Dec {
  const validator = findValidator(ctx, operator);
  const delegation = getDelegation(ctx, delegator, operator);
  if (delegation === undefined) throw StakingError.noDelegation();
  const shares = sharesFromTokens(validator, amount);
  if (sharesFromTokensTruncated(validator, amount) > delegation.shares) {
    throw SdkError.invalidRequest("invalid shares amount");
  }
  return dec.min(shares, delegation.shares);
}
