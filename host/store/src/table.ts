// SPDX-License-Identifier: Apache-2.0
import { alloc } from "@sotto/bytes";

/** A read snapshot of the database; it must be closed, or the file cannot reuse pages and grows. */
export interface ReadTxn {
  done(): void;
}

/** The functions of lmdb's database that are used here; half of them are missing in its types. */
export interface RawTable {
  getBinaryFast(key: Uint8Array, options?: { transaction: ReadTxn }): Uint8Array | undefined;
  lastSize: number;
  put(key: Uint8Array, value: Uint8Array, options?: { append: true }): unknown;
  remove(key: Uint8Array): unknown;
  clearSync(): void;
  getRange(options: {
    start?: Uint8Array;
    end?: Uint8Array;
    reverse?: boolean;
    limit: number;
    exclusiveStart?: boolean;
    inclusiveEnd?: boolean;
    transaction?: ReadTxn;
  }): Iterable<{ key: Uint8Array; value: Uint8Array }>;
}

const { subarray } = Uint8Array.prototype;
/**
 * Values up to this length are copied through one buffer, because lmdb requests the address of
 * every new buffer from the engine.
 */
const SCRATCH = 65536;
const scratch = new Uint8Array(SCRATCH);
const APPEND = { append: true } as const;

/**
 * One table: bytes to bytes. Without a `txn` a read sees the thread's current snapshot, or the
 * write in progress.
 */
export class Table {
  readonly #raw: RawTable;

  constructor(raw: RawTable) {
    this.#raw = raw;
  }

  /** A view that the next read overwrites; its true length is `size`. */
  peek(key: Uint8Array, txn?: ReadTxn): Uint8Array | undefined {
    return this.#raw.getBinaryFast(key, txn === undefined ? undefined : { transaction: txn });
  }

  /** Length of the value that `peek` returned. */
  get size(): number {
    return this.#raw.lastSize;
  }

  get(key: Uint8Array, txn?: ReadTxn): Uint8Array | undefined {
    const found = this.peek(key, txn);
    if (found === undefined) return undefined;
    const out = alloc(this.size);
    // Hazard: the length property of lmdb's buffer differs from the length of its memory.
    out.set(subarray.call(found, 0, out.length));
    return out;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    if (value.length > SCRATCH) this.#raw.put(key, value);
    else {
      scratch.set(value);
      this.#raw.put(key, scratch.subarray(0, value.length));
    }
  }

  /**
   * Writes a short row after all others. Hazard: LMDB drops a row whose key is not the greatest,
   * and reports nothing. Cost: no search and no half empty pages.
   */
  append(key: Uint8Array, value: Uint8Array): void {
    scratch.set(value);
    this.#raw.put(key, scratch.subarray(0, value.length), APPEND);
  }

  remove(key: Uint8Array): void {
    this.#raw.remove(key);
  }

  /** Removes all rows. Inside a transaction. */
  clear(): void {
    this.#raw.clearSync();
  }

  /**
   * At most `limit` rows from `start` towards `end`, copied. Ascending, `end` is exclusive;
   * descending, the options decide about both bounds.
   */
  range(options: Parameters<RawTable["getRange"]>[0]): (readonly [key: Uint8Array, value: Uint8Array])[] {
    const rows: (readonly [Uint8Array, Uint8Array])[] = [];
    for (const { key, value } of this.#raw.getRange(options)) rows.push([new Uint8Array(key), new Uint8Array(value)]);
    return rows;
  }
}
