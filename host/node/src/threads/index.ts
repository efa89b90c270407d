import { toHex } from "@sotto/bytes";
import { txHash } from "@sotto/comet";
import { assert } from "@sotto/errors";
import { type BlockSource, follow, openIndexOf } from "@sotto/index";
import {
  type BlockLog,
  decodeBlockEvents,
  decodeBlockResult,
  decodeTxResultAt,
  eachTxResult,
  openBlockLog,
  resultsKey,
  toTime,
} from "@sotto/sequencer";
import type { StateStore } from "@sotto/store";
import { serveThread, tell, threadData } from "./port.ts";
import { type NodeData, openReader } from "./shared.ts";

export interface IndexData extends NodeData {
  /** Folder of the index. */
  readonly indexPath: string;
  /** Names of the stores, all of which the application hash is made of. Given, so that no application is loaded here. */
  readonly stores: readonly string[];
}

interface Search {
  readonly query: string;
  readonly page: number;
  readonly perPage: number;
  readonly order: "asc" | "desc";
}

/** Blocks of a catch-up that are indexed in one transaction. */
const AT_ONCE = 64;

const data = threadData<IndexData>();
const store: StateStore = openReader(data, data.stores);
const log: BlockLog = openBlockLog({ path: data.logPath, readOnly: true });

const source: BlockSource = {
  get first() {
    return log.first;
  },
  get height() {
    return log.height;
  },
  get chain() {
    const first = source.hash(log.first);
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
if (dropped !== undefined) tell("warning", `${dropped}; it is built again`);

function storedBlock(height: number) {
  const block = log.block(height);
  const meta = log.meta(height);
  return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
}

function storedResults(height: number) {
  const results = store.extra(resultsKey(height));
  if (results === undefined) return undefined;
  const next = log.meta(height + 1);
  const appHash = next?.header.appHash ?? store.appHash;
  const { txResults, events, validatorUpdates } = decodeBlockResult(results);
  return { height, txResults, events, validatorUpdates, appHash };
}

/** A block's transactions with their encoded results, as a search asks for several of one block. */
function blockReader() {
  let held: { readonly height: number; readonly txs: readonly Uint8Array[]; readonly results: Uint8Array } | undefined;
  return (height: number) => {
    if (held?.height === height) return held;
    const block = log.block(height);
    const results = store.extra(resultsKey(height));
    held = block === undefined || results === undefined ? undefined : { height, txs: block.txs, results };
    return held;
  };
}

function storedTx(read: ReturnType<typeof blockReader>, height: number, at: number) {
  const block = read(height);
  const tx = block?.txs[at];
  if (block === undefined || tx === undefined) return undefined;
  const result = decodeTxResultAt(block.results, at);
  return result === undefined ? undefined : { hash: txHash(tx), height, index: at, tx, result };
}

/** Whether anybody listens to new blocks: telling of one copies it between threads. */
let isWatched = false;
/** Last height that was told of. */
let told = 0;

/** Where consensus stands: the log is one block ahead of the state while that block is executed. */
function consensus() {
  // Order: a state that is read first could fall two blocks behind the log.
  const logged = log.height;
  store.refresh();
  const done = store.version;
  const block = logged > done ? storedBlock(logged) : undefined;
  const commit = log.commit(logged)?.commit;
  const height = block === undefined ? done + 1 : logged;
  const validators = log.validators(height);
  const genesis = log.genesis;
  assert(validators !== undefined && genesis !== undefined, `the block log lacks the validators of height ${height}`);
  return {
    height,
    validators,
    lastValidators: log.validators(height - 1),
    lastCommit: log.commit(height - 1)?.commit,
    decided: block === undefined || commit === undefined ? undefined : { block, commit },
    genesisTime: toTime(genesis.time),
  };
}

const PROGRESS = { atOnce: AT_ONCE, everyMs: 5_000, onProgress: (text: string) => tell("warning", text) };

/** Reads the block log, keeps the index, and tells of each block that it has indexed. */
export const indexHandlers = {
  /** Indexes what is missing and tells of the blocks since the last time. Answers the last height that is indexed. */
  sync() {
    store.refresh();
    follow(index, source, PROGRESS);
    for (let height = told + 1; isWatched && height <= index.height; height++) {
      const block = storedBlock(height);
      const results = storedResults(height);
      if (block !== undefined && results !== undefined) tell("block", { block, results });
    }
    told = index.height;
    return told;
  },
  watch(on: boolean) {
    isWatched = on;
  },
  first: () => log.first,
  block: storedBlock,
  blockByHash(hash: Uint8Array) {
    const height = log.heightOf(hash);
    return height === undefined ? undefined : storedBlock(height);
  },
  results: storedResults,
  commit: (height: number) => log.commit(height),
  validators: (height: number) => log.validators(height),
  consensus,
  tx(hash: Uint8Array) {
    const at = index.tx(hash);
    return at === undefined ? undefined : storedTx(blockReader(), at.height, at.index);
  },
  searchTxs(search: Search) {
    const { total, items } = index.searchTxs(search.query, search);
    const read = blockReader();
    const txs = items.map(({ height, index: at }) => storedTx(read, height, at));
    return { total, txs: txs.filter((tx) => tx !== undefined) };
  },
  searchBlocks(search: Search) {
    const { total, items } = index.searchBlocks(search.query, search);
    return { total, heights: items };
  },
  close() {
    index.close();
    log.close();
    store.close();
  },
} as const;

export type IndexHandlers = typeof indexHandlers;

serveThread(indexHandlers);
