// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import { DamagedDatabase, removeDatabase } from "@sotto/store";
import { OtherFormat, openIndex } from "./eventIndex.ts";
import type { BlockSource, EventIndex } from "./types.ts";

/** An index that follows its source, and the reason if it was emptied. */
export interface OpenedIndex {
  readonly index: EventIndex;
  readonly dropped: string | undefined;
}

/**
 * Opens a chain's index for writing. An index that cannot continue is emptied, and `catchUp` then
 * rebuilds it: a file that is damaged or of another version, an index that is ahead of the chain,
 * as after a power failure, or of blocks that the chain does not have. Throws EnvironmentFault for
 * an index of another chain: then folders were mixed up, and the index is not deleted.
 */
export function openIndexOf(source: BlockSource, path: string, noSync = false): OpenedIndex {
  let dropped: string | undefined;
  let index: EventIndex;
  try {
    index = openIndex({ path, noSync });
  } catch (thrown) {
    if (!(thrown instanceof DamagedDatabase || thrown instanceof OtherFormat)) throw thrown;
    dropped = thrown.message;
    removeDatabase(path);
    index = openIndex({ path, noSync });
  }
  const mismatch = index.mismatch(source);
  if (mismatch === undefined) return { index, dropped };
  if (index.chain !== source.chain) {
    index.close();
    throw new EnvironmentFault(
      `the index at ${path} belongs to another chain: ${mismatch}; move it away, a new one is built`,
    );
  }
  index.clear();
  return { index, dropped: `the index at ${path} does not follow the block log: ${mismatch}` };
}

export interface FollowOptions {
  /** Blocks that one transaction takes. */
  readonly atOnce: number;
  /** Milliseconds between two calls of `onProgress`; shorter work has no calls. */
  readonly everyMs: number;
  readonly onProgress: (text: string) => void;
}

/** Indexes all missing blocks. After a lost index, over a long chain, this takes minutes. */
export function follow(index: EventIndex, source: BlockSource, { atOnce, everyMs, onProgress }: FollowOptions): void {
  let last = performance.now();
  while (index.catchUp(source, atOnce) > 0) {
    const now = performance.now();
    if (now - last < everyMs) continue;
    last = now;
    onProgress(`the index is being built: block ${index.height} of ${source.height}`);
  }
}
