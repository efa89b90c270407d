// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import type { Command } from "commander";
import { integer } from "./flags.ts";
import type { Retention } from "./retention.ts";

/** Least versions or blocks: the index and queries in progress are a few blocks behind. */
export const LEAST_KEPT = 10;

/** The flags about the past that a node keeps. */
export interface RetentionFlags {
  readonly snapshotInterval: number;
  readonly snapshotKeep: number;
  readonly keepVersions?: number;
  readonly keepBlocks?: number;
}

const MOST = 1_000_000_000;

export const addRetentionFlags = (command: Command): Command =>
  command
    .option("--snapshot-interval <n>", "a snapshot for state sync every so many blocks; 0: none", integer(0, MOST), 0)
    .option("--snapshot-keep <n>", "snapshots that stay", integer(1, 1_000), 2)
    .option("--keep-versions <n>", "versions of the state that stay (default: all)", integer(LEAST_KEPT, MOST))
    .option("--keep-blocks <n>", "blocks and results that stay (default: all)", integer(LEAST_KEPT, MOST));

/** Throws EnvironmentFault for snapshots of a node without peers. */
export function retentionOf(flags: RetentionFlags, hasEngine: boolean): Retention {
  const { snapshotInterval, snapshotKeep, keepVersions, keepBlocks } = flags;
  if (snapshotInterval > 0 && !hasEngine) {
    throw new EnvironmentFault(
      "--snapshot-interval is for a node with a CometBFT, whose peers fetch snapshots: name that with --abci",
    );
  }
  return { snapshotInterval, snapshotKeep, keepVersions, keepBlocks };
}
