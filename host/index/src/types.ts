// SPDX-License-Identifier: Apache-2.0
import type { Steps } from "./budget.ts";

/** An event of the application's result. */
export interface BlockEvent {
  readonly type: string;
  readonly attributes: readonly (readonly [key: string, value: string, encrypted?: true])[];
}

/** The indexed part of a block. */
export interface IndexableBlock {
  readonly height: number;
  readonly txs: readonly Uint8Array[];
  /**
   * One for each transaction, iterated once: in memory together they would be many times the size
   * of a full block.
   */
  readonly results: Iterable<{ readonly code: number; readonly events: readonly BlockEvent[] }>;
  /** Events of the block itself. */
  readonly blockEvents: readonly BlockEvent[];
}

/** The source of blocks when the index is behind. */
export interface BlockSource {
  /** First height that exists; 0: none does. */
  readonly first: number;
  /** Last height that exists. */
  readonly height: number;
  /** The unique name of the chain, readable: its id and the hash of its first block. */
  readonly chain: string;
  /** Hash of a block that exists. */
  hash(height: number): Uint8Array | undefined;
  /** A block with its results; undefined before its execution. */
  block(height: number): IndexableBlock | undefined;
}

export interface TxPosition {
  readonly height: number;
  readonly index: number;
}

export interface Paging {
  /** From 1. Default 1. */
  readonly page?: number;
  /** 1 to 100; other values are clamped. Default 30. */
  readonly perPage?: number;
  /** By height, then position. Default ascending. */
  readonly order?: "asc" | "desc";
}

/** One page of the matches, and the number of all matches. */
export interface SearchResult<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/**
 * Finds transactions by hash, and transactions and blocks by their events. One thread writes,
 * others open it to read.
 */
export interface EventIndex {
  /** The folder that other threads open. */
  readonly path: string;
  /** Last height that is indexed, 0 before the first. */
  readonly height: number;
  /** Durable on return, with the height. Blocks follow each other. */
  indexBlock(block: IndexableBlock): void;
  /**
   * Indexes missing blocks, up to `most` in one transaction, and returns their number. The index
   * must follow the source (`mismatch`).
   */
  catchUp(source: BlockSource, most?: number): number;
  /**
   * The chain that it was built from, as its source named it; undefined before the first catch-up.
   */
  readonly chain: string | undefined;
  /** The reason why it cannot continue with this source; undefined when it can. */
  mismatch(source: BlockSource): string | undefined;
  /** Removes all rows. */
  clear(): void;
  /**
   * Removes the last indexed block, given as it was indexed, with the hash of the block before it.
   * A failure of the same transaction in an earlier block, which its success replaced, stays away.
   */
  takeBack(block: IndexableBlock, before: Uint8Array): void;
  tx(hash: Uint8Array): TxPosition | undefined;
  /**
   * Throws CometError.invalidQuery, IndexError.pageOutOfRange, or IndexError.tooMuch after
   * MOST_ROWS rows. Cost: all postings of the query's first exact value; without one all rows of
   * its tags.
   */
  searchTxs(query: string, paging?: Paging): SearchResult<TxPosition>;
  /** The same for the events of blocks; returns heights. */
  searchBlocks(query: string, paging?: Paging): SearchResult<number>;
  /**
   * `searchTxs` in steps, between which the thread may do other work and blocks may be indexed.
   * `rows`: most it may read.
   */
  txSearch(query: string, paging?: Paging, rows?: number): Steps<SearchResult<TxPosition>>;
  blockSearch(query: string, paging?: Paging, rows?: number): Steps<SearchResult<number>>;
  close(): void;
}
