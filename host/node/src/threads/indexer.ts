// SPDX-License-Identifier: Apache-2.0
import type { StoredMeta } from "@sotto/backend";
import { decodeBlockEvents, eachTxResult, resultsKey } from "@sotto/blocks";
import { toHex } from "@sotto/bytes";
import type { ValidatorSet } from "@sotto/comet";
import { assert } from "@sotto/errors";
import { type BlockSource, follow, openIndexOf } from "@sotto/index";
import { startMeter } from "./meter.ts";
import { serveThread, tell, threadData } from "./port.ts";
import { openHistory, type StoredData } from "./stored.ts";

/** Blocks of a catch-up that are indexed in one transaction. */
const AT_ONCE = 64;

const data = await threadData<StoredData>();
startMeter(data.isMeasured, "index");
const history = openHistory(data);
const { store, log } = history;

const source: BlockSource = {
  // Results of the first blocks are gone when the evidence of faults keeps blocks for longer.
  get first() {
    let first = log.first;
    while (first > 0 && first < store.version && store.extraSize(resultsKey(first)) === 0) first++;
    return first;
  },
  get height() {
    return log.height;
  },
  get chain() {
    const first = log.origin;
    assert(first !== undefined, "the index is opened after the first block");
    return `${data.chainId} with first block ${toHex(first)}`;
  },
  hash: (height) => log.meta(height)?.blockId.hash,
  block(height) {
    const block = log.block(height);
    const results = store.extra(resultsKey(height));
    if (block === undefined || results === undefined) return undefined;
    return { height, txs: block.txs, results: eachTxResult(results), blockEvents: decodeBlockEvents(results) };
  },
};

const { index, dropped } = openIndexOf(source, data.indexPath, data.noSync);
if (dropped !== undefined) tell("warning", `${dropped}; it is rebuilt`);

/**
 * Whether there are subscribers to new blocks: an announcement copies the block between threads.
 */
let isWatched = false;
/** Last announced height. */
let told = 0;

const PROGRESS = { atOnce: AT_ONCE, everyMs: 5_000, onProgress: (text: string) => tell("warning", text) };

/** The last indexed block, with the values that every client of a node requests. */
export interface IndexedHead {
  readonly height: number;
  /** First height that the node has. */
  readonly first: number;
  readonly meta: StoredMeta | undefined;
  /** Of the block after it. */
  readonly validators: ValidatorSet | undefined;
}

const head = (height: number): IndexedHead => ({
  height,
  first: log.first,
  meta: history.meta(height),
  validators: log.validators(height + 1),
});

/**
 * Writes the index, and announces each indexed block. Blocks wait for it, so it serves no other
 * requests.
 */
export const indexHandlers = {
  /** Indexes missing blocks and announces the new ones. Returns the last indexed height. */
  sync() {
    store.refresh();
    follow(index, source, PROGRESS);
    const from = told + 1;
    told = index.height;
    tell("head", head(told));
    for (let height = from; isWatched && height <= told; height++) {
      const block = history.block(height);
      const results = history.results(height);
      if (block !== undefined && results !== undefined) tell("block", { block, results });
    }
    return told;
  },
  watch(on: boolean) {
    isWatched = on;
  },
  first: () => head(log.first),
  close() {
    index.close();
    history.close();
  },
} as const;

export type IndexHandlers = typeof indexHandlers;

serveThread(indexHandlers);
