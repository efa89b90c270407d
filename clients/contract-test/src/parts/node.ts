// SPDX-License-Identifier: Apache-2.0
/** A node without threads and sockets: chain, sequencer and index behind `ApiBackend`. */
import { answerHistory, type HistoryReader, openHistoryAnswer } from "@sotto/api/history";
import { type ChainOptions, type ChainQueries, secretChain } from "@sotto/app";
import { VERSION } from "@sotto/app/version";
import {
  type ApiBackend,
  type BlockNews,
  routesOf,
  type StoredBlock,
  type StoredMeta,
  type StoredResults,
  type StoredTx,
} from "@sotto/backend";
import { textPieces } from "@sotto/backend/pieces";
import { decodeBlockResult, Mempool, resultsKey, toTime } from "@sotto/blocks";
import { fromUtf8 } from "@sotto/bytes";
import { decode, gatewayJson } from "@sotto/codec";
import { txProofs } from "@sotto/comet";
import { type Ed25519Key, sha256 } from "@sotto/crypto";
import { type EventIndex, openIndex } from "@sotto/index";
import { queryServicesOf } from "@sotto/kernel";
import { type LocalGenesis, nodeId } from "@sotto/local";
import { resultsParts, storedBlockParts, storedTxJson } from "@sotto/rpc/json";
import type { ProducedBlock } from "@sotto/sequencer";
import { chainTypes } from "@sotto/tx";
import { type OpenSequenced, openSequenced, type SequencedParts } from "./sequenced.ts";

const storedBlockJson = (block: StoredBlock): string => [...storedBlockParts(block)].join("");
const resultsJson = (results: StoredResults): string => [...resultsParts(results, results.txResults)].join("");

/** As in the configuration of a node: 18 decimals and the denomination. */
function priceText(price: ChainOptions["minimumGasPrice"]): string {
  if (price === undefined) return "";
  const { denom, perMillion } = price;
  return `${perMillion / 1_000_000n}.${String(perMillion % 1_000_000n).padStart(6, "0")}000000000000${denom}`;
}

/** Runs a job to its end. */
export function finished<T>(steps: Generator<number, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

export interface NodeParts extends SequencedParts {
  readonly genesis: LocalGenesis;
  /** Whether blocks use the verdicts of the mempool on signatures, as in a node. Default: false. */
  readonly sharesVerdicts?: boolean;
}

export interface OpenNode {
  readonly chain: OpenSequenced;
  readonly backend: ApiBackend;
  readonly history: HistoryReader;
  readonly index: EventIndex;
  readonly queries: ChainQueries;
  /** Failures of requests that are no answers. */
  readonly faults: readonly unknown[];
  readonly genesis: LocalGenesis;
  readonly key: Ed25519Key;
  /** The transactions that wait. It opens a snapshot when a state exists. */
  pool(): Mempool;
  /**
   * Makes one block, by default of the waiting transactions. `now`: the time of the next block, in
   * nanoseconds.
   */
  produce(txs?: readonly Uint8Array[], now?: bigint): ProducedBlock;
  close(): void;
}

/** Nanoseconds between two blocks: a second, and digits that a rounded time would lose. */
const STEP = 1_000_000_123n;

export function openNode(parts: NodeParts): OpenNode {
  const { genesis, key, definition = secretChain, minimumGasPrice, sharesVerdicts = false } = parts;
  const publicKey = { type: "ed25519", bytes: key.publicKey } as const;
  const chain = openSequenced(parts);
  const { store, log, sequencer, queries } = chain;
  const index = openIndex({ path: undefined, noSync: true });
  const subscribers = new Set<(news: BlockNews) => void>();
  const faults: unknown[] = [];
  let mempool: Mempool | undefined;
  const pool = () => {
    mempool ??= new Mempool({ app: chain.openCheck(sharesVerdicts) });
    return mempool;
  };

  const blockAt = (height: number) => {
    const block = log.block(height);
    const meta = log.meta(height);
    return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
  };
  const resultsAt = (height: number): StoredResults | undefined => {
    const row = store.extra(resultsKey(height));
    if (row === undefined) return undefined;
    const next = log.meta(height + 1);
    return { height, ...decodeBlockResult(row), appHash: next?.header.appHash ?? sequencer.appHash };
  };
  const metaAt = (height: number): StoredMeta | undefined => {
    const meta = log.meta(height);
    const results = resultsAt(height);
    return meta === undefined || results === undefined ? undefined : { ...meta, appHash: results.appHash };
  };
  const txAt = ({ height, index: at }: { height: number; index: number }, prove = false): StoredTx => {
    const block = log.block(height);
    const tx = block?.txs[at];
    const result = resultsAt(height)?.txResults[at];
    if (block === undefined || tx === undefined || result === undefined)
      throw new TypeError("the index names an absent transaction");
    const { root, proofs } = txProofs(block.txs);
    const proof = proofs[at];
    const proven = prove && proof !== undefined ? { root, proof } : undefined;
    return { hash: sha256(tx), height, index: at, time: block.header.time, tx, result, proof: proven };
  };

  const history: HistoryReader = {
    registry: chainTypes,
    *block(height) {
      yield 1;
      return blockAt(height);
    },
    *tx(hash) {
      yield 1;
      const found = index.tx(hash);
      return found === undefined ? undefined : txAt(found);
    },
    *searchTxs({ query, prove, ...paging }) {
      yield 1;
      const { total, items } = index.searchTxs(query, paging);
      return { total, txs: items.map((each) => txAt(each, prove)) };
    },
  };

  const backend: ApiBackend = {
    info: {
      id: nodeId(key.publicKey),
      network: genesis.chainId,
      moniker: "sotto",
      listenAddr: "tcp://0.0.0.0:26656",
      rpcAddress: "tcp://127.0.0.1:26657",
      validator: publicKey,
      application: { name: "sotto", appName: "sottod", version: VERSION, gitCommit: "" },
      minimumGasPrice: priceText(minimumGasPrice),
      pruningKeepRecent: "0",
      pruningInterval: "0",
    },
    routes: routesOf(queryServicesOf(definition.modules)),
    registry: definition.types,
    async query(path, request, height) {
      const route = queries.routes.get(path);
      if (route === undefined) throw new TypeError(`no route ${path}`);
      return queries.run(route, request, height);
    },
    async queryJson(path, request, height) {
      const { value, height: seen } = await backend.query(path, request, height);
      const { output } = backend.routes.find((route) => route.path === path)?.method ?? {};
      if (output === undefined) throw new TypeError(`no route ${path}`);
      return { json: textPieces(gatewayJson(output, decode(output, value), definition.types)), height: seen };
    },
    history: async (path, request, form) =>
      openHistoryAnswer(finished(answerHistory(history, path, request, form, sequencer.height))),
    abciQuery: async (request) => queries.query(request),
    simulate: async (tx) => queries.simulate(tx),
    broadcast: async (tx) => pool().add(tx),
    check: async (tx) => chain.openCheck(false).check(tx, "check"),
    latestHeight: () => sequencer.height,
    earliestHeight: () => 1,
    block: async (height) => blockAt(height),
    async blockJson(height) {
      const block = blockAt(height);
      return block === undefined ? undefined : textPieces(storedBlockJson(block));
    },
    meta: async (height) => metaAt(height),
    async metaByHash(hash) {
      const height = log.heightOf(hash);
      return height === undefined ? undefined : metaAt(height);
    },
    async resultsJson(height) {
      const results = resultsAt(height);
      return results === undefined ? undefined : textPieces(resultsJson(results));
    },
    commit: async (height) => log.commit(height),
    validators: async (height) => log.validators(height),
    consensusParams: async (height) => log.consensusParams(Math.min(height, sequencer.height)),
    async consensus() {
      const height = sequencer.height + 1;
      const lastCommit = log.commit(sequencer.height)?.commit;
      const lastValidators = log.validators(sequencer.height);
      const genesisTime = toTime(genesis.time);
      const { validators: now } = sequencer;
      return { height, validators: now, lastValidators, lastCommit, decided: undefined, genesisTime, pauseMs: 1000 };
    },
    async txJson(hash, prove) {
      const found = index.tx(hash);
      return found === undefined ? undefined : textPieces(storedTxJson(txAt(found, prove)));
    },
    async searchTxsJson({ query, prove, ...paging }) {
      const { total, items } = index.searchTxs(query, paging);
      const txs = items.map((each) => storedTxJson(txAt(each, prove)));
      return textPieces(`{"txs":[${txs.join(",")}],"total_count":"${total}"}`);
    },
    async searchBlocksJson({ query, ...paging }) {
      const { total, items } = index.searchBlocks(query, paging);
      const blocks = items.map(blockAt).filter((block) => block !== undefined);
      return textPieces(`{"blocks":[${blocks.map(storedBlockJson).join(",")}],"total_count":"${total}"}`);
    },
    mempool: async (limit) => ({ count: pool().size, bytes: pool().bytes, txs: pool().first(limit) }),
    genesisSize: genesis.json.length,
    genesis: async (start, end) => fromUtf8(genesis.json).subarray(start, end),
    onFault: (thrown) => faults.push(thrown),
    subscribe(onBlock) {
      subscribers.add(onBlock);
      return () => subscribers.delete(onBlock);
    },
  };

  function produce(
    txs: readonly Uint8Array[] = pool().reap(sequencer.maxDataBytes, sequencer.maxGas),
    now = sequencer.nextTime + STEP,
  ): ProducedBlock {
    const done = sequencer.produce(now, txs);
    const { height } = done.block.header;
    index.indexBlock({ height, txs: done.block.txs, results: done.result.txResults, blockEvents: done.result.events });
    mempool?.update(done.block.txs, done.result.txResults);
    if (subscribers.size === 0) return done;
    const block = blockAt(height);
    if (block === undefined) throw new TypeError("the block is not in the log");
    const results = { height, ...done.result, appHash: done.appHash };
    for (const tell of subscribers) tell({ block, results });
    return done;
  }

  function close() {
    index.close();
    chain.close();
  }

  return { chain, backend, history, index, pool, produce, close, faults, queries, genesis, key };
}
