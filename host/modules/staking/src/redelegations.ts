// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { DVVTripletsSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { operatorText } from "./addresses.ts";
import { StakingError } from "./errors.ts";
import { callHooks, ignoringErrors } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import type { Redelegation, RedelegationEntry } from "./records.ts";
import { state } from "./state.ts";
import { indexRedelegation, nextUnbondingId } from "./unbondings.ts";
import { getParams } from "./validators.ts";

// The accesses and their order are those of x/staking keeper/delegation.go.

type Key = readonly [delegator: Uint8Array, source: Uint8Array, destination: Uint8Array];

/** GetRedelegation: one get. */
export const getRedelegation = (ctx: ReadCtx, key: Key): Redelegation | undefined => state.redelegations.get(ctx, key);

/** Throws staking/28. */
export function findRedelegation(ctx: ReadCtx, key: Key): Redelegation {
  const found = getRedelegation(ctx, key);
  if (found === undefined) throw StakingError.noRedelegation();
  return found;
}

export function setRedelegation(ctx: WriteCtx, redelegation: Redelegation): void {
  const { delegator, source, destination } = redelegation;
  state.redelegations.set(ctx, [delegator, source, destination], redelegation);
  state.redelegationsFrom.add(ctx, [source, delegator, destination]);
  state.redelegationsTo.add(ctx, [destination, delegator, source]);
}

/** Writes a redelegation whose entries changed; without entries, its rows go. */
export function putRedelegation(ctx: WriteCtx, redelegation: Redelegation): void {
  if (redelegation.entries.length > 0) {
    setRedelegation(ctx, redelegation);
    return;
  }
  const { delegator, source, destination } = redelegation;
  state.redelegations.remove(ctx, [delegator, source, destination]);
  state.redelegationsFrom.remove(ctx, [source, delegator, destination]);
  state.redelegationsTo.remove(ctx, [destination, delegator, source]);
}

/** GetRedelegationsFromSrcValidator, all before the first change. */
export function redelegationsFrom(ctx: ReadCtx, source: Uint8Array): Redelegation[] {
  const list: Redelegation[] = [];
  for (const [, delegator, destination] of state.redelegationsFrom.keys(ctx, { prefix: [source] })) {
    list.push(findRedelegation(ctx, [delegator, source, destination]));
  }
  return list;
}

/** HasReceivingRedelegation: only the first row is read. */
export function isReceiving(ctx: ReadCtx, delegator: Uint8Array, destination: Uint8Array): boolean {
  for (const _ of state.redelegationsTo.keys(ctx, { prefix: [destination, delegator] })) return true;
  return false;
}

/** HasMaxRedelegationEntries: the parameters are read only when there is a redelegation. */
export function hasMaxRedelegations(ctx: ReadCtx, key: Key): boolean {
  const found = getRedelegation(ctx, key);
  return found !== undefined && found.entries.length >= getParams(ctx).maxEntries;
}

/** SetRedelegationEntry. */
export function addRedelegationEntry(
  { hooks }: Staking,
  ctx: WriteCtx,
  key: Key,
  entry: Omit<RedelegationEntry, "unbondingId" | "onHold">,
): Redelegation {
  const [delegator, source, destination] = key;
  const id = nextUnbondingId(ctx);
  const old = getRedelegation(ctx, key) ?? {
    delegator,
    source,
    destination,
    delegatorText: formatAddress(delegator),
    sourceText: operatorText(source),
    destinationText: operatorText(destination),
    entries: [],
  };
  const changed = { ...old, entries: [...old.entries, { ...entry, unbondingId: id, onHold: 0n }] };
  setRedelegation(ctx, changed);
  indexRedelegation(ctx, key, id);
  ignoringErrors(() => callHooks(hooks, "afterUnbondingInitiated", ctx, id));
  return changed;
}

/** InsertRedelegationQueue. */
export function enqueueRedelegation(ctx: WriteCtx, redelegation: Redelegation, time: bigint): void {
  const triplets = state.redelegationQueue.get(ctx, time)?.triplets ?? [];
  const added = {
    delegatorAddress: redelegation.delegatorText,
    validatorSrcAddress: redelegation.sourceText,
    validatorDstAddress: redelegation.destinationText,
  };
  state.redelegationQueue.set(ctx, time, create(DVVTripletsSchema, { triplets: [...triplets, added] }));
}
