// SPDX-License-Identifier: Apache-2.0
import { headerKey, timeKey } from "@sotto/app";
import { resultsKey } from "@sotto/blocks";
import { decode } from "@sotto/codec";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { StoreOptions } from "@sotto/store";

/** What a node keeps of the past. */
export interface Retention {
  /** Blocks between two snapshots; 0: none are taken. */
  readonly snapshotInterval: number;
  /** Snapshots that stay. */
  readonly snapshotKeep: number;
  /** Versions of the state; undefined: all. */
  readonly keepVersions: number | undefined;
  /** Blocks with their results, unless more are needed; undefined: all. */
  readonly keepBlocks: number | undefined;
}

/** Rows beside the state that a snapshot has, ascending. */
export const snapshotRows = (version: number): readonly string[] => [timeKey(version), resultsKey(version)];

/**
 * Blocks for which evidence of a fault is valid. `consensusParams`:
 * tendermint.types.ConsensusParams.
 */
const evidenceAge = (consensusParams: Uint8Array): number =>
  Number(decode(ConsensusParamsSchema, consensusParams).evidence?.maxAgeNumBlocks ?? 0n);

/**
 * Blocks that must stay when all before may go: those asked for, those of which CometBFT must judge
 * evidence, and those that a node needs after the oldest snapshot (SDK baseapp
 * GetBlockRetentionHeight). Undefined: all.
 */
export function blocksKept(
  { keepBlocks, snapshotInterval, snapshotKeep }: Retention,
  consensusParams: Uint8Array,
): number | undefined {
  if (keepBlocks === undefined) return undefined;
  // One more than are kept is there while a snapshot is taken.
  return Math.max(keepBlocks, evidenceAge(consensusParams), snapshotInterval * (snapshotKeep + 1));
}

/** The first height that stays after a block; 0: all stay. */
export function retainHeight(height: number, kept: number | undefined): number {
  return kept === undefined ? 0 : Math.max(0, height - kept + 1);
}

/** Pruning of the state, and of the rows beside it with the last `kept` blocks; undefined: all. */
export function pruningOf({ keepVersions }: Retention, kept: number | undefined): StoreOptions["pruning"] {
  if (kept === undefined) return { keepVersions };
  const rows = {
    keep: Math.max(kept, keepVersions ?? 0),
    // Queries of a version need its time and its header.
    names: (version: number) =>
      keepVersions === undefined ? [resultsKey(version)] : [timeKey(version), headerKey(version), resultsKey(version)],
  };
  return { keepVersions, rows };
}
