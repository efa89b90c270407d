// SPDX-License-Identifier: Apache-2.0
/** A node without threads and sockets: chain, sequencer and index behind `ApiBackend`. */
import type { HistoryReader } from "@sotto/api/history";
import type { ChainQueries } from "@sotto/app";
import type { ApiBackend, BlockNews } from "@sotto/backend";
import { Mempool } from "@sotto/blocks";
import type { Ed25519Key } from "@sotto/crypto";
import { type EventIndex, openIndex } from "@sotto/index";
import type { LocalGenesis } from "@sotto/local";
import type { ProducedBlock } from "@sotto/sequencer";
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
  const { genesis, key, minimumGasPrice, sharesVerdicts = false } = parts;
  const chain = openSequenced(parts);
  const { sequencer, queries } = chain;
  const index = openIndex({ path: undefined, memory: parts.memory, noSync: true });
  const subscribers = new Set<(news: BlockNews) => void>();
  const faults: unknown[] = [];
  let mempool: Mempool | undefined;
  const pool = () => {
    mempool ??= new Mempool({ app: chain.openCheck(sharesVerdicts) });
    return mempool;
  };

  const stored = storedOf(chain, index);
  const { blockAt, history } = stored;
  const backend = backendOf({ chain, stored, index, genesis, key, minimumGasPrice, subscribers, faults, pool });

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
