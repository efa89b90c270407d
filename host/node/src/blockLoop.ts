// SPDX-License-Identifier: Apache-2.0
import type { Sequencer } from "@sotto/sequencer";
import type { BlockLimits, CheckHandlers } from "./threads/check.ts";
import { type PackedBytes, pack } from "./threads/packed.ts";
import type { Calls } from "./threads/port.ts";

/** The result of a block. */
export interface BlockOutcome {
  readonly height: number;
  /** Of the transactions that it was given; its own ones come before them. */
  readonly codes: readonly number[];
  /** Time of the next block, which BFT time has already determined. */
  readonly nextTime: bigint;
  /** Milliseconds of each part. */
  readonly phases: Readonly<Record<string, number>>;
  /** Gas that its transactions used. */
  readonly gas: number;
}

/** A block with the milliseconds that it took. */
export type TimedOutcome = BlockOutcome & { readonly spentMs: number };

export interface BlockLoopOptions {
  /** Makes, executes and commits one block. */
  readonly produce: (now: bigint, txs: PackedBytes, verdicts: readonly string[]) => BlockOutcome;
  readonly check: Calls<CheckHandlers>;
  /** Indexes and publishes committed blocks. */
  readonly publish: () => Promise<unknown>;
  readonly now: () => bigint;
  readonly blockTimeMs: number;
  /** A block as soon as there is a transaction, otherwise no block. */
  readonly instant: boolean;
  /** Whether the last block has transactions. */
  readonly lastHasTxs: () => boolean;
  /** Most bytes and gas of the transactions of the next block: blocks may change them. */
  readonly limits: () => Pick<Sequencer, "maxDataBytes" | "maxGas" | "reserved">;
  /** Time of the next block, which BFT time has already determined. */
  readonly nextTime: bigint;
  readonly onBlock: (block: TimedOutcome) => void;
  readonly onFault: (fault: unknown) => void;
}

/**
 * In instant mode, a BFT time older than this is renewed by an empty block before transactions are
 * run.
 */
const STALE_NS = 1_000_000_000n;

/** Transactions of a block before the cost of one is known. */
const FIRST_CAP = 1000;
/**
 * A block with fewer transactions, not full, and shorter, is no measure of the cost of a
 * transaction.
 */
const KNOWN_TXS = 100;
const KNOWN_MS = 100;
/** A block may take this long at least, with any block time. */
const LEAST_BUDGET_MS = 500;

/**
 * The limit of transactions in a block: the number that about one block time executes. A longer
 * block delays all requests that wait for it, including queries at the latest state.
 */
export class BlockCap {
  readonly #budgetMs: number;
  /** Of the last blocks, each counted a quarter as much as the one after it. */
  #txs = 0;
  #spentMs = 0;

  constructor(blockTimeMs: number) {
    this.#budgetMs = Math.max(blockTimeMs, LEAST_BUDGET_MS);
  }

  get txs(): number {
    return this.#txs === 0 ? FIRST_CAP : Math.max(1, Math.floor((this.#budgetMs * this.#txs) / this.#spentMs));
  }

  learn(txs: number, spentMs: number): void {
    if (txs === 0 || (txs < Math.min(KNOWN_TXS, this.txs) && spentMs < KNOWN_MS)) return;
    this.#txs = this.#txs / 4 + txs;
    this.#spentMs = this.#spentMs / 4 + spentMs;
  }
}

/**
 * Makes blocks one after the other, by the clock or on demand. It runs on the thread that executes
 * them and calls the two other threads that blocks need over separate ports, so requests of clients
 * cannot come between.
 */
export class BlockLoop {
  readonly #options: BlockLoopOptions;
  readonly #cap: BlockCap;
  #nextTime: bigint;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Publishing of the last block, beside which the next one is made. */
  #published: Promise<void> = Promise.resolve();
  /** The transactions of the next block, if they are already known. */
  #next: ReturnType<CheckHandlers["reap"]> | undefined;
  /**
   * In instant mode: the rows of the last block are to be proven by one more. Only blocks with
   * transactions ask for that: every block changes rows (mint, distribution), and blocks without
   * transactions would follow each other for ever (CometBFT consensus/state.go, needProofBlock).
   */
  #proofDue = false;
  /** Whether the next block follows at once. */
  #again = false;
  #stopped = false;

  constructor(options: BlockLoopOptions) {
    this.#options = options;
    this.#cap = new BlockCap(options.blockTimeMs);
    this.#nextTime = options.nextTime;
  }

  get #limits(): BlockLimits {
    const { maxDataBytes, maxGas, reserved } = this.#options.limits();
    return { maxBytes: maxDataBytes, maxGas, maxTxs: this.#cap.txs, reserved };
  }

  start(): void {
    const { instant, lastHasTxs } = this.#options;
    if (!instant) this.#schedule(0);
    else if (lastHasTxs()) {
      this.#proofDue = true;
      this.#run();
    }
  }

  /** A transaction has come in. */
  wake(): void {
    if (!this.#options.instant || this.#stopped) return;
    if (this.#running === undefined) this.#run();
    else this.#again = true;
  }

  /** Ends after the block that is being made. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#published;
  }

  #schedule(delayMs: number): void {
    if (!this.#stopped) this.#timer = setTimeout(() => this.#run(), Math.max(0, delayMs));
  }

  #run(): void {
    const started = performance.now();
    this.#running = (this.#options.instant ? this.#makeInstant() : this.#make()).then(
      () => {
        this.#running = undefined;
        const again = this.#again;
        this.#again = false;
        if (again && !this.#stopped) this.#run();
        else if (!this.#options.instant) this.#schedule(this.#options.blockTimeMs - (performance.now() - started));
      },
      (fault: unknown) => {
        this.#running = undefined;
        this.#fail(fault);
      },
    );
  }

  async #makeInstant(): Promise<void> {
    if (this.#options.now() - this.#nextTime > STALE_NS) await this.#produce(pack([]), []);
    await this.#make();
  }

  async #make(): Promise<void> {
    const { check, instant } = this.#options;
    const { txs, verdicts } = this.#next ?? (await check.call("reap", this.#limits));
    this.#next = undefined;
    if (instant && txs.ends.length === 0 && !this.#proofDue) return;
    const codes = await this.#produce(txs, verdicts);
    const { waiting, next } = await check.call("update", codes, this.#limits);
    // A backlog of a whole block does not wait for the clock: such blocks take about a block time
    // each.
    this.#next = next;
    this.#proofDue = txs.ends.length > 0;
    if (next !== undefined || (instant && (waiting > 0 || this.#proofDue))) this.#again = true;
  }

  async #produce(txs: PackedBytes, verdicts: readonly string[]) {
    const { produce, now, onBlock } = this.#options;
    const started = performance.now();
    const block = produce(now(), txs, verdicts);
    const spentMs = performance.now() - started;
    this.#cap.learn(txs.ends.length, spentMs);
    this.#nextTime = block.nextTime;
    onBlock({ ...block, spentMs });
    // At most one block behind: clients read the index.
    await this.#published;
    this.#published = this.#options.publish().then(
      () => undefined,
      (fault: unknown) => this.#fail(fault),
    );
    return block.codes;
  }

  #fail(fault: unknown): void {
    if (!this.#stopped) this.#options.onFault(fault);
  }
}
