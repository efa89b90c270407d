// SPDX-License-Identifier: Apache-2.0
/**
 * The chain of the simulation: in memory, with blocks whose votes and faults the caller chooses,
 * and a line of text for each result, to compare two runs.
 */
import type { ChainDefinition, ChainQueries } from "@sotto/app";
import { encodeTxResult, lastResultsHash } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { type OpenApplication, openApplication } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import {
  type BlockResult,
  Branch,
  createCtx,
  GasMeter,
  NO_LIMIT,
  type TxResult,
  type ValidatorUpdate,
  type WriteCtx,
} from "@sotto/kernel";
import { MemoryDisk, type StateStore } from "@sotto/store";
import { BlockMaker, GENESIS_SECONDS } from "../support/blockMaker.ts";
import type { Decision } from "./conduct.ts";

export const CHAIN_ID = "sotto-simulation-1";
const NANOS = 7;
/** Larger transactions are not simulated: an upload costs as much as its execution. */
const MUCH = 20_000;

export interface NamedTx {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All that a block decides. Another chain can run it, too. */
export interface SimBlock extends Decision {
  readonly txs: readonly NamedTx[];
  /** Replaces the hash that modules see. */
  readonly hash?: Uint8Array;
}

export interface SimChainOptions {
  readonly definition: ChainDefinition;
  readonly appState: ReadonlyMap<string, string>;
  /** tendermint.types.ConsensusParams */
  readonly consensusParams: Uint8Array;
  readonly firstHeight?: number;
  /** Time of the genesis after the first one, in seconds. */
  readonly seconds?: number;
  /** After these heights the chain is closed and opened again. */
  readonly restartAfter?: ReadonlySet<number>;
  /** These blocks are lost, as by a kill before their commit, and run again. */
  readonly loseAt?: ReadonlySet<number>;
  /** Checks and simulates each transaction before its block, as a node does. */
  readonly disturb?: boolean;
}

const nanosOf = (seconds: number): bigint => BigInt(GENESIS_SECONDS + seconds) * 1_000_000_000n + BigInt(NANOS);
const short = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 16);

export class SimChain {
  readonly lines: string[] = [];
  /** Of the genesis. */
  readonly validators: readonly ValidatorUpdate[];
  readonly #options: SimChainOptions;
  readonly #disk = new MemoryDisk();
  readonly #maker: BlockMaker;
  #opened: OpenApplication;
  #seconds: number;
  #appHash = "";

  constructor(options: SimChainOptions) {
    const { firstHeight = 1, seconds = 0 } = options;
    this.#options = options;
    this.#seconds = seconds;
    this.#maker = new BlockMaker(CHAIN_ID, firstHeight);
    this.#opened = this.#open();
    try {
      const { appHash, validators } = this.#opened.app.initChain({
        chainId: CHAIN_ID,
        time: nanosOf(seconds),
        initialHeight: firstHeight,
        appState: options.appState,
        consensusParams: options.consensusParams,
        validators: [],
      });
      this.validators = validators;
      this.#maker.start(appHash);
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  #open(): OpenApplication {
    const { definition, firstHeight: initialHeight } = this.#options;
    const { validators } = this.#maker;
    return openApplication({ chainId: CHAIN_ID, definition, memory: this.#disk, validators, initialHeight });
  }

  get height(): number {
    return this.#maker.height;
  }

  /** Since the first genesis, of the last block. */
  get seconds(): number {
    return this.#seconds;
  }

  get appHash(): string {
    return this.#appHash;
  }

  get opened(): OpenApplication {
    return this.#opened;
  }

  get store(): StateStore {
    return this.#opened.store;
  }

  get queries(): ChainQueries {
    return this.#opened.queries;
  }

  /** Returns also the hash of the block that modules saw. */
  run(block: SimBlock): { readonly result: BlockResult; readonly hash: Uint8Array } {
    const height = this.height + 1;
    const { restartAfter, loseAt, disturb } = this.#options;
    if (disturb === true && height > (this.#options.firstHeight ?? 1)) this.#disturb(block.txs);
    const own = this.#opened.app.ownTxs().txs;
    const decided = this.#maker.make([...own, ...block.txs.map(({ bytes }) => bytes)], {
      header: { time: { seconds: GENESIS_SECONDS + block.seconds, nanos: NANOS } },
    });
    const hash = block.hash ?? decided.hash;
    const { proposer = decided.proposer, misbehavior } = block;
    const known = { ...decided, hash, proposer, lastCommit: { round: 0, votes: block.votes }, misbehavior };
    if (loseAt?.has(height) === true) {
      const mark = this.#disk.mark();
      this.#opened.app.finalizeBlock(known);
      this.#opened.app.commit();
      this.close();
      this.#disk.revert(mark);
      this.#opened = this.#open();
    }
    const finalized = this.#opened.app.finalizeBlock(known);
    const appHash = this.#opened.app.commit();
    this.#maker.accept(decided, finalized.txResults, appHash);
    const result = { ...finalized, txResults: finalized.txResults.slice(own.length) };
    this.#seconds = block.seconds;
    this.#appHash = toHex(appHash);
    this.#record(hash, block.txs, result.txResults);
    if (restartAfter?.has(height) === true) {
      this.close();
      this.#opened = this.#open();
    }
    return { result, hash };
  }

  #disturb(txs: readonly NamedTx[]): void {
    const check = this.#opened.openCheck(true);
    for (const { bytes } of txs) {
      const { code } = check.check(bytes, "check");
      if (code === 0) check.check(bytes, "recheck");
      if (bytes.length < MUCH) this.queries.simulate(bytes);
    }
  }

  #record(hash: Uint8Array, txs: readonly NamedTx[], results: readonly TxResult[]): void {
    this.lines.push(
      `block ${this.height} ${toHex(hash)} app ${this.#appHash} results ${toHex(lastResultsHash(results))}`,
    );
    for (const [i, { name }] of txs.entries()) this.lines.push(`  ${name}: ${resultLine(results[i] as TxResult)}`);
  }

  /** Reads the last committed state; writes to the branch are dropped. */
  read<T>(look: (ctx: WriteCtx, branch: Branch) => T): T {
    const snapshot = this.store.snapshot();
    try {
      const branch = new Branch(snapshot);
      const block = { chainId: CHAIN_ID, height: this.height, time: nanosOf(this.#seconds) };
      return look(createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch }), branch);
    } finally {
      snapshot.close();
    }
  }

  /** Hashes of the stores after the last block, by name. */
  roots(): ReadonlyMap<string, string> {
    const { stores } = this.store.commitInfo(this.store.version);
    return new Map(stores.map(({ name, hash }) => [name, toHex(hash)]));
  }

  close(): void {
    this.#opened.store.close();
  }
}

/** Every part of a result, in one line. */
export function resultLine({ code, codespace, gasUsed, gasWanted, data, log, ...rest }: TxResult): string {
  const events = short(
    encodeTxResult({ code: 0, codespace: "", gasUsed: 0n, gasWanted: 0n, data: fromUtf8(""), log: "", ...rest }),
  );
  return `${codespace}/${code} gas ${gasUsed}/${gasWanted} data ${short(data)} events ${events} log ${log}`;
}
