// SPDX-License-Identifier: Apache-2.0
import { fromLatin1 } from "@sotto/bytes";
import { sizeInBlock } from "@sotto/comet";
import { sha256Latin1 } from "@sotto/crypto";
import type { CheckApplication, TxResult } from "@sotto/kernel";
import { type Entry, SignerGroups } from "./signerGroups.ts";

export interface MempoolOptions {
  readonly app: CheckApplication;
  /**
   * Longest transaction. Default 4 MiB: CometBFT's 1 MiB (config max_tx_bytes) would refuse
   * contracts that the chain accepts.
   */
  readonly maxTxBytes?: number;
  /** Most transactions. Default 50,000; CometBFT's 5,000 are three seconds of load. */
  readonly maxTxs?: number;
  /** Most bytes of all transactions. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Hashes of recent transactions, refused when they are sent again. Default 100,000. */
  readonly cacheSize?: number;
  /**
   * Most bytes and gas of a block (`Sequencer.maxDataBytes`, `maxGas`): a larger transaction would
   * wait for ever. -1: no bound.
   */
  readonly maxBlockBytes?: number;
  readonly maxBlockGas?: bigint;
}

/**
 * The result for a transaction: the application's verdict, or the text with which CometBFT's
 * mempool refuses it.
 */
export type AddResult =
  | { readonly hash: Uint8Array; readonly result: TxResult; readonly refused: undefined }
  | { readonly hash: Uint8Array; readonly result: undefined; readonly refused: string };

/**
 * Waiting transactions of a new one's signers that are rechecked before it. With more of them, it
 * is checked as if they had been: the check of a transaction takes 50 us, and this bounds the time
 * that blocks wait for it.
 */
const MOST_BEFORE = 200;
/** Invalid transactions that the recheck for one block may find. So many take 50 ms. */
const MOST_DROPPED = 1_000;
/** Round of transactions that have not passed on any committed state. */
const NEVER = -1;

/** Recent hashes. Cost: one or two map operations. */
class RecentHashes {
  readonly #map = new Map<string, true>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** False when it was already there. */
  push(hash: string): boolean {
    const known = this.#map.delete(hash);
    this.#map.set(hash, true);
    if (this.#map.size > this.#capacity) {
      const oldest = this.#map.keys().next();
      if (oldest.done !== true) this.#map.delete(oldest.value);
    }
    return !known;
  }

  remove(hash: string): void {
    this.#map.delete(hash);
  }
}

/**
 * Transactions that wait for a block, in the order of arrival (CometBFT mempool/clist_mempool.go).
 * They have passed the application's check on the committed state and all earlier transactions.
 * After a block they are rechecked late: a transaction when a block takes it, and the transactions
 * of a new one's signers before the new one. So no block waits for a long queue, and there is no
 * recheck without a need.
 */
export class Mempool {
  readonly #app: CheckApplication;
  readonly #entries = new Map<string, Entry>();
  readonly #seen: RecentHashes;
  readonly #maxTxBytes: number;
  readonly #maxTxs: number;
  readonly #maxBytes: number;
  #maxBlockBytes: number;
  #maxBlockGas: bigint;
  readonly #groups = new SignerGroups();
  #bytes = 0;
  #round = 0;
  #order = 0;

  constructor(options: MempoolOptions) {
    this.#app = options.app;
    this.#seen = new RecentHashes(options.cacheSize ?? 100_000);
    this.#maxTxBytes = options.maxTxBytes ?? 4 * 1024 * 1024;
    this.#maxTxs = options.maxTxs ?? 50_000;
    this.#maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.#maxBlockBytes = options.maxBlockBytes ?? -1;
    this.#maxBlockGas = options.maxBlockGas ?? -1n;
  }

  /** The number of waiting transactions. */
  get size(): number {
    return this.#entries.size;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Checks a transaction and stores it if it is valid. Its bytes must not change afterwards. */
  add(tx: Uint8Array): AddResult {
    const key = sha256Latin1(tx);
    // It crosses to another thread: separate memory.
    const hash = new Uint8Array(fromLatin1(key));
    const refused = this.#refusal(tx) ?? (this.#seen.push(key) ? undefined : "tx already exists in cache");
    if (refused !== undefined) return { hash, result: undefined, refused };
    const { result, signers, round } = this.#check(tx);
    if (result.code !== 0) {
      this.#seen.remove(key);
      return { hash, result, refused: undefined };
    }
    const { gasWanted } = result;
    if (this.#maxBlockGas >= 0n && gasWanted > this.#maxBlockGas) {
      this.#seen.remove(key);
      const text = `gas wanted ${gasWanted} is greater than max gas ${this.#maxBlockGas}`;
      return { hash, result: undefined, refused: text };
    }
    const group = this.#groups.join(signers, this.#round);
    const entry: Entry = { tx, gasWanted, order: this.#order++, round, group };
    group.entries.add(entry);
    if (round === this.#round) group.pass(entry, round);
    this.#entries.set(key, entry);
    this.#bytes += tx.length;
    return { hash, result, refused: undefined };
  }

  /** Checks a transaction without storing it. */
  check(tx: Uint8Array): TxResult {
    return this.#check(tx).result;
  }

  /**
   * Checks after the waiting transactions of the same signers, and returns the state of the check.
   */
  #check(tx: Uint8Array): { readonly result: TxResult; readonly signers: readonly string[]; readonly round: number } {
    const signers = this.#app.signers(tx);
    const groups = this.#groups.of(signers);
    let stale = 0;
    for (const group of groups) stale += group.stale(this.#round);
    if (stale > MOST_BEFORE) return { result: this.#app.checkAhead(tx), signers, round: NEVER };
    if (stale > 0) this.#recheck(groups.flatMap(({ entries }) => [...entries]));
    return { result: this.#app.check(tx, "check"), signers, round: this.#round };
  }

  /**
   * Rechecks transactions that were not checked since the last block; invalid ones are removed, and
   * may be sent again.
   */
  #recheck(entries: readonly Entry[]): void {
    const stale = entries.filter(({ round }) => round !== this.#round).sort((a, b) => a.order - b.order);
    for (const entry of stale) this.#passes(sha256Latin1(entry.tx), entry);
  }

  /**
   * Most bytes and gas of a block from now on; -1: no bound. Waiting transactions that no longer
   * fit in a block are removed. No cost while the values do not change.
   */
  limitBlocks(maxBytes: number, maxGas: bigint): void {
    if (maxBytes === this.#maxBlockBytes && maxGas === this.#maxBlockGas) return;
    this.#maxBlockBytes = maxBytes;
    this.#maxBlockGas = maxGas;
    for (const [key, { tx, gasWanted }] of this.#entries) {
      const fits = (maxBytes < 0 || sizeInBlock(tx) <= maxBytes) && (maxGas < 0n || gasWanted <= maxGas);
      if (fits) continue;
      this.#seen.remove(key);
      this.#drop(key);
    }
  }

  #refusal(tx: Uint8Array): string | undefined {
    const { size } = this.#entries;
    if (size >= this.#maxTxs || this.#bytes + tx.length > this.#maxBytes) {
      return `mempool is full: number of txs ${size} (max: ${this.#maxTxs}), total txs bytes ${this.#bytes} (max: ${this.#maxBytes})`;
    }
    if (tx.length > this.#maxTxBytes) return `Tx too large. Max size is ${this.#maxTxBytes}, but got ${tx.length}`;
    const inBlock = sizeInBlock(tx);
    if (this.#maxBlockBytes >= 0 && inBlock > this.#maxBlockBytes) {
      return `tx size is too big: ${inBlock}, max: ${this.#maxBlockBytes}`;
    }
    return undefined;
  }

  /**
   * The first transactions that fit in a block, at most `maxTxs`; -1 sets no bound. They stay until
   * `update`. Fewer when many are no longer valid: the next block continues.
   */
  reap(maxBytes: number, maxGas: bigint = -1n, maxTxs = Number.MAX_SAFE_INTEGER): Uint8Array[] {
    const txs: Uint8Array[] = [];
    let bytes = 0;
    let gas = 0n;
    let dropped = 0;
    for (const [key, entry] of this.#entries) {
      if (txs.length >= maxTxs || dropped >= MOST_DROPPED) break;
      if (!this.#passes(key, entry)) {
        dropped++;
        continue;
      }
      const { tx, gasWanted } = entry;
      bytes += sizeInBlock(tx);
      gas += gasWanted;
      if ((maxBytes >= 0 && bytes > maxBytes) || (maxGas >= 0n && gas > maxGas)) break;
      txs.push(tx);
    }
    return txs;
  }

  /**
   * The same for a block of which other transactions take a part: bytes as `sizeInBlock`, and gas.
   * Hazard: a transaction whose gas limit is beyond the rest must not wait, or all behind it would
   * wait, too, as long as each block has such a part.
   */
  reapBeside(
    taken: { readonly bytes: number; readonly gas: bigint },
    maxBytes: number,
    maxGas = -1n,
    maxTxs = Number.MAX_SAFE_INTEGER,
  ): Uint8Array[] {
    // A negative number would be no bound.
    const bytes = Math.max(0, maxBytes - taken.bytes);
    const txs = this.reap(bytes, maxGas < 0n ? maxGas : maxGas - taken.gas, maxTxs);
    return txs.length > 0 ? txs : this.reap(bytes, maxGas, 1);
  }

  /** The first transactions, for `unconfirmed_txs`. */
  first(limit: number): Uint8Array[] {
    const txs: Uint8Array[] = [];
    for (const { tx } of this.#entries.values()) {
      if (txs.length >= limit) break;
      txs.push(tx);
    }
    return txs;
  }

  /** A waiting transaction by its hash, as text of `sha256Latin1`. */
  get(hash: string): Uint8Array | undefined {
    return this.#entries.get(hash)?.tx;
  }

  /**
   * After the commit of a block: removes its transactions and restarts the check state. Waiting
   * transactions are rechecked later. A transaction that failed in the block may be sent again.
   */
  update(committed: readonly Uint8Array[], results: readonly { readonly code: number }[]): void {
    for (let i = 0; i < committed.length; i++) {
      const key = sha256Latin1(committed[i] as Uint8Array);
      if (results[i]?.code === 0) this.#seen.push(key);
      else this.#seen.remove(key);
      this.#drop(key);
    }
    this.#app.reset((signer) => this.#groups.has(signer));
    this.#round++;
  }

  /** Whether it passes on the current check state; earlier ones must have been checked before. */
  #passes(key: string, entry: Entry): boolean {
    if (entry.round === this.#round) return true;
    if (this.#app.check(entry.tx, "recheck").code === 0) {
      entry.group.pass(entry, this.#round);
      return true;
    }
    this.#seen.remove(key);
    this.#drop(key);
    return false;
  }

  /** Removes all waiting transactions (`unsafe_flush_mempool`). */
  flush(): void {
    for (const key of this.#entries.keys()) this.#seen.remove(key);
    this.#entries.clear();
    this.#groups.clear();
    this.#bytes = 0;
    this.#round++;
    this.#app.reset(() => false);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#groups.leave(entry);
    this.#bytes -= entry.tx.length;
  }
}
