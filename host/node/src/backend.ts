// SPDX-License-Identifier: Apache-2.0
import { openHistoryAnswer } from "@sotto/api";
import { queryServices } from "@sotto/app/facts";
import { type ApiBackend, type BlockNews, NodeError, type NodeInfo, routesOf } from "@sotto/backend";
import type { AddResult } from "@sotto/blocks";
import type { JsonSource } from "@sotto/codec/stream";
import { ChainError } from "@sotto/errors";
import { IndexError } from "@sotto/index";
import { chainTypes } from "@sotto/tx";
import { batched } from "./batches.ts";
import { queryCost, SIMULATES, simulationCost } from "./costs.ts";
import { cacheByHeight, shared } from "./heightCache.ts";
import type { Queries } from "./queries.ts";
import type { CheckHandlers } from "./threads/check.ts";
import type { IndexedHead, IndexHandlers } from "./threads/indexer.ts";
import type { CacheCounts } from "./threads/meter.ts";
import type { Thread } from "./threads/port.ts";
import type { SearchHandlers } from "./threads/search.ts";

/** Where transactions wait for a block. */
export type Mempool = Pick<ApiBackend, "broadcast" | "mempool">;

export interface BackendOptions {
  readonly info: NodeInfo;
  readonly check: Thread<CheckHandlers>;
  readonly index: Thread<IndexHandlers>;
  readonly search: Pick<Thread<SearchHandlers>, "call" | "onEvent">;
  readonly queries: Queries;
  /** The first block that the node has. */
  readonly first: IndexedHead;
  /** Milliseconds from a decided block to the next height; 0 when blocks are made on demand. */
  readonly pauseMs: number;
  readonly genesis: JsonSource;
  readonly mempool: Mempool;
  readonly onFault: (thrown: unknown) => void;
  /** Gets the caches of this thread by their names. */
  readonly caches: Map<string, CacheCounts>;
}

/** The mempool of the check thread. */
export function ownMempool(check: Thread<CheckHandlers>, onAdded: () => void): Mempool {
  const broadcast = batched<Uint8Array, AddResult>(async (given) => {
    // Hazard: `slice` of a Buffer is not a copy, and other code owns its memory.
    const txs = given.map((tx) => new Uint8Array(tx));
    const results = await check.callWith(
      txs.map((tx) => tx.buffer),
      "add",
      txs,
    );
    if (results.some(({ result }) => result?.code === 0)) onAdded();
    return results;
  });
  return { broadcast, mempool: (limit) => check.call("waiting", limit) };
}

/** Refusals of the search thread itself, in the form for the endpoints. */
async function refusals<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (ChainError.is(thrown, IndexError.busy)) throw NodeError.busy(detailOf(thrown));
    if (ChainError.is(thrown, IndexError.tooMuch)) throw NodeError.tooMuch(detailOf(thrown));
    throw thrown;
  }
}

const detailOf = (error: ChainError): string => error.detail ?? error.summary;

/** Heights whose often requested values the endpoints cache: about 2 KB each. */
const CACHED_HEIGHTS = 256;

/** Connects the endpoints to the threads. */
export function createBackend(options: BackendOptions): ApiBackend {
  const { check, index, search, queries, first } = options;
  const listeners = new Set<(news: BlockNews) => void>();
  const metas = cacheByHeight(CACHED_HEIGHTS, (at) => search.call("meta", at));
  const validators = cacheByHeight(CACHED_HEIGHTS, (at) => search.call("validators", at));
  const params = cacheByHeight(CACHED_HEIGHTS, (at) => search.call("consensusParams", at));
  for (const [name, { counts }] of Object.entries({ metas, validators, params })) options.caches.set(name, counts);
  /** Last height that is indexed. */
  let last = 0;
  let earliest = first.first;
  const height = (): number => last;
  const keep = (head: IndexedHead): void => {
    if (head.meta !== undefined) metas.put(head.height, head.meta);
    if (head.validators !== undefined) validators.put(head.height + 1, head.validators);
  };
  keep(first);
  // The index thread sends values of these types under these names.
  index.onEvent((event, value) => {
    if (event === "head") {
      keep(value as IndexedHead);
      last = Math.max(last, (value as IndexedHead).height);
      earliest = (value as IndexedHead).first;
    } else if (event === "block") for (const listen of listeners) listen(value as BlockNews);
  });
  search.onEvent((event, value) => {
    if (event === "height") last = Math.max(last, value as number);
  });
  const watch = (on: boolean): void => void index.call("watch", on).catch(options.onFault);
  return {
    info: options.info,
    routes: routesOf(queryServices),
    registry: chainTypes,
    query: (path, request, at) => queries.ask(queryCost(path, request), request.length, "query", path, request, at),
    queryJson: (path, request, at) =>
      queries.ask(queryCost(path, request), request.length, "queryJson", path, request, at),
    history: async (path, request, form) =>
      openHistoryAnswer(await refusals(search.call("history", path, request, form, height()))),
    async abciQuery(request) {
      const pending = SIMULATES.test(request.path) ? await check.call("pendingRows", request.data) : [];
      return queries.ask(queryCost(request.path, request.data), request.data.length, "abciQuery", request, pending);
    },
    simulate: async (tx) =>
      queries.ask(simulationCost(tx), tx.length, "simulate", tx, await check.call("pendingRows", tx)),
    ...options.mempool,
    check: (tx) => check.call("check", tx),
    latestHeight: height,
    earliestHeight: () => earliest,
    block: (at) => refusals(search.call("block", at)),
    blockJson: (at) => refusals(search.call("blockJson", at)),
    meta: metas.get,
    metaByHash: (hash) => search.call("metaByHash", hash),
    resultsJson: (at) => refusals(search.call("resultsJson", at)),
    commit: (at) => search.call("commit", at),
    validators: validators.get,
    consensusParams: params.get,
    consensus: shared(async () => ({ ...(await search.call("consensus")), pauseMs: options.pauseMs })),
    txJson: (hash, prove) => refusals(search.call("txJson", hash, prove)),
    searchTxsJson: (wanted) => refusals(search.call("searchTxsJson", wanted)),
    searchBlocksJson: (wanted) => refusals(search.call("searchBlocksJson", wanted)),
    genesisSize: options.genesis.end,
    genesis: async (start, end) => options.genesis.read(start, end),
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
