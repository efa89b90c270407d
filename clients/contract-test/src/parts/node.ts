// SPDX-License-Identifier: Apache-2.0
/** A node without threads and sockets: chain, sequencer and index behind `ApiBackend`. */
import type { HistoryReader } from "@sotto/api/history";
import type { ChainQueries } from "@sotto/app";
import type { ApiBackend, BlockNews } from "@sotto/backend";
import { decodeBlockResult, Mempool, resultsKey } from "@sotto/blocks";
import type { Ed25519Key } from "@sotto/crypto";
import { type BlockSource, type EventIndex, openIndex } from "@sotto/index";
import type { LocalGenesis } from "@sotto/local";
import type { ProducedBlock } from "@sotto/sequencer";
import type { MemoryDisk } from "@sotto/store";
import { backendOf } from "./backend.ts";
import { type OpenSequenced, openSequenced, type SequencedParts } from "./sequenced.ts";
import { storedOf } from "./stored.ts";

export interface NodeParts extends SequencedParts {
  readonly genesis: LocalGenesis;
  /** Whether blocks use the verdicts of the mempool on signatures, as in a node. Default: false. */
  readonly sharesVerdicts?: boolean;
}

export interface OpenNode {
  readonly chain: OpenSequenced;
  readonly backend: ApiBackend;
  readonly history: HistoryReader;
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

/**
 * The index of a chain, which follows its blocks when it is asked: most tests never ask it, and a
 * transaction in it costs 25 us.
 */
function lazyIndex({ store, log, sequencer, options }: OpenSequenced, memory: MemoryDisk | undefined) {
  let index: EventIndex | undefined;
  const source: BlockSource = {
    get first() {
      return log.first;
    },
    get height() {
      return sequencer.height;
    },
    chain: options.chainId,
    hash: (height) => log.meta(height)?.blockId.hash,
    block(height) {
      const txs = log.block(height)?.txs;
      const row = store.extra(resultsKey(height));
      if (txs === undefined || row === undefined) return undefined;
      const { txResults: results, events: blockEvents } = decodeBlockResult(row);
      return { height, txs, results, blockEvents };
    },
  };
  return {
    current(): EventIndex {
      index ??= openIndex({ path: undefined, memory, noSync: true });
      while (index.height < source.height && index.catchUp(source) > 0);
      return index;
    },
    close: () => index?.close(),
  };
}

export function openNode(parts: NodeParts): OpenNode {
  const { genesis, key, minimumGasPrice, sharesVerdicts = false } = parts;
  const chain = openSequenced(parts);
  const { sequencer, queries } = chain;
  const subscribers = new Set<(news: BlockNews) => void>();
  const faults: unknown[] = [];
  let mempool: Mempool | undefined;
  const pool = () => {
    mempool ??= new Mempool({ app: chain.openCheck(sharesVerdicts) });
    return mempool;
  };

  const index = lazyIndex(chain, parts.memory);
  const stored = storedOf(chain, index.current);
  const { blockAt, history } = stored;
  const backend = backendOf({
    chain,
    stored,
    index: index.current,
    genesis,
    key,
    minimumGasPrice,
    subscribers,
    faults,
    pool,
  });

  /** As the node's check thread does. */
  function reap(): Uint8Array[] {
    const { maxDataBytes, maxGas, reserved } = sequencer;
    return pool().reapBeside(reserved, maxDataBytes, maxGas);
  }

  function produce(txs: readonly Uint8Array[] = reap(), now = sequencer.nextTime + STEP): ProducedBlock {
    const done = sequencer.produce(now, txs);
    const { height } = done.block.header;
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

  return { chain, backend, history, pool, produce, close, faults, queries, genesis, key };
}
