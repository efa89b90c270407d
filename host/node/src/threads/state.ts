// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { type ChainOptions, createApplication, Extra, neededText, STORES } from "@sotto/app";
import { type BlockLog, type ChainGenesis, openBlockLog } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { txHash } from "@sotto/comet";
import { parkBeforeAddons } from "@sotto/crypto";
import type { NetworkApplication } from "@sotto/kernel";
import type { NodeMetrics } from "@sotto/metrics";
import type { EnclaveClient } from "@sotto/protocol";
import { openStore, type StateStore } from "@sotto/store";
import type { VerifiedSignatures } from "@sotto/x-auth";
import { FileMark, faultAt, readFileMark, SharedMark, unfinishedText } from "../executing.ts";
import { saveDurably } from "../files.ts";
import type { GenesisPlace } from "../genesisFile.ts";
import { blocksKept, pruningOf } from "../retention.ts";
import { upgradeInfoJson } from "../upgradeInfo.ts";
import { KeysNeeded, type LateKeys, lateKeys } from "./lateKeys.ts";
import { startMeter, storeReporter } from "./meter.ts";
import { secondsOf } from "./observed.ts";
import { tell } from "./port.ts";
import { chainOptions, type NodeData, openEnclave } from "./shared.ts";

/** What the thread that executes blocks needs, however they are decided. */
export interface StateData extends NodeData {
  readonly genesis: ChainGenesis;
  /** The document with the initial state of the modules. */
  readonly document: GenesisPlace;
  /** Whether the document comes from elsewhere. */
  readonly checksGenesis: boolean;
  /** Ed25519 seeds of the validators' keys that sign here, 32 bytes each; none: others decide. */
  readonly validatorSeeds: readonly Uint8Array[];
  /** File for the sealed state before the first commit; undefined in memory. */
  readonly sealedPath: string | undefined;
  /** File with the block in execution (`FileMark`); undefined in memory. */
  readonly executingPath: string | undefined;
  /** Folder of all snapshots. */
  readonly snapshotsPath: string;
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
export class SentVerdicts implements VerifiedSignatures {
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

/** The open state of a chain, for the thread that is its only writer. */
export interface OpenedState {
  readonly store: StateStore;
  readonly log: BlockLog;
  readonly app: NetworkApplication;
  /** Undefined: nobody watches the node. */
  readonly metrics: NodeMetrics | undefined;
  readonly enclave: EnclaveClient;
  readonly late: LateKeys;
  readonly verified: SentVerdicts;
  /** Marks the block in execution. */
  onExecute(height: number): void;
  onExecuted(): void;
  /** The block in execution waits for keys: no fault of it ended the run. */
  onWaiting(): void;
  /**
   * Runs the execution of a block of `txs` transactions; a fault gets the place where it happened.
   */
  executing<T>(txs: number, run: () => T): T;
  close(): void;
}

/** Blocks whose results stay. Nobody gives evidence to a node that decides its own blocks. */
const keptRows = ({ retention, validatorSeeds, genesis }: StateData): number | undefined =>
  validatorSeeds.length > 0 ? retention.keepBlocks : blocksKept(retention, genesis.consensusParams);

/** Opens the files of a chain, its enclave and its application. Throws EnvironmentFault. */
export async function openState(data: StateData): Promise<OpenedState> {
  parkBeforeAddons(data.cutOff);
  const { initialHeight } = data.genesis;
  const store = openStore({
    path: data.statePath,
    stores: STORES,
    pruning: pruningOf(data.retention, keptRows(data)),
    noSync: data.noSync,
    initialVersion: initialHeight,
  });
  const log = openBlockLog({ path: data.logPath, noSync: data.noSync });
  const metrics = startMeter(data.isMeasured, "exec", storeReporter(store));
  const late = lateKeys(data, await openEnclave(data, metrics), store, store.extra(Extra.sealed));
  const { enclave } = late;
  const last = log.meta(store.version)?.header.time;
  if (last !== undefined) metrics?.head(store.version, secondsOf(last));
  const verified = new SentVerdicts();
  const marks = new Marks(data, store.version === 0 ? initialHeight : store.version + 1, log);
  const app = createApplication({
    ...chainOptions(data, { store, enclave, keys: currentKeys(late), verified }),
    checksGenesis: data.checksGenesis,
    onTransaction: (index) => marks.transaction(index),
    onUpgradeNeeded(plan) {
      saveDurably(data.upgradeInfoPath, fromUtf8(upgradeInfoJson(plan)));
      tell("upgrade", neededText(plan));
      // The next start finds a block that waits, not one that ended the process.
      if (data.executingPath !== undefined) rmSync(data.executingPath, { force: true });
      pauseForSupervisors(data.cutOff);
    },
  });
  return {
    ...{ store, log, app, enclave, late, verified, metrics },
    onExecute: (height) => marks.begin(height),
    onExecuted: () => marks.end(),
    onWaiting: () => marks.forget(),
    executing: (txs, run) => marks.named(txs, run),
    close() {
      log.close();
      store.close();
    },
  };
}

/**
 * For supervisors, which look every 300 ms and then run `sotto status`. Some judge a process that
 * has ended by CometBFT's block store, which is elsewhere.
 */
const SUPERVISOR_MS = 3_000;
const LOOK_MS = 50;

/** Keeps the process alive after upgrade-info.json is there; a stop ends the pause. */
function pauseForSupervisors(cutOff: Int32Array): void {
  for (let spent = 0; spent < SUPERVISOR_MS && Atomics.load(cutOff, 0) === 0; spent += LOOK_MS) {
    Atomics.wait(cutOff, 0, 0, LOOK_MS);
  }
}
/** Read when they are used: the enclave may get them later. */
const currentKeys = (late: LateKeys): ChainOptions["keys"] => ({
  get ioPublicKey() {
    return late.keys.ioPublicKey;
  },
  get seedExchangePublicKey() {
    return late.keys.seedExchangePublicKey;
  },
});

/** The block in execution, for the thread endpoints and for the next start. */
class Marks {
  readonly #shared: SharedMark;
  readonly #file: FileMark | undefined;
  /**
   * The block that the last run began and did not commit. Absent after a stop, which waits for the
   * block.
   */
  #unfinished: ReturnType<typeof readFileMark>;

  constructor({ executing, executingPath: path, execMemoryMb }: StateData, next: number, log: BlockLog) {
    this.#shared = new SharedMark(executing);
    const last = path === undefined ? undefined : readFileMark(path);
    this.#file = path === undefined ? undefined : new FileMark(path);
    this.#unfinished = last?.height === next && last.height <= log.height ? last : undefined;
    if (this.#unfinished === undefined) return;
    const { height, index } = this.#unfinished;
    const txs = log.block(height)?.txs ?? [];
    const tx = index === undefined ? undefined : txs[index];
    const hash = tx === undefined ? undefined : toHex(txHash(tx)).toUpperCase();
    tell("unfinished", unfinishedText(this.#unfinished, txs.length, hash, execMemoryMb));
  }

  begin(height: number): void {
    const attempt = this.#unfinished?.height === height ? this.#unfinished.attempt + 1 : 1;
    this.#shared.begin(height, attempt);
    this.#file?.begin(height, attempt);
  }

  transaction(index: number): void {
    this.#shared.transaction(index);
    // The block was unfinished before: if it ends the process again, the file names the transaction
    // exactly.
    const { now } = this.#shared;
    if (now !== undefined && now.attempt > 1) this.#file?.note(now);
  }

  end(): void {
    this.#shared.end();
  }

  /** No attempt of the block is left. */
  forget(): void {
    this.#shared.end();
    this.#file?.forget();
    this.#unfinished = undefined;
  }

  named<T>(txs: number, run: () => T): T {
    try {
      return run();
    } catch (thrown) {
      if (thrown instanceof KeysNeeded) throw thrown;
      throw faultAt(this.#shared.now, txs, thrown);
    }
  }
}
