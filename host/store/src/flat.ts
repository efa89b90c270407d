// SPDX-License-Identifier: Apache-2.0
import { compare } from "@sotto/bytes";
import { putUvarint } from "@sotto/merkle";
import type { CacheReads } from "./cacheReads.ts";
import { KeptRows } from "./keptRows.ts";
import type { TextRead } from "./kv.ts";
import { fromText, putText, toText } from "./latin1.ts";
import { type LeafValues, leafValue, type NodeTables } from "./nodeStore.ts";
import { takeUvarint } from "./records.ts";
import type { ReadTxn, Table } from "./table.ts";

type Row = readonly [key: Uint8Array, value: Uint8Array];

/**
 * Longest key in the table itself. Limit: LMDB accepts 1,978 bytes, with the store's number before
 * the key.
 */
export const LONGEST_KEY = 1900;

const scratch = new Uint8Array(LONGEST_KEY + 1);

/** A row's key in a table that all stores share; in a buffer that the next call overwrites. */
function tableKey(store: number, key: Uint8Array): Uint8Array {
  const length = Math.min(key.length, LONGEST_KEY);
  scratch[0] = store;
  scratch.set(length === key.length ? key : key.subarray(0, length), 1);
  return scratch.subarray(0, length + 1);
}

/**
 * Decodes the rows of keys beyond the limit: a sorted list in one value, under the first bytes of
 * the keys.
 */
function decodeBucket(head: Uint8Array, bytes: Uint8Array | undefined): Row[] {
  const rows: Row[] = [];
  let at = 0;
  const take = (): Uint8Array => {
    const { value: length, end } = takeUvarint(bytes as Uint8Array, at);
    at = end + length;
    return (bytes as Uint8Array).subarray(end, at);
  };
  while (bytes !== undefined && at < bytes.length) {
    const tail = take();
    const key = new Uint8Array(head.length + tail.length);
    key.set(head);
    key.set(tail, head.length);
    rows.push([key, take().slice()]);
  }
  return rows;
}

function encodeBucket(rows: readonly Row[]): Uint8Array {
  let size = 0;
  for (const [key, value] of rows) size += key.length + value.length + 10;
  const out = new Uint8Array(size);
  let at = 0;
  const put = (bytes: Uint8Array) => {
    at = putUvarint(out, at, bytes.length);
    out.set(bytes, at);
    at += bytes.length;
  };
  for (const [key, value] of rows) {
    put(key.subarray(LONGEST_KEY));
    put(value);
  }
  return out.subarray(0, at);
}

export interface RowTables {
  readonly rows: Table;
  /** Rows whose keys are too long for `rows`. */
  readonly long: Table;
}

/**
 * The latest value of every row of every store, and the tree nodes, whose leaves contain the values
 * that are not short.
 */
export interface FlatTables extends NodeTables, RowTables {
  readonly leaves: LeafValues;
  /** Of the kept rows of all stores. */
  readonly rowReads: CacheReads;
}

/** Longest value in its row; for longer values the row contains the position of the leaf. */
const LONGEST_VALUE = 16;
const Form = { value: 0, leaf: 1 } as const;
const form = new Uint8Array(1 + LONGEST_VALUE);

function rowOf(value: Uint8Array, position: number): Uint8Array {
  if (value.length > LONGEST_VALUE) {
    form[0] = Form.leaf;
    return form.subarray(0, putUvarint(form, 1, position));
  }
  form[0] = Form.value;
  form.set(value, 1);
  return form.subarray(0, 1 + value.length);
}

/**
 * Writes one row, whose leaf is at `position`, inside a transaction. Returns whether the key is
 * long.
 */
export function putFlat(tables: FlatTables, store: number, text: string, value: Uint8Array, position: number): boolean {
  if (text.length > LONGEST_KEY) {
    putLong(tables, store, fromText(text), value);
    return true;
  }
  tables.rows.put(textKey(store, text), rowOf(value, position));
  return false;
}

/** The same for a row that follows all others of an ascending table; long keys may come between. */
export function appendFlat(
  tables: FlatTables,
  store: number,
  text: string,
  value: Uint8Array,
  position: number,
): boolean {
  if (text.length > LONGEST_KEY) return putFlat(tables, store, text, value, position);
  tables.rows.append(textKey(store, text), rowOf(value, position));
  return false;
}

/** Deletes one row, inside a transaction. */
export function removeFlat(tables: RowTables, store: number, text: string): void {
  if (text.length > LONGEST_KEY) putLong(tables, store, fromText(text), undefined);
  else tables.rows.remove(textKey(store, text));
}

function textKey(store: number, text: string): Uint8Array {
  scratch[0] = store;
  putText(scratch, 1, text);
  return scratch.subarray(0, text.length + 1);
}

function putLong(tables: RowTables, store: number, key: Uint8Array, value: Uint8Array | undefined): void {
  const at = tableKey(store, key);
  const head = key.subarray(0, LONGEST_KEY);
  const rows = decodeBucket(head, tables.long.get(at)).filter((row) => compare(row[0], key) !== 0);
  if (value !== undefined) rows.push([key, value]);
  rows.sort((a, b) => compare(a[0], b[0]));
  if (rows.length === 0) tables.long.remove(tableKey(store, key));
  else tables.long.put(tableKey(store, key), encodeBucket(rows));
}

/**
 * Rows are read in batches, so that no cursor stays open while the caller runs other code.
 */
const FIRST_BATCH = 8;
const LAST_BATCH = 512;

/**
 * One store's latest rows in a snapshot. Cost: a lookup, and for most values a read of the log, but
 * no search in a tree. Recently read rows are cached, because a snapshot never changes; the next
 * version's reader gets them (ADR 102).
 */
export class FlatReader implements TextRead {
  #kept: KeptRows;
  readonly #tables: FlatTables;
  readonly #store: number;
  readonly #txn: () => ReadTxn;
  readonly #hasLong: boolean;

  constructor(tables: FlatTables, store: number, txn: () => ReadTxn, hasLong: boolean, kept = new KeptRows()) {
    this.#kept = kept;
    this.#tables = tables;
    this.#store = store;
    this.#txn = txn;
    this.#hasLong = hasLong;
  }

  /** Its cache, for the reader of the next version. This one begins another. */
  release(): KeptRows {
    const kept = this.#kept;
    this.#kept = new KeptRows();
    return kept;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.getText(toText(key), key);
  }

  has(key: Uint8Array): boolean {
    return this.hasText(toText(key), key);
  }

  #find(text: string): Uint8Array | null | undefined {
    const kept = this.#kept.get(text);
    if (kept === undefined) this.#tables.rowReads.misses++;
    else this.#tables.rowReads.hits++;
    return kept;
  }

  getText(text: string, key: Uint8Array): Uint8Array | undefined {
    const txn = this.#txn();
    const kept = this.#find(text);
    if (kept !== undefined) return kept ?? undefined;
    const value = this.#read(key, txn);
    this.#kept.keep(text, value ?? null);
    return value;
  }

  hasText(text: string, key: Uint8Array): boolean {
    const txn = this.#txn();
    const kept = this.#find(text);
    if (kept !== undefined) return kept !== null;
    const isLong = key.length > LONGEST_KEY;
    const isThere = isLong
      ? this.#read(key, txn) !== undefined
      : this.#tables.rows.peek(tableKey(this.#store, key), txn) !== undefined;
    if (!isThere) this.#kept.keep(text, null);
    return isThere;
  }

  #read(key: Uint8Array, txn: ReadTxn): Uint8Array | undefined {
    if (key.length <= LONGEST_KEY) {
      const row = this.#tables.rows.get(tableKey(this.#store, key), txn);
      if (row === undefined) return undefined;
      if (row[0] === Form.value) return this.#kept.copy(row.subarray(1));
      return this.#tables.leaves.get(this.#tables, takeUvarint(row, 1).value, txn);
    }
    return this.#bucket(key).find((row) => compare(row[0], key) === 0)?.[1];
  }

  /**
   * The value of a row of an iteration. It is not cached: an iteration would evict all other rows.
   */
  #value(row: Uint8Array): Uint8Array {
    if (row[0] === Form.value) return row.subarray(1);
    return leafValue(this.#tables, takeUvarint(row, 1).value, this.#txn());
  }

  #bucket(key: Uint8Array): Row[] {
    if (!this.#hasLong) return [];
    const bytes = this.#tables.long.get(tableKey(this.#store, key), this.#txn());
    return decodeBucket(key.subarray(0, LONGEST_KEY), bytes);
  }

  iterate(start: Uint8Array | undefined, end: Uint8Array | undefined, reverse = false): Iterable<Row> {
    // A bound beyond the limit is truncated and gets a zero byte: a row of the table that equals
    // the truncated key is below the bound.
    const low = start === undefined ? Uint8Array.of(this.#store) : tableKey(this.#store, start).slice();
    const high = end === undefined ? Uint8Array.of(this.#store + 1) : tableKey(this.#store, end).slice();
    const cut = (bound: Uint8Array | undefined, key: Uint8Array) =>
      bound !== undefined && bound.length > LONGEST_KEY ? withZero(key) : key;
    const short = this.#values(this.#scan(this.#tables.rows, cut(start, low), cut(end, high), reverse));
    if (!this.#hasLong) return short;
    // A list under the truncated start may contain later keys, a list under the truncated end
    // earlier keys.
    const lists = this.#scan(this.#tables.long, low, cut(end, high), reverse);
    return merge(short, rowsWithin(lists, start, end, reverse), reverse);
  }

  *#values(rows: Iterable<Row>): Generator<Row> {
    for (const [key, row] of rows) yield [key, this.#value(row)];
  }

  *#scan(table: Table, low: Uint8Array, high: Uint8Array, reverse: boolean): Generator<Row> {
    if (compare(low, high) >= 0) return;
    let limit = FIRST_BATCH;
    let from: Uint8Array = reverse ? high : low;
    let fresh = !reverse;
    for (;;) {
      // Descending, `end` is the exclusive start and `start` the inclusive end.
      const rows = table.range({
        start: from,
        end: reverse ? low : high,
        reverse,
        limit,
        exclusiveStart: !fresh,
        inclusiveEnd: reverse,
        transaction: this.#txn(),
      });
      for (const [key, value] of rows) yield [key.subarray(1), value];
      if (rows.length < limit) return;
      from = (rows[rows.length - 1] as Row)[0];
      fresh = false;
      limit = Math.min(limit * 4, LAST_BATCH);
    }
  }
}

function withZero(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}

function* rowsWithin(
  lists: Iterable<Row>,
  start: Uint8Array | undefined,
  end: Uint8Array | undefined,
  reverse: boolean,
): Generator<Row> {
  for (const [head, bytes] of lists) {
    const rows = decodeBucket(head, bytes);
    if (reverse) rows.reverse();
    for (const row of rows) {
      if (start !== undefined && compare(row[0], start) < 0) continue;
      if (end === undefined || compare(row[0], end) < 0) yield row;
    }
  }
}

function* merge(a: Iterable<Row>, b: Iterable<Row>, reverse: boolean): Generator<Row> {
  const [x, y] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  let [left, right] = [x.next(), y.next()];
  while (left.done !== true || right.done !== true) {
    const order = left.done === true ? 1 : right.done === true ? -1 : compare(left.value[0], right.value[0]);
    if (right.done === true || (left.done !== true && (reverse ? order > 0 : order < 0))) {
      yield (left as IteratorYieldResult<Row>).value;
      left = x.next();
    } else {
      yield right.value;
      right = y.next();
    }
  }
}
