import type { ApiBackend, BlockNews, NodeInfo } from "@sotto/api";
import { routesOf } from "@sotto/api";
import { queryServices } from "@sotto/app";
import type { Added } from "@sotto/sequencer";
import { chainTypes } from "@sotto/tx";
import { queryCost, simulationCost } from "./costs.ts";
import type { QueryLanes } from "./lanes.ts";
import type { CheckHandlers } from "./threads/check.ts";
import type { IndexHandlers } from "./threads/index.ts";
import type { Thread } from "./threads/port.ts";
import type { QueryHandlers } from "./threads/query.ts";

export interface BackendOptions {
  readonly info: NodeInfo;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  readonly queries: QueryLanes<QueryHandlers>;
  readonly firstHeight: number;
  /** Milliseconds from a decided block to the next height; 0 when blocks are made on demand. */
  readonly pauseMs: number;
  /** Last height that is indexed. */
  readonly height: () => number;
  readonly genesisText: string;
  readonly consensusParams: Uint8Array;
  /** A transaction has entered the mempool. */
  readonly onAdded: () => void;
  readonly onFault: (thrown: unknown) => void;
}

/** Collects what comes within one turn of the event loop into one message to the check thread. */
function batchedAdd(check: Thread<CheckHandlers>, onAdded: () => void) {
  let waiting: { readonly tx: Uint8Array; resolve(added: Added): void; reject(error: unknown): void }[] = [];
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    const txs = batch.map(({ tx }) => tx.slice());
    check
      .callWith(
        txs.map((tx) => tx.buffer),
        "add",
        txs,
      )
      .then(
        (results) => {
          for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Added);
          if (results.some(({ result }) => result?.code === 0)) onAdded();
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      );
  };
  return (tx: Uint8Array): Promise<Added> =>
    new Promise((resolve, reject) => {
      waiting.push({ tx, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}

/** Joins the doors to the threads. */
export function createBackend(options: BackendOptions): ApiBackend {
  const { check, index, queries, height } = options;
  const add = batchedAdd(check, options.onAdded);
  const listeners = new Set<(news: BlockNews) => void>();
  index.onEvent((event, value) => {
    // The index thread tells blocks under this name.
    if (event === "block") for (const listen of listeners) listen(value as BlockNews);
  });
  const watch = (on: boolean): void => void index.call("watch", on).catch(options.onFault);
  return {
    info: options.info,
    routes: routesOf(queryServices),
    registry: chainTypes,
    query: (path, request, at) => queries.ask(queryCost(path, request), request.length, "query", path, request, at),
    abciQuery: (request) =>
      queries.ask(queryCost(request.path, request.data), request.data.length, "abciQuery", request),
    simulate: (tx) => queries.ask(simulationCost(tx), tx.length, "simulate", tx),
    broadcast: add,
    check: (tx) => check.call("check", tx),
    latestHeight: height,
    earliestHeight: () => options.firstHeight,
    block: (at) => index.call("block", at),
    blockByHash: (hash) => index.call("blockByHash", hash),
    results: (at) => index.call("results", at),
    commit: (at) => index.call("commit", at),
    validators: (at) => index.call("validators", at),
    consensusParams: async (at) =>
      at >= options.firstHeight && at <= height() + 1 ? options.consensusParams : undefined,
    consensus: async () => ({ ...(await index.call("consensus")), pauseMs: options.pauseMs }),
    tx: (hash) => index.call("tx", hash),
    searchTxs: (search) => index.call("searchTxs", search),
    searchBlocks: (search) => index.call("searchBlocks", search),
    mempool: (limit) => check.call("waiting", limit),
    genesis: async () => options.genesisText,
    onFault: options.onFault,
    subscribe(onBlock) {
      listeners.add(onBlock);
      if (listeners.size === 1) watch(true);
      return () => {
        if (listeners.delete(onBlock) && listeners.size === 0) watch(false);
      };
    },
  };
}
