// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import { Ed25519Key } from "@sotto/crypto";
import { readGenesisDocument } from "@sotto/local";
import { createSequencer } from "@sotto/sequencer";
import { BlockLoop, type BlockOutcome } from "../blockLoop.ts";
import { nowNs } from "../clock.ts";
import { openGenesis } from "../genesisFile.ts";
import { retainHeight } from "../retention.ts";
import { type MissedBlocks, missesOf } from "../validators.ts";
import type { CheckHandlers } from "./check.ts";
import { beginning } from "./enclaveStart.ts";
import type { IndexHandlers } from "./indexer.ts";
import { observeBlock, PhaseClock } from "./observed.ts";
import { type PackedBytes, pack, unpack } from "./packed.ts";
import { callsOver, serveThread, tell, threadData } from "./port.ts";
import { openState, type StateData } from "./state.ts";

export interface ExecData extends StateData {
  readonly misses: readonly MissedBlocks[];
}

const data = await threadData<ExecData>();
const state = await openState(data);

const clock = new PhaseClock();
// Only a chain without a block reads it.
const genesis = state.store.version > 0 ? undefined : openGenesis(data.document);
const sequencer = beginning(() =>
  createSequencer({
    app: state.app,
    log: state.log,
    keys: data.validatorSeeds.map((seed) => new Ed25519Key(seed)),
    misses: missesOf(data.misses),
    genesis: {
      ...data.genesis,
      appState: genesis === undefined ? new Map() : readGenesisDocument(genesis).appState,
    },
    onGenesis: state.late.onGenesis,
    onExecute: state.onExecute,
    onExecuted: state.onExecuted,
    onPhase: clock.done,
  }),
);
genesis?.close();

function produce(now: bigint, txs: PackedBytes, verdicts: readonly string[]): BlockOutcome {
  state.verified.receive(verdicts);
  const unpacked = unpack(txs);
  clock.begin();
  const { block, result } = state.executing(unpacked.length, () => sequencer.produce(now, unpacked));
  const phases = clock.parts;
  const { height, time } = block.header;
  if (state.metrics !== undefined) observeBlock(state.metrics, { height, time, result, phases });
  const retain = retainHeight(height, data.retention.keepBlocks);
  if (retain > 0) state.log.prune(retain);
  return {
    height,
    codes: result.txResults.slice(block.txs.length - txs.ends.length).map(({ code }) => code),
    nextTime: sequencer.nextTime,
    phases,
    gas: Number(result.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)),
  };
}

/** The pace of blocks, and the ports to the threads that they need. */
export interface PaceOptions {
  readonly check: MessagePort;
  readonly index: MessagePort;
  readonly blockTimeMs: number;
  readonly instant: boolean;
}

let loop: BlockLoop | undefined;

/** Ends the thread, and the node with it. */
function fail(fault: unknown): void {
  setImmediate(() => {
    throw fault;
  });
}

/** The only writer of the chain's state, and the pace of blocks. */
export const execHandlers = {
  status: () => ({
    height: sequencer.height,
    maxDataBytes: sequencer.maxDataBytes,
    maxGas: sequencer.maxGas,
    nextTime: sequencer.nextTime,
    ioPublicKey: state.late.keys.ioPublicKey,
  }),
  /** The block that makes a new chain's files readable for the other threads. */
  produceFirst: () => void produce(nowNs(), pack([]), []),
  /** Makes blocks until `stopBlocks`. */
  startBlocks({ check, index, blockTimeMs, instant }: PaceOptions) {
    const indexCalls = callsOver<IndexHandlers>(index);
    loop = new BlockLoop({
      produce,
      check: callsOver<CheckHandlers>(check),
      publish: () => indexCalls.call("sync"),
      now: nowNs,
      blockTimeMs,
      instant,
      lastHasTxs: () => sequencer.lastHasTxs,
      limits: () => sequencer,
      nextTime: sequencer.nextTime,
      onBlock: (block) => tell("block", block),
      onFault: fail,
    });
    loop.start();
  },
  /** A transaction has come in. */
  wake: () => loop?.wake(),
  /** Ends after the block that is being made. */
  stopBlocks: () => loop?.stop(),
  close: () => state.close(),
} as const;

export type ExecHandlers = typeof execHandlers;

serveThread(execHandlers);
