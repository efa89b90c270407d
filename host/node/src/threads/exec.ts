// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import { createApplication, Extra, STORES } from "@sotto/app";
import { type ChainGenesis, openBlockLog } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { txHash } from "@sotto/comet";
import { Ed25519Key, parkBeforeAddons } from "@sotto/crypto";
import { readGenesisDocument } from "@sotto/local";
import { createSequencer, type Phase } from "@sotto/sequencer";
import { openStore } from "@sotto/store";
import type { VerifiedSignatures } from "@sotto/x-auth";
import { BlockLoop, type BlockOutcome } from "../blockLoop.ts";
import { nowNs } from "../clock.ts";
import { FileMark, faultAt, readFileMark, SharedMark, unfinishedText } from "../executing.ts";
import { saveDurably } from "../files.ts";
import { type GenesisPlace, openGenesis } from "../genesisFile.ts";
import { upgradeInfoJson } from "../upgradeInfo.ts";
import { type MissedBlocks, missesOf } from "../validators.ts";
import type { CheckHandlers } from "./check.ts";
import { beginning, startExecEnclave } from "./enclaveStart.ts";
import type { IndexHandlers } from "./indexer.ts";
import { type PackedBytes, pack, unpack } from "./packed.ts";
import { callsOver, serveThread, tell, threadData } from "./port.ts";
import { chainOptions, type NodeData, openEnclave } from "./shared.ts";

export interface ExecData extends NodeData {
  readonly genesis: ChainGenesis;
  /** The document with the initial state of the modules. */
  readonly document: GenesisPlace;
  /** Whether the document comes from elsewhere. */
  readonly checksGenesis: boolean;
  /** Ed25519 seeds of the validators' keys, 32 bytes each. */
  readonly validatorSeeds: readonly Uint8Array[];
  readonly misses: readonly MissedBlocks[];
  /** File for the sealed state before the first commit; undefined in memory. */
  readonly sealedPath: string | undefined;
  /** File with the block in execution (`FileMark`); undefined in memory. */
  readonly executingPath: string | undefined;
  /** File for a plan that this program cannot carry out. */
  readonly upgradeInfoPath: string;
  /** The same for other threads (`SharedMark`). */
  readonly executing: SharedArrayBuffer;
}

/**
 * Most stored verdicts of the check thread; beyond it they are dropped and signatures are verified
 * here.
 */
const MAX_VERDICTS = 200_000;

/** Verdicts that the check thread sent; each is used once. */
class SentVerdicts implements VerifiedSignatures {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.delete(key);
  }

  add(): void {}

  receive(keys: readonly string[]): void {
    if (this.#keys.size > MAX_VERDICTS) this.#keys.clear();
    for (const key of keys) this.#keys.add(key);
  }
}

const data = threadData<ExecData>();
parkBeforeAddons(data.cutOff);
const store = openStore({
  path: data.statePath,
  stores: STORES,
  pruning: { keepVersions: undefined },
  noSync: data.noSync,
  initialVersion: data.genesis.initialHeight,
});
const log = openBlockLog({ path: data.logPath, noSync: data.noSync });
const enclave = await openEnclave(data);
const { keys, onGenesis } = startExecEnclave(data, enclave, store.extra(Extra.sealed));
const verified = new SentVerdicts();
const shared = new SharedMark(data.executing);
const last = data.executingPath === undefined ? undefined : readFileMark(data.executingPath);
const file = data.executingPath === undefined ? undefined : new FileMark(data.executingPath);
const nextHeight = store.version === 0 ? data.genesis.initialHeight : store.version + 1;
/**
 * The block that the last run began and did not commit. Absent after a stop, which waits for the
 * block.
 */
const unfinished = last?.height === nextHeight && last.height <= log.height ? last : undefined;

const onTransaction = (index: number): void => {
  shared.transaction(index);
  // The block was unfinished before: if it ends the process again, the file names the transaction
  // exactly.
  const { now } = shared;
  if (now !== undefined && now.attempt > 1) file?.note(now);
};
const app = createApplication({
  ...chainOptions(data, { store, enclave, keys, verified }),
  checksGenesis: data.checksGenesis,
  onTransaction,
  onUpgradeNeeded: (plan) => saveDurably(data.upgradeInfoPath, fromUtf8(upgradeInfoJson(plan))),
});
const validatorKeys = data.validatorSeeds.map((seed) => new Ed25519Key(seed));

function tellUnfinished(): void {
  if (unfinished === undefined) return;
  const txs = log.block(unfinished.height)?.txs ?? [];
  const tx = unfinished.index === undefined ? undefined : txs[unfinished.index];
  const hash = tx === undefined ? undefined : toHex(txHash(tx)).toUpperCase();
  tell("unfinished", unfinishedText(unfinished, txs.length, hash, data.execMemoryMb));
}
tellUnfinished();

function onExecute(height: number): void {
  const attempt = unfinished?.height === height ? unfinished.attempt + 1 : 1;
  shared.begin(height, attempt);
  file?.begin(height, attempt);
}

/** Milliseconds of each part of the last block. */
const spent = new Map<Phase, number>();
let mark = 0;
// Only a chain without a block reads it.
const genesis = store.version > 0 ? undefined : openGenesis(data.document);
const sequencer = beginning(() =>
  createSequencer({
    app,
    log,
    keys: validatorKeys,
    misses: missesOf(data.misses),
    genesis: {
      ...data.genesis,
      appState: genesis === undefined ? new Map() : readGenesisDocument(genesis).appState,
    },
    onGenesis,
    onExecute,
    onExecuted: () => shared.end(),
    onPhase(phase) {
      const now = performance.now();
      spent.set(phase, now - mark);
      mark = now;
    },
  }),
);
genesis?.close();

function makeBlock(now: bigint, txs: readonly Uint8Array[]) {
  try {
    return sequencer.produce(now, txs);
  } catch (thrown) {
    throw faultAt(shared.now, txs.length, thrown);
  }
}

function produce(now: bigint, txs: PackedBytes, verdicts: readonly string[]): BlockOutcome {
  verified.receive(verdicts);
  mark = performance.now();
  const { block, result } = makeBlock(now, unpack(txs));
  return {
    height: block.header.height,
    codes: result.txResults.slice(block.txs.length - txs.ends.length).map(({ code }) => code),
    nextTime: sequencer.nextTime,
    phases: Object.fromEntries(spent),
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
    ioPublicKey: keys.ioPublicKey,
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
  close() {
    log.close();
    store.close();
  },
} as const;

export type ExecHandlers = typeof execHandlers;

serveThread(execHandlers);
