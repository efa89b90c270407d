// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { equals, toHex } from "@sotto/bytes";
import { recoveredPanic } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import { ValAddressesSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { mustOperator } from "./addresses.ts";
import { StakingError } from "./errors.ts";
import { callHooks, ignoringErrors } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import { NO_PARAMS, type Params } from "./params.ts";
import { state } from "./state.ts";
import { potentialPower, type Validator, withoutShares, withoutTokens, withTokens } from "./validator.ts";

// The accesses and their order are those of x/staking keeper/validator.go.

/** GetParams: one get. */
export const getParams = (ctx: ReadCtx): Params => state.params.get(ctx) ?? NO_PARAMS;

/** GetValidator: one get. */
export const getValidator = (ctx: ReadCtx, operator: Uint8Array): Validator | undefined =>
  state.validators.get(ctx, operator);

/** Throws staking/3. */
export function findValidator(ctx: ReadCtx, operator: Uint8Array): Validator {
  const found = getValidator(ctx, operator);
  if (found === undefined) throw StakingError.noValidatorFound();
  return found;
}

/** For validators that other rows name: without one, the SDK panics. */
export function mustValidator(ctx: ReadCtx, operator: Uint8Array): Validator {
  const found = getValidator(ctx, operator);
  if (found === undefined) {
    throw recoveredPanic(`validator record not found for address: ${toHex(operator).toUpperCase()}`);
  }
  return found;
}

/** GetValidatorByConsAddr: two gets. */
export function validatorByConsensus(ctx: ReadCtx, consensusAddress: Uint8Array): Validator | undefined {
  const operator = state.byConsensus.get(ctx, consensusAddress);
  return operator === undefined ? undefined : getValidator(ctx, operator);
}

export const setValidator = (ctx: WriteCtx, validator: Validator): void =>
  state.validators.set(ctx, validator.operator, validator);

export const setByConsensus = (ctx: WriteCtx, { consensusAddress, operator }: Validator): void =>
  state.byConsensus.set(ctx, consensusAddress, operator);

const powerKey = (validator: Validator) => [potentialPower(validator), validator.operator] as const;

export const setNewByPower = (ctx: WriteCtx, validator: Validator): void =>
  state.byPower.set(ctx, powerKey(validator), validator.operator);

/** Jailed validators are not in the index. */
export function setByPower(ctx: WriteCtx, validator: Validator): void {
  if (!validator.jailed) setNewByPower(ctx, validator);
}

export const deleteByPower = (ctx: WriteCtx, validator: Validator): void =>
  state.byPower.remove(ctx, powerKey(validator));

function replace(ctx: WriteCtx, old: Validator, changed: Validator): void {
  deleteByPower(ctx, old);
  setValidator(ctx, changed);
  setByPower(ctx, changed);
}

/** AddValidatorTokensAndShares. Returns the issued shares. */
export function addTokens(ctx: WriteCtx, validator: Validator, amount: bigint): Dec {
  const { changed, issued } = withTokens(validator, amount);
  replace(ctx, validator, changed);
  return issued;
}

/** RemoveValidatorTokensAndShares. Returns the changed validator and the tokens of the shares. */
export function removeShares(ctx: WriteCtx, validator: Validator, shares: Dec) {
  const removed = withoutShares(validator, shares);
  replace(ctx, validator, removed.changed);
  return removed;
}

/** RemoveValidatorTokens. */
export const removeTokens = (ctx: WriteCtx, validator: Validator, amount: bigint): void =>
  replace(ctx, validator, withoutTokens(validator, amount));

/** RemoveValidator. Throws staking/8 unless it is unbonded and has no tokens. */
export function removeValidator({ hooks }: Staking, ctx: WriteCtx, operator: Uint8Array): void {
  const validator = getValidator(ctx, operator);
  if (validator === undefined) return;
  if (validator.status !== "unbonded") {
    throw StakingError.badRemoveValidator("cannot call RemoveValidator on bonded or unbonding validators");
  }
  if (validator.tokens > 0n) {
    throw StakingError.badRemoveValidator("attempting to remove a validator which still contains tokens");
  }
  state.validators.remove(ctx, operator);
  state.byConsensus.remove(ctx, validator.consensusAddress);
  deleteByPower(ctx, validator);
  ignoringErrors(() => callHooks(hooks, "afterValidatorRemoved", ctx, validator.consensusAddress, validator.operator));
}

/** Bonded validators, the most powerful first (IterateBondedValidatorsByPower). */
export function* bondedByPower(ctx: ReadCtx): Generator<Validator, void, void> {
  const { maxValidators } = getParams(ctx);
  let count = 0;
  for (const [, operator] of state.byPower.entries(ctx, { reverse: true })) {
    if (count >= maxValidators) return;
    const validator = mustValidator(ctx, operator);
    if (validator.status !== "bonded") continue;
    yield validator;
    count++;
  }
}

/** The bonded set since the last change of powers, by operator (GetLastValidators). */
export function lastValidators(ctx: ReadCtx): Validator[] {
  const { maxValidators } = getParams(ctx);
  const list: Validator[] = [];
  for (const operator of state.lastPowers.keys(ctx)) {
    if (list.length >= maxValidators) throw recoveredPanic("more validators than maxValidators found");
    list.push(findValidator(ctx, operator));
  }
  return list;
}

type Queued = Pick<Validator, "unbondingTime" | "unbondingHeight" | "operatorText">;

const queueKey = ({ unbondingTime, unbondingHeight }: Queued) =>
  [unbondingTime, BigInt.asUintN(64, unbondingHeight)] as const;

const queued = (ctx: ReadCtx, validator: Queued): readonly string[] =>
  state.validatorQueue.get(ctx, queueKey(validator))?.addresses ?? [];

const setQueue = (ctx: WriteCtx, validator: Queued, addresses: readonly string[]): void =>
  state.validatorQueue.set(ctx, queueKey(validator), create(ValAddressesSchema, { addresses: [...addresses] }));

/** InsertUnbondingValidatorQueue. */
export const enqueueValidator = (ctx: WriteCtx, validator: Queued): void =>
  setQueue(ctx, validator, [...queued(ctx, validator), validator.operatorText]);

/** DeleteValidatorQueue. */
export function dequeueValidator(ctx: WriteCtx, validator: Validator): void {
  const left = queued(ctx, validator).filter((text) => !equals(mustOperator(text), validator.operator));
  if (left.length === 0) state.validatorQueue.remove(ctx, queueKey(validator));
  else setQueue(ctx, validator, left);
}
