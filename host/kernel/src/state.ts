// SPDX-License-Identifier: Apache-2.0
import { alloc, compare, concat, fromUtf8, prefixEnd } from "@sotto/bytes";
import { plainError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { KeyCodec, Leading } from "./keyCodecs.ts";
import { emptyValue, u64Value, type ValueCodec } from "./valueCodecs.ts";

/** One row under a fixed key (collections.Item). */
export interface Item<V> {
  get(ctx: ReadCtx): Frozen<V> | undefined;
  has(ctx: ReadCtx): boolean;
  set(ctx: WriteCtx, value: Frozen<V>): void;
  remove(ctx: WriteCtx): void;
}

/** A number that counts up, from 0 when there is no row (collections.Sequence). */
export interface Sequence {
  peek(ctx: ReadCtx): bigint;
  /** The number of `peek`; the row then holds the next one. */
  next(ctx: WriteCtx): bigint;
  set(ctx: WriteCtx, value: bigint): void;
}

/**
 * A range of a table's rows, in byte order of their keys. A bound is a key or its first parts
 * (collections Range, PairRange and the ranges of Triple). `from` and `after` replace the beginning
 * of the range of `prefix`; `upTo`, `before` and `through` replace its end.
 */
export interface Range<K> {
  /**
   * The keys that begin with these parts (NewPrefixedPairRange, NewPrefixedTripleRange,
   * NewSuperPrefixedTripleRange, Prefix).
   */
  readonly prefix?: Leading<K> | undefined;
  /** The keys from this one on (StartInclusive). */
  readonly from?: Leading<K> | undefined;
  /** The keys after this one (StartExclusive). */
  readonly after?: K | undefined;
  /**
   * The keys up to this one, which is included (EndInclusive). The end is the bound's bytes and 00.
   * So a bound of first parts alone excludes longer keys that begin with these parts, unless
   * their next byte is 00. The SDK's queues end there (storetypes.InclusiveEndBytes).
   */
  readonly upTo?: Leading<K> | undefined;
  /** The keys before this one, or before all keys with these first parts (EndExclusive). */
  readonly before?: Leading<K> | undefined;
  /** The keys up to the last one with these first parts (NewPrefixUntilPairRange). */
  readonly through?: Leading<K> | undefined;
  readonly reverse?: boolean | undefined;
}

/**
 * A range in bytes, without the table's prefix: `start` is included, `end` is not. An absent bound
 * is the edge of the table.
 */
export interface ByteRange {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

/**
 * Rows under a prefix (collections.Map). An iteration begins when its first row is requested, and
 * shows the rows of that moment. The reader may write and remove rows during the iteration
 * (spec/state.md 1).
 */
export interface Table<K, V> {
  readonly key: KeyCodec<K>;
  get(ctx: ReadCtx, key: K): Frozen<V> | undefined;
  has(ctx: ReadCtx, key: K): boolean;
  set(ctx: WriteCtx, key: K, value: Frozen<V>): void;
  remove(ctx: WriteCtx, key: K): void;
  /** Throws a plain error when the range ends before it begins. */
  entries(ctx: ReadCtx, range?: Range<K>): Iterable<readonly [K, Frozen<V>]>;
  /** The same without decoding values. */
  keys(ctx: ReadCtx, range?: Range<K>): Iterable<K>;
  /** Throws as `entries`. */
  bytesOf(range: Range<K>): ByteRange;
  /** Raw rows: keys without the table's prefix, values undecoded. Pagination reads them. */
  raw(ctx: ReadCtx, range: ByteRange): Iterable<readonly [Uint8Array, Uint8Array]>;
  decodeKey(raw: Uint8Array): K;
  /** The key of a row in its store, for its proof. */
  storeKey(key: K): Uint8Array;
  decodeValue(raw: Uint8Array): Frozen<V>;
}

/** Keys without values (collections.KeySet). */
export interface KeySet<K> extends Table<K, true> {
  add(ctx: WriteCtx, key: K): void;
}

/** The first bytes of the keys of an item or a table: a byte, ASCII text, or several of them. */
export type Prefix = number | string | readonly (number | string)[];

export interface StateOf {
  item<V>(prefix: Prefix, value: ValueCodec<V>): Item<V>;
  sequence(prefix: Prefix): Sequence;
  table<K, V>(prefix: Prefix, key: KeyCodec<K>, value: ValueCodec<V>): Table<K, V>;
  keySet<K>(prefix: Prefix, key: KeyCodec<K>): KeySet<K>;
}

const ZERO = Uint8Array.of(0);

const prefixBytes = (prefix: Prefix): Uint8Array =>
  typeof prefix === "number"
    ? Uint8Array.of(prefix)
    : typeof prefix === "string"
      ? new Uint8Array(fromUtf8(prefix))
      : new Uint8Array(concat(...prefix.map(prefixBytes)));

function boundsOf<K>(key: KeyCodec<K>, range: Range<K>): ByteRange {
  const { prefix, from, after, upTo, before, through, reverse } = range;
  const first = from ?? prefix;
  const start =
    after !== undefined ? concat(key.encode(after), ZERO) : first === undefined ? undefined : key.encodeLeading(first);
  const last = through ?? prefix;
  const end =
    upTo !== undefined
      ? concat(key.encodeLeading(upTo), ZERO)
      : before !== undefined
        ? key.encodeLeading(before)
        : last === undefined
          ? undefined
          : prefixEnd(key.encodeLeading(last));
  if (start !== undefined && end !== undefined && compare(start, end) > 0) {
    throw plainError("collections: invalid iterator");
  }
  return { start, end, reverse };
}

function createItem<V>(storeName: string, key: Uint8Array, value: ValueCodec<V>): Item<V> {
  return {
    get(ctx) {
      const raw = ctx.store(storeName).get(key);
      return raw === undefined ? undefined : value.decode(raw);
    },
    has: (ctx) => ctx.store(storeName).has(key),
    set: (ctx, v) => ctx.store(storeName).set(key, value.encode(v)),
    remove: (ctx) => ctx.store(storeName).delete(key),
  };
}

function createTable<K, V>(storeName: string, head: Uint8Array, codec: KeyCodec<K>, value: ValueCodec<V>): Table<K, V> {
  const headEnd = prefixEnd(head);
  // Cost: one array for the key of each access.
  const full = (key: K): Uint8Array => {
    const out = alloc(head.length + codec.size(key));
    for (let i = 0; i < head.length; i++) out[i] = head[i] as number;
    codec.write(key, out, head.length);
    return out;
  };
  const raw = function* (
    ctx: ReadCtx,
    { start, end, reverse }: ByteRange,
  ): Iterable<readonly [Uint8Array, Uint8Array]> {
    const from = start === undefined ? head : concat(head, start);
    const to = end === undefined ? headEnd : concat(head, end);
    for (const [key, v] of ctx.store(storeName).iterate(from, to, reverse)) yield [key.subarray(head.length), v];
  };
  const bytesOf = (range: Range<K>): ByteRange => boundsOf(codec, range);
  return {
    key: codec,
    get(ctx, key) {
      const found = ctx.store(storeName).get(full(key));
      return found === undefined ? undefined : value.decode(found);
    },
    has: (ctx, key) => ctx.store(storeName).has(full(key)),
    set: (ctx, key, v) => ctx.store(storeName).set(full(key), value.encode(v)),
    remove: (ctx, key) => ctx.store(storeName).delete(full(key)),
    *entries(ctx, range = {}) {
      for (const [k, v] of raw(ctx, bytesOf(range))) yield [codec.decode(k), value.decode(v)];
    },
    *keys(ctx, range = {}) {
      for (const [k] of raw(ctx, bytesOf(range))) yield codec.decode(k);
    },
    bytesOf,
    raw,
    decodeKey: (k) => codec.decode(k),
    storeKey: full,
    decodeValue: (v) => value.decode(v),
  };
}

/** Declares rows of one store. A prefix, once shipped, is never reused. */
export function stateOf(storeName: string): StateOf {
  return {
    item: (prefix, value) => createItem(storeName, prefixBytes(prefix), value),
    sequence(prefix) {
      const row = createItem(storeName, prefixBytes(prefix), u64Value);
      const peek = (ctx: ReadCtx): bigint => row.get(ctx) ?? 0n;
      return {
        peek,
        next(ctx) {
          const number = peek(ctx);
          row.set(ctx, number + 1n);
          return number;
        },
        set: row.set,
      };
    },
    table: (prefix, key, value) => createTable(storeName, prefixBytes(prefix), key, value),
    keySet(prefix, key) {
      const rows = createTable(storeName, prefixBytes(prefix), key, emptyValue);
      return { ...rows, add: (ctx, each) => rows.set(ctx, each, true) };
    },
  };
}

/** Rows that `clear` reads before it removes them (collections map.go, clearBatchSize). */
const CLEAR_BATCH = 10_000;

/**
 * Removes the rows of a range, in batches: all keys of a batch are read before the first of its
 * rows is removed (collections Map.Clear).
 */
export function clear<K, V>(ctx: WriteCtx, table: Table<K, V>, range: Range<K> = {}): void {
  for (;;) {
    const batch: K[] = [];
    for (const key of table.keys(ctx, range)) {
      // Checked here, because the step after the batch's last row costs gas.
      if (batch.length === CLEAR_BATCH) break;
      batch.push(key);
    }
    for (const key of batch) table.remove(ctx, key);
    if (batch.length < CLEAR_BATCH) return;
  }
}
