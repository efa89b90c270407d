// SPDX-License-Identifier: Apache-2.0
import { assert, plainError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import { type Dec, dec, int } from "@sotto/math";
import { getDelegation, jailValidator, unbond, unjailValidator } from "./delegate.ts";
import { callHooks, ignoringErrors } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import { burnTokens, poolOf } from "./pool.ts";
import { isComplete, type Redelegation, type RedelegationEntry, type Unbonding } from "./records.ts";
import { redelegationsFrom } from "./redelegations.ts";
import { getUnbonding, setUnbonding, unbondingsFrom } from "./unbondings.ts";
import { powerReduction, type Validator } from "./validator.ts";
import { findValidator, removeTokens, validatorByConsensus } from "./validators.ts";

// The accesses and their order are those of x/staking keeper/slash.go.

/** A fault of a validator. */
interface Fault {
  readonly height: bigint;
  readonly fraction: Dec;
}

/** Whether the stake of an entry counted at the height of the fault, and has not returned since. */
const counts = (ctx: WriteCtx, entry: Unbonding["entries"][number] | RedelegationEntry, { height }: Fault): boolean =>
  entry.creationHeight >= height && !isComplete(entry, ctx.block.time);

/** Takes tokens from one entry and writes the unbonding. */
function cutEntry(ctx: WriteCtx, unbonding: Unbonding, at: number, amount: bigint): Unbonding {
  const entries = unbonding.entries.map((entry, i) =>
    i === at ? { ...entry, balance: entry.balance - amount } : entry,
  );
  const changed = { ...unbonding, entries };
  setUnbonding(ctx, changed);
  return changed;
}

/** The tokens that a fault costs of an amount. */
const share = (amount: bigint, { fraction }: Fault): bigint => dec.truncateInt(dec.mulInt(fraction, amount));

/**
 * SlashUnbondingDelegation. Returns the tokens that the fault costs, also those that are no longer
 * there.
 */
function slashUnbonding(staking: Staking, ctx: WriteCtx, given: Unbonding, fault: Fault): bigint {
  let unbonding = given;
  let total = 0n;
  let burned = 0n;
  for (let i = 0; i < unbonding.entries.length; i++) {
    const entry = unbonding.entries[i] as Unbonding["entries"][number];
    if (!counts(ctx, entry, fault)) continue;
    const due = share(entry.initialBalance, fault);
    total = int.add(total, due);
    const cut = int.min(due, entry.balance);
    if (cut === 0n) continue;
    burned += cut;
    unbonding = cutEntry(ctx, unbonding, i, cut);
  }
  burnTokens(staking, ctx, "notBonded", burned);
  return total;
}

/** Takes tokens from unbondings of the destination. Returns the tokens taken. */
function slashMovedUnbondings(
  ctx: WriteCtx,
  { delegator, destination }: Redelegation,
  due: bigint,
  fault: Fault,
): bigint {
  let unbonding = getUnbonding(ctx, delegator, destination);
  let taken = 0n;
  for (let i = 0; unbonding !== undefined && i < unbonding.entries.length; i++) {
    const entry = unbonding.entries[i] as Unbonding["entries"][number];
    const cut = int.min(due - taken, entry.balance);
    if (cut === 0n || !counts(ctx, entry, fault)) continue;
    taken += cut;
    unbonding = cutEntry(ctx, unbonding, i, cut);
  }
  return taken;
}

/** SlashRedelegation. Returns the tokens that the fault costs. */
function slashRedelegation(staking: Staking, ctx: WriteCtx, redelegation: Redelegation, fault: Fault): bigint {
  const { delegator, destination } = redelegation;
  let total = 0n;
  const burned = { bonded: 0n, notBonded: 0n };
  for (const entry of redelegation.entries) {
    if (!counts(ctx, entry, fault)) continue;
    const due = share(entry.initialBalance, fault);
    total = int.add(total, due);
    const taken = slashMovedUnbondings(ctx, redelegation, due, fault);
    burned.notBonded += taken;
    const shares = dec.mul(fault.fraction, entry.sharesDst);
    if (shares === 0n || due - taken === 0n) continue;
    const delegation = getDelegation(ctx, delegator, destination);
    if (delegation === undefined) continue;
    const tokens = unbond(staking, ctx, delegator, destination, dec.min(shares, delegation.shares));
    burned[poolOf(findValidator(ctx, destination).status)] += tokens;
  }
  burnTokens(staking, ctx, "bonded", burned.bonded);
  burnTokens(staking, ctx, "notBonded", burned.notBonded);
  return total;
}

/**
 * Slashes the stake that has left the validator since the fault. Returns the tokens that it costs.
 */
function slashLeft(staking: Staking, ctx: WriteCtx, operator: Uint8Array, fault: Fault): bigint {
  let total = 0n;
  for (const unbonding of unbondingsFrom(ctx, operator)) total += slashUnbonding(staking, ctx, unbonding, fault);
  for (const redelegation of redelegationsFrom(ctx, operator))
    total += slashRedelegation(staking, ctx, redelegation, fault);
  return total;
}

function burnOf(staking: Staking, ctx: WriteCtx, validator: Validator, amount: bigint): void {
  const effective = dec.min(dec.quoRoundUp(dec.fromInt(amount), dec.fromInt(validator.tokens)), dec.one);
  ignoringErrors(() => callHooks(staking.hooks, "beforeValidatorSlashed", ctx, validator.operator, effective));
  removeTokens(ctx, validator, amount);
  burnTokens(staking, ctx, poolOf(validator.status), amount);
}

/**
 * Slash: burns a fraction of the stake that a validator had at a fault. A validator that does not
 * exist any more costs nothing. Returns the tokens burned from the validator. Cost: linear in the
 * unbondings and redelegations of the validator; no delegation of others is read.
 */
export function slash(
  staking: Staking,
  ctx: WriteCtx,
  consensusAddress: Uint8Array,
  height: bigint,
  power: bigint,
  fraction: Dec,
): bigint {
  const fault = { height, fraction };
  if (fraction < 0n) throw plainError(`attempted to slash with a negative slash factor: ${dec.format(fraction)}`);
  const amount = dec.truncateInt(dec.mul(dec.fromInt(int.mul(power, powerReduction)), fraction));
  const validator = validatorByConsensus(ctx, consensusAddress);
  if (validator === undefined) return 0n;
  const { operator, operatorText } = validator;
  if (validator.status === "unbonded") throw plainError(`should not be slashing unbonded validator: ${operatorText}`);
  ignoringErrors(() => callHooks(staking.hooks, "beforeValidatorModified", ctx, operator));
  const now = BigInt(ctx.block.height);
  if (height > now) {
    throw plainError(`impossible attempt to slash future infraction at height ${height} but we are at height ${now}`);
  }
  const left = height < now ? slashLeft(staking, ctx, operator, fault) : 0n;
  const burned = int.max(int.min(amount - left, validator.tokens), 0n);
  if (burned > 0n) burnOf(staking, ctx, validator, burned);
  return burned;
}

function mustByConsensus(ctx: WriteCtx, consensusAddress: Uint8Array): Validator {
  const validator = validatorByConsensus(ctx, consensusAddress);
  assert(validator !== undefined, "the validator of a consensus address exists");
  return validator;
}

/** Jail. Throws staking/7 for a validator in jail. */
export const jail = (ctx: WriteCtx, consensusAddress: Uint8Array): void =>
  jailValidator(ctx, mustByConsensus(ctx, consensusAddress));

export const unjail = (ctx: WriteCtx, consensusAddress: Uint8Array): void =>
  unjailValidator(ctx, mustByConsensus(ctx, consensusAddress));
