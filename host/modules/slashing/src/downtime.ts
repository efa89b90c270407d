// SPDX-License-Identifier: Apache-2.0
import { assert, ChainError } from "@sotto/errors";
import { type Frozen, type HookCtx, timestampOf, type VoteInfo } from "@sotto/kernel";
import { dec } from "@sotto/math";
import type { ValidatorSigningInfo } from "@sotto/proto/cosmos.slashing.v1beta1";
import { clearMissed, isMissed, setMissed } from "./bitmap.ts";
import { downtimeEvent, livenessEvent } from "./events.ts";
import { getParams, getSigningInfo, type SlashingKeeper, setSigningInfo } from "./keeper.ts";

/** Blocks between a change of the set and its first vote (SDK ValidatorUpdateDelay). */
const UPDATE_DELAY = 1n;

/**
 * Slashes and jails a validator that missed too many blocks. Returns its info, counters at zero.
 */
function punish(
  { needs }: SlashingKeeper,
  ctx: HookCtx,
  { address, power }: VoteInfo,
  info: Frozen<ValidatorSigningInfo>,
): Frozen<ValidatorSigningInfo> {
  const validator = needs.validatorByConsensus(ctx, address);
  if (validator === undefined || validator.jailed) return info;
  // The votes are for the block before, and the set is one block older.
  const height = BigInt(ctx.block.height) - UPDATE_DELAY - 1n;
  const burned = needs.slash(ctx, address, height, power, getParams(ctx).downtimeFraction);
  ctx.emit(downtimeEvent(address, power, burned));
  try {
    needs.jail(ctx, address);
  } catch (thrown) {
    // Compat: the SDK ignores the error.
    if (!(thrown instanceof ChainError)) throw thrown;
  }
  const jailedUntil = timestampOf(ctx.block.time + getParams(ctx).jailDuration);
  clearMissed(ctx, address);
  return { ...info, jailedUntil, missedBlocksCounter: 0n, indexOffset: 0n };
}

/** One vote (keeper/infractions.go HandleValidatorSignature). */
function handleVote(slashing: SlashingKeeper, ctx: HookCtx, vote: VoteInfo): void {
  const { address, flag } = vote;
  const validator = slashing.needs.validatorByConsensus(ctx, address);
  assert(validator !== undefined, "each vote is that of a validator");
  if (validator.jailed) return;
  const old = getSigningInfo(ctx, address);
  assert(old !== undefined, "each validator in the set has a signing info");
  const { window, minSigned } = getParams(ctx);
  const index = old.indexOffset % window;
  const was = isMissed(ctx, address, index);
  const missed = flag === "absent";
  if (was !== missed) setMissed(ctx, address, index, missed);
  const change = was === missed ? 0n : missed ? 1n : -1n;
  const count = old.missedBlocksCounter + change;
  const info = { ...old, indexOffset: old.indexOffset + 1n, missedBlocksCounter: count };
  if (missed) ctx.emit(livenessEvent(address, count, ctx.block.height));
  const most = window - dec.roundInt(dec.mulInt(minSigned, window));
  const isPunished = BigInt(ctx.block.height) > old.startHeight + window && count > most;
  setSigningInfo(ctx, address, isPunished ? punish(slashing, ctx, vote, info) : info);
}

/**
 * The votes for the last block. Cost: some reads and one write for each validator, whatever the
 * window.
 */
export function handleVotes(slashing: SlashingKeeper, ctx: HookCtx): void {
  for (const vote of ctx.block.comet.lastCommit.votes) handleVote(slashing, ctx, vote);
}
