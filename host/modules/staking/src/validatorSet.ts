// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { compare, toLatin1 } from "@sotto/bytes";
import { assert, plainError } from "@sotto/errors";
import type { Frozen, ValidatorUpdate, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import { IntProtoSchema } from "@sotto/proto/cosmos.base.v1beta1";
import { ValidatorUpdatesSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { parsePublicKey } from "@sotto/tx";
import { mustDelegator, mustOperator } from "./addresses.ts";
import { completeRedelegationEvent, completeUnbondingEvent } from "./events.ts";
import { callHooks, ignoringErrors } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import { bondedToNotBonded, notBondedToBonded } from "./pool.ts";
import { state } from "./state.ts";
import { indexValidator, nextUnbondingId, removeUnbondingId } from "./unbondings.ts";
import { completeRedelegation, completeUnbonding } from "./undelegate.ts";
import { consensusPower, potentialPower, type Validator } from "./validator.ts";
import {
  deleteByPower,
  dequeueValidator,
  enqueueValidator,
  findValidator,
  getParams,
  mustValidator,
  removeValidator,
  setByPower,
  setValidator,
} from "./validators.ts";

// The accesses and their order are those of x/staking keeper/val_state_change.go.

/** The key as consensus has it. Messages and files with keys of other types are refused. */
export function updateOf({ consensusKey }: Pick<Validator, "consensusKey">, power: bigint): ValidatorUpdate {
  const key = parsePublicKey(consensusKey);
  assert(key.kind === "ed25519", "a bonded validator has an ed25519 key");
  return { pubKey: key.key, power };
}

/** bondValidator. */
function bond({ hooks }: Staking, ctx: WriteCtx, validator: Validator): Validator {
  deleteByPower(ctx, validator);
  const bonded: Validator = { ...validator, status: "bonded" };
  setValidator(ctx, bonded);
  setByPower(ctx, bonded);
  dequeueValidator(ctx, bonded);
  callHooks(hooks, "afterValidatorBonded", ctx, bonded.consensusAddress, bonded.operator);
  return bonded;
}

/** BeginUnbondingValidator. */
function beginUnbonding({ hooks }: Staking, ctx: WriteCtx, validator: Validator): Validator {
  const { unbondingTime } = getParams(ctx);
  deleteByPower(ctx, validator);
  assert(validator.status === "bonded", "a validator that begins to unbond is bonded");
  const id = nextUnbondingId(ctx);
  const changed: Validator = {
    ...validator,
    status: "unbonding",
    unbondingTime: ctx.block.time + unbondingTime,
    unbondingHeight: BigInt(ctx.block.height),
    unbondingIds: [...validator.unbondingIds, id],
  };
  setValidator(ctx, changed);
  setByPower(ctx, changed);
  enqueueValidator(ctx, changed);
  callHooks(hooks, "afterValidatorBeginUnbonding", ctx, changed.consensusAddress, changed.operator);
  indexValidator(ctx, changed.operator, id);
  callHooks(hooks, "afterUnbondingInitiated", ctx, id);
  return changed;
}

/** The changes of a block's end, before they are written. */
interface SetChanges {
  readonly updates: ValidatorUpdate[];
  /** Tokens that move to the bonded pool; negative: from it. */
  moved: bigint;
  totalPower: bigint;
}

/** The validators with the most power enter the set. Those that stay are removed from `last`. */
function enterSet(staking: Staking, ctx: WriteCtx, last: Map<string, bigint>, most: number): SetChanges {
  const changes: SetChanges = { updates: [], moved: 0n, totalPower: 0n };
  let count = 0;
  for (const [, operator] of state.byPower.entries(ctx, { reverse: true })) {
    if (count >= most) break;
    let validator = mustValidator(ctx, operator);
    assert(!validator.jailed, "a validator in jail is not in the power index");
    if (potentialPower(validator) === 0n) break;
    if (validator.status !== "bonded") {
      validator = bond(staking, ctx, validator);
      changes.moved += validator.tokens;
    }
    const power = consensusPower(validator);
    const name = toLatin1(operator);
    if (last.get(name) !== power) {
      changes.updates.push(updateOf(validator, power));
      state.lastPowers.set(ctx, operator, power);
    }
    last.delete(name);
    count++;
    changes.totalPower += power;
  }
  return changes;
}

/**
 * ApplyAndReturnValidatorSetUpdates. Cost: linear in the bonded validators; no delegation is read.
 */
export function applySetUpdates(staking: Staking, ctx: WriteCtx): readonly ValidatorUpdate[] {
  const { maxValidators } = getParams(ctx);
  const last = new Map<string, bigint>();
  const operators = new Map<string, Uint8Array>();
  for (const [operator, power] of state.lastPowers.entries(ctx)) {
    const name = toLatin1(operator);
    last.set(name, power);
    operators.set(name, operator);
  }
  const changes = enterSet(staking, ctx, last, maxValidators);
  const leaving = [...operators].filter(([name]) => last.has(name)).map(([, operator]) => operator);
  for (const operator of leaving.sort(compare)) {
    const left = beginUnbonding(staking, ctx, mustValidator(ctx, operator));
    changes.moved -= left.tokens;
    state.lastPowers.remove(ctx, left.operator);
    changes.updates.push(updateOf(left, 0n));
  }
  const { updates, moved, totalPower } = changes;
  if (moved > 0n) notBondedToBonded(staking, ctx, moved);
  else if (moved < 0n) bondedToNotBonded(staking, ctx, -moved);
  if (updates.length > 0) state.lastTotalPower.set(ctx, create(IntProtoSchema, { int: String(totalPower) }));
  const rows = updates.map(({ pubKey, power }) => ({
    pubKey: { sum: { case: "ed25519" as const, value: pubKey } },
    power,
  }));
  state.updates.set(ctx, create(ValidatorUpdatesSchema, { updates: rows }));
  return updates;
}

/** One validator whose unbonding is due. */
function finishUnbonding(staking: Staking, ctx: WriteCtx, text: string): void {
  const validator = findValidator(ctx, mustOperator(text));
  if (validator.status !== "unbonding") {
    throw plainError("unexpected validator in unbonding queue; status was not unbonding");
  }
  if (validator.onHold !== 0n) return;
  for (const id of validator.unbondingIds) removeUnbondingId(ctx, id);
  // Compat: the row keeps the ids of the unbonding that is over (UnbondAllMatureValidators).
  const unbonded: Validator = { ...validator, status: "unbonded" };
  setValidator(ctx, unbonded);
  if (unbonded.shares === 0n) removeValidator(staking, ctx, unbonded.operator);
  dequeueValidator(ctx, unbonded);
}

/** UnbondAllMatureValidators. */
function unbondMatureValidators(staking: Staking, ctx: WriteCtx): void {
  const { time, height } = ctx.block;
  const now = BigInt(height);
  for (const [key, { addresses }] of state.validatorQueue.entries(ctx, { upTo: [time, now] })) {
    const [due, dueHeight] = key;
    // The keys are ordered by time first, so a row in the range may have a later height.
    if (BigInt.asIntN(64, dueHeight) > now || due > time) continue;
    for (const text of addresses) finishUnbonding(staking, ctx, text);
  }
}

type Rows<V> = { readonly key: bigint; readonly value: Frozen<V> }[];

/** Removes the due rows of a queue and returns their values. */
function dequeue<V>(
  ctx: WriteCtx,
  queue: {
    entries(ctx: WriteCtx, range: { upTo: bigint }): Iterable<readonly [bigint, Frozen<V>]>;
    remove(ctx: WriteCtx, key: bigint): void;
  },
): Frozen<V>[] {
  const rows: Rows<V> = [];
  for (const [key, value] of queue.entries(ctx, { upTo: ctx.block.time })) {
    rows.push({ key, value });
    queue.remove(ctx, key);
  }
  return rows.map(({ value }) => value);
}

/** The coins of something that is due; undefined when it failed, which changes nothing else. */
function completed(complete: () => Coins): Coins | undefined {
  let coins: Coins | undefined;
  ignoringErrors(() => {
    coins = complete();
  });
  return coins;
}

/** BlockValidatorUpdates, the end of each block. */
export function endBlock(staking: Staking, ctx: WriteCtx): readonly ValidatorUpdate[] {
  const updates = applySetUpdates(staking, ctx);
  unbondMatureValidators(staking, ctx);
  for (const { delegatorAddress, validatorAddress } of dequeue(ctx, state.unbondingQueue).flatMap(
    ({ pairs }) => pairs,
  )) {
    const [delegator, operator] = [mustDelegator(delegatorAddress), mustOperator(validatorAddress)];
    const coins = completed(() => completeUnbonding(staking, ctx, delegator, operator));
    if (coins !== undefined) ctx.emit(completeUnbondingEvent(coins, validatorAddress, delegatorAddress));
  }
  for (const triplet of dequeue(ctx, state.redelegationQueue).flatMap(({ triplets }) => triplets)) {
    const { delegatorAddress, validatorSrcAddress, validatorDstAddress } = triplet;
    const key = [
      mustDelegator(delegatorAddress),
      mustOperator(validatorSrcAddress),
      mustOperator(validatorDstAddress),
    ] as const;
    const coins = completed(() => completeRedelegation(ctx, key));
    if (coins !== undefined) ctx.emit(completeRedelegationEvent(coins, triplet));
  }
  return updates;
}
