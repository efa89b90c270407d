// SPDX-License-Identifier: Apache-2.0
/** A chain of one process that records every result as a line of text, to compare two runs. */
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ChainDefinition, ChainQueries } from "@sotto/app";
import { decodeBlockResult, encodeTxResult, lastResultsHash, resultsKey } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { type Account, account, ask, type OpenSequenced, openSequenced } from "@sotto/contract-test/parts";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import type { AppGenesis, BlockResult, TxResult } from "@sotto/kernel";
import { type LocalGenesis, localGenesis } from "@sotto/local";
import type { Channel, StartAnswer } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";

export const CHAIN_ID = "sotto-determinism-1";
const GENESIS_TIME = 1_700_000_000_123_456_789n;
const key = new Ed25519Key(sha256(fromUtf8("validator of the recorded chain")));
export const SEED = sha256(fromUtf8("seed of the recorded chain"));

/** The signers. A block has at most one transaction of each in a round. */
export const accounts: readonly Account[] = Array.from({ length: 16 }, (_, i) => account(`recorded ${i}`));

export const genesis: LocalGenesis = localGenesis({
  chainId: CHAIN_ID,
  timeNs: GENESIS_TIME,
  validatorPubKey: key.publicKey,
  funded: accounts.map(({ address }) => address),
  amount: 1_000_000_000_000n,
  maxBlockGas: -1n,
});

export interface NamedTx {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface RecordedOptions {
  /** Folder of state and block log. Default: a temporary folder. */
  readonly path?: string;
  /** Opens a channel to a new enclave at each start. Default: an inline enclave. */
  readonly openChannel?: () => Channel;
  /** After these heights the chain is closed and opened again. */
  readonly restartAfter?: ReadonlySet<number>;
  /**
   * After these heights the previous block's state is restored, as after a kill, so the start runs
   * the block again.
   */
  readonly forgetAfter?: ReadonlySet<number>;
  readonly seed?: Uint8Array;
  /**
   * Checks and simulates each transaction before its block, and lets the driver send queries that
   * are not recorded, as a node does between blocks. Execution then also uses the verdicts of
   * checked signatures.
   */
  readonly disturb?: boolean;
  /** Replaces `genesis`. */
  readonly genesis?: AppGenesis;
  /** Replaces the network's definition. */
  readonly definition?: ChainDefinition;
}

/** The values of a block that must be equal in two runs. */
export interface BlockLine {
  readonly height: number;
  readonly appHash: string;
  /** Hash of the block's results in the next header: codes, data and gas. */
  readonly resultsHash: string;
  readonly txs: readonly string[];
}

/**
 * Bytes above which a transaction is not simulated: the simulation of an upload costs as much as
 * its execution.
 */
const MUCH = 20_000;

const short = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 16);

const openChain = (folder: string, options: RecordedOptions): OpenSequenced =>
  openSequenced({
    folder,
    genesis: options.genesis ?? genesis,
    key,
    definition: options.definition,
    channel: options.openChannel?.(),
    seed: options.seed ?? SEED,
  });

export class RecordedChain {
  readonly lines: string[] = [];
  readonly blocks: BlockLine[] = [];
  readonly folder: string;
  readonly #options: RecordedOptions;
  readonly #temporary: boolean;
  #opened: OpenSequenced;
  /** Height of the copy of the state; 0 without a copy. */
  #copied = 0;

  constructor(options: RecordedOptions = {}) {
    this.#options = options;
    this.#temporary = options.path === undefined;
    this.folder = options.path ?? mkdtempSync(join(tmpdir(), "sotto-recorded-"));
    this.#opened = openChain(this.folder, options);
  }

  get height(): number {
    return this.#opened.sequencer.height;
  }

  get ioPublicKey(): Uint8Array {
    return this.#opened.started.ioPublicKey;
  }

  /** App hash of the last block. */
  get appHash(): string {
    return this.blocks.at(-1)?.appHash ?? "";
  }

  get started(): StartAnswer {
    return this.#opened.started;
  }

  get store(): StateStore {
    return this.#opened.store;
  }

  get queries(): ChainQueries {
    return this.#opened.queries;
  }

  get opened(): OpenSequenced {
    return this.#opened;
  }

  get disturbed(): boolean {
    return this.#options.disturb === true;
  }

  say(line: string): void {
    this.lines.push(line);
  }

  block(txs: readonly NamedTx[]): BlockResult {
    const height = this.height + 1;
    if (this.#options.forgetAfter?.has(height) === true) this.#copyState(height);
    if (this.disturbed) this.#disturb(txs);
    // The clock is irregular, but the same in every run.
    const now = GENESIS_TIME + BigInt(height) * 1_000_000_007n;
    const { result, appHash, blockId } = this.#opened.sequencer.produce(
      now,
      txs.map(({ bytes }) => bytes),
    );
    this.#record(height, appHash, blockId.hash, txs, result.txResults);
    if (this.#options.restartAfter?.has(height) === true) this.#reopen();
    if (this.#options.forgetAfter?.has(height) === true) this.#forget(height);
    return result;
  }

  #disturb(txs: readonly NamedTx[]): void {
    const { queries } = this.#opened;
    const check = this.#opened.openCheck(true);
    for (const { bytes } of txs) {
      const { code } = check.check(bytes, "check");
      if (code === 0) check.check(bytes, "recheck");
      if (bytes.length < MUCH) queries.simulate(bytes);
    }
  }

  #record(
    height: number,
    app: Uint8Array,
    block: Uint8Array,
    txs: readonly NamedTx[],
    results: readonly TxResult[],
  ): void {
    const appHash = toHex(app);
    const resultsHash = toHex(lastResultsHash(results));
    this.blocks.push({ height, appHash, resultsHash, txs: txs.map(({ name }) => name) });
    this.say(`block ${height} ${toHex(block)} app ${appHash} results ${resultsHash}`);
    for (const [i, { name }] of txs.entries()) {
      const { code, codespace, gasUsed, gasWanted, data, log, ...rest } = results[i] as TxResult;
      const events = short(
        encodeTxResult({ code: 0, codespace: "", gasUsed: 0n, gasWanted: 0n, data: fromUtf8(""), log: "", ...rest }),
      );
      this.say(
        `  ${name}: ${codespace}/${code} gas ${gasUsed}/${gasWanted} data ${short(data)} events ${events} log ${log}`,
      );
    }
  }

  ask<M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>): MessageShape<M["output"]> {
    return ask(this.queries, method, request);
  }

  /** Runs a query and records the answer or the error. Undefined when it failed. */
  recordQuery<T>(name: string, ask: () => T, show: (answer: T) => Uint8Array): T | undefined {
    try {
      const answer = ask();
      this.say(`query ${name}: ok ${short(show(answer))}`);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      this.say(`query ${name}: ${thrown.codespace}/${thrown.code} ${thrown.message}`);
      return undefined;
    }
  }

  /** The stored results of a height. */
  results(height: number): Uint8Array {
    const bytes = this.#opened.app.extra(resultsKey(height));
    if (bytes === undefined) throw new Error(`no results of height ${height}`);
    return bytes;
  }

  /** The blocks from a node that has only the log. */
  replayed(): BlockLine[] {
    const { log, app, sequencer } = this.#opened;
    return Array.from({ length: app.height }, (_, i) => {
      const height = i + 1;
      const appHash = toHex(log.meta(height + 1)?.header.appHash ?? sequencer.appHash);
      const resultsHash = toHex(lastResultsHash(decodeBlockResult(this.results(height)).txResults));
      return { height, appHash, resultsHash, txs: [] };
    });
  }

  #reopen(): void {
    this.#opened.close();
    this.#opened = openChain(this.folder, this.#options);
  }

  #copyState(height: number): void {
    this.#opened.close();
    cpSync(join(this.folder, "state"), join(this.folder, "before"), { recursive: true });
    this.#opened = openChain(this.folder, this.#options);
    this.#copied = height;
  }

  #forget(height: number): void {
    if (this.#copied !== height) throw new Error("the state before the block was not kept");
    this.#opened.close();
    rmSync(join(this.folder, "state"), { recursive: true });
    renameSync(join(this.folder, "before"), join(this.folder, "state"));
    this.#opened = openChain(this.folder, this.#options);
  }

  close(): void {
    this.#opened.close();
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true });
  }
}
