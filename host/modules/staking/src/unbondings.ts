// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { int } from "@sotto/math";
import { DVPairsSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { operatorText } from "./addresses.ts";
import { StakingError } from "./errors.ts";
import { callHooks, ignoringErrors } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import type { Unbonding } from "./records.ts";
import { RowKind, state } from "./state.ts";
import { getParams } from "./validators.ts";

// The accesses and their order are those of x/staking keeper/delegation.go and unbonding.go.

/** Types of unbondings, as rows hold them (types/keys.go UnbondingType). */
const UnbondingType = { delegation: 1n, redelegation: 2n, validator: 3n } as const;

/** IncrementUnbondingID: the first id is 1. */
export function nextUnbondingId(ctx: WriteCtx): bigint {
  const id = (state.lastUnbondingId.get(ctx) ?? 0n) + 1n;
  state.lastUnbondingId.set(ctx, id);
  return id;
}

/** The index has one row for an id, of any kind. */
export const removeUnbondingId = (ctx: WriteCtx, id: bigint): void => state.unbondingOfId.remove(ctx, id);

/** SetUnbondingDelegationByUnbondingID and its two siblings. */
export function indexUnbonding(ctx: WriteCtx, { delegator, operator }: Unbonding, id: bigint): void {
  state.unbondingOfId.set(ctx, id, [RowKind.unbondings, [delegator, operator]]);
  state.unbondingTypes.set(ctx, id, UnbondingType.delegation);
}
export function indexRedelegation(
  ctx: WriteCtx,
  key: readonly [delegator: Uint8Array, source: Uint8Array, destination: Uint8Array],
  id: bigint,
): void {
  state.redelegationOfId.set(ctx, id, [RowKind.redelegations, key]);
  state.unbondingTypes.set(ctx, id, UnbondingType.redelegation);
}
export function indexValidator(ctx: WriteCtx, operator: Uint8Array, id: bigint): void {
  state.validatorOfId.set(ctx, id, [RowKind.validators, operator]);
  state.unbondingTypes.set(ctx, id, UnbondingType.validator);
}

/** GetUnbondingDelegation: one get. */
export const getUnbonding = (ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): Unbonding | undefined =>
  state.unbondings.get(ctx, [delegator, operator]);

/** Throws staking/26. */
export function findUnbonding(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): Unbonding {
  const found = getUnbonding(ctx, delegator, operator);
  if (found === undefined) throw StakingError.noUnbondingDelegation();
  return found;
}

export function setUnbonding(ctx: WriteCtx, unbonding: Unbonding): void {
  const { delegator, operator } = unbonding;
  state.unbondings.set(ctx, [delegator, operator], unbonding);
  state.unbondingsOfValidator.add(ctx, [operator, delegator]);
}

function removeUnbonding(ctx: WriteCtx, { delegator, operator }: Unbonding): void {
  state.unbondings.remove(ctx, [delegator, operator]);
  state.unbondingsOfValidator.remove(ctx, [operator, delegator]);
}

/** Writes an unbonding whose entries changed; without entries, its rows go. */
export function putUnbonding(ctx: WriteCtx, unbonding: Unbonding): void {
  if (unbonding.entries.length === 0) removeUnbonding(ctx, unbonding);
  else setUnbonding(ctx, unbonding);
}

/** GetUnbondingDelegationsFromValidator, all before the first change. */
export function unbondingsFrom(ctx: ReadCtx, operator: Uint8Array): Unbonding[] {
  const list: Unbonding[] = [];
  for (const [, delegator] of state.unbondingsOfValidator.keys(ctx, { prefix: [operator] })) {
    list.push(findUnbonding(ctx, delegator, operator));
  }
  return list;
}

/** HasMaxUnbondingDelegationEntries. */
export function hasMaxUnbondings(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): boolean {
  const count = getUnbonding(ctx, delegator, operator)?.entries.length ?? 0;
  return count >= getParams(ctx).maxEntries;
}

interface NewEntry {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  readonly creationHeight: bigint;
  readonly completionTime: bigint;
  readonly balance: bigint;
}

/**
 * The unbonding with another entry; one of the same block and time takes up the balance (AddEntry).
 */
function withEntry(
  old: Unbonding,
  id: bigint,
  entry: NewEntry,
): { readonly changed: Unbonding; readonly isNew: boolean } {
  const { creationHeight, completionTime, balance } = entry;
  const at = old.entries.findIndex(
    (each) => each.creationHeight === creationHeight && each.completionTime === completionTime,
  );
  if (at >= 0) {
    const entries = old.entries.map((each, i) =>
      i === at
        ? {
            ...each,
            balance: int.add(each.balance, balance),
            initialBalance: int.add(each.initialBalance, balance),
          }
        : each,
    );
    return { changed: { ...old, entries }, isNew: false };
  }
  const added = { creationHeight, completionTime, initialBalance: balance, balance, unbondingId: id, onHold: 0n };
  return { changed: { ...old, entries: [...old.entries, added] }, isNew: true };
}

/** SetUnbondingDelegationEntry. An id is used up also when no entry is added. */
export function addUnbondingEntry({ hooks }: Staking, ctx: WriteCtx, entry: NewEntry): Unbonding {
  const { delegator, operator } = entry;
  const id = nextUnbondingId(ctx);
  const old = getUnbonding(ctx, delegator, operator) ?? {
    delegator,
    operator,
    delegatorText: formatAddress(delegator),
    operatorText: operatorText(operator),
    entries: [],
  };
  const { changed, isNew } = withEntry(old, id, entry);
  setUnbonding(ctx, changed);
  if (isNew) {
    indexUnbonding(ctx, changed, id);
    ignoringErrors(() => callHooks(hooks, "afterUnbondingInitiated", ctx, id));
  }
  return changed;
}

/** InsertUBDQueue. */
export function enqueueUnbonding(
  ctx: WriteCtx,
  { delegatorText, operatorText: validatorAddress }: Unbonding,
  time: bigint,
): void {
  const pairs = state.unbondingQueue.get(ctx, time)?.pairs ?? [];
  const added = { delegatorAddress: delegatorText, validatorAddress };
  state.unbondingQueue.set(ctx, time, create(DVPairsSchema, { pairs: [...pairs, added] }));
}
