import { concat, prefixEnd } from "@sotto/bytes";
import type { ReadCtx, WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { KeyCodec, ValueCodec } from "./stateCodecs.ts";

/** One row under a fixed key. */
export interface Item<V> {
  get(ctx: ReadCtx): Frozen<V> | undefined;
  has(ctx: ReadCtx): boolean;
  set(ctx: WriteCtx, value: Frozen<V>): void;
  remove(ctx: WriteCtx): void;
}

export interface Range {
  /** Bytes after the table's prefix that every key must begin with. */
  readonly prefix?: Uint8Array | undefined;
  /** First key (bytes after the table's prefix), inclusive. */
  readonly start?: Uint8Array | undefined;
  /** Last key (bytes after the table's prefix), inclusive. */
  readonly last?: Uint8Array | undefined;
  /** The last keys are those that begin with these bytes (after the table's prefix). */
  readonly through?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

/** Rows under a prefix. */
export interface Table<K, V> {
  readonly key: KeyCodec<K>;
  get(ctx: ReadCtx, key: K): Frozen<V> | undefined;
  has(ctx: ReadCtx, key: K): boolean;
  set(ctx: WriteCtx, key: K, value: Frozen<V>): void;
  remove(ctx: WriteCtx, key: K): void;
  /** Rows in byte order of their keys. */
  entries(ctx: ReadCtx, range?: Range): Iterable<readonly [K, Frozen<V>]>;
  /** Raw rows: keys without the table's prefix, values undecoded. What pagination walks. */
  raw(ctx: ReadCtx, range?: Range): Iterable<readonly [Uint8Array, Uint8Array]>;
  decodeKey(raw: Uint8Array): K;
  decodeValue(raw: Uint8Array): Frozen<V>;
}

export interface StateOf {
  item<V>(prefix: number | Uint8Array, value: ValueCodec<V>): Item<V>;
  table<K, V>(prefix: number | Uint8Array, key: KeyCodec<K>, value: ValueCodec<V>): Table<K, V>;
}

const ZERO = Uint8Array.of(0);

/** Declares rows of one store. A prefix, once shipped, is never reused. */
export function stateOf(storeName: string): StateOf {
  const bytesOf = (prefix: number | Uint8Array) => (typeof prefix === "number" ? Uint8Array.of(prefix) : prefix);
  return {
    item(prefix, value) {
      const key = bytesOf(prefix);
      return {
        get(ctx) {
          const raw = ctx.store(storeName).get(key);
          return raw === undefined ? undefined : value.decode(raw);
        },
        has: (ctx) => ctx.store(storeName).has(key),
        set: (ctx, v) => ctx.store(storeName).set(key, value.encode(v)),
        remove: (ctx) => ctx.store(storeName).delete(key),
      };
    },
    table(prefix, keyCodec, value) {
      const head = bytesOf(prefix);
      const full = <K>(codec: KeyCodec<K>, key: K) => concat(head, codec.encode(key));
      const raw = function* (ctx: ReadCtx, range: Range = {}): Iterable<readonly [Uint8Array, Uint8Array]> {
        const base = range.prefix === undefined ? head : concat(head, range.prefix);
        const start = range.start === undefined ? base : concat(head, range.start);
        const through = range.through === undefined ? base : concat(head, range.through);
        const end = range.last === undefined ? prefixEnd(through) : concat(head, range.last, ZERO);
        for (const [key, v] of ctx.store(storeName).iterate(start, end, range.reverse)) {
          yield [key.subarray(head.length), v];
        }
      };
      return {
        key: keyCodec,
        get(ctx, key) {
          const found = ctx.store(storeName).get(full(keyCodec, key));
          return found === undefined ? undefined : value.decode(found);
        },
        has: (ctx, key) => ctx.store(storeName).has(full(keyCodec, key)),
        set: (ctx, key, v) => ctx.store(storeName).set(full(keyCodec, key), value.encode(v)),
        remove: (ctx, key) => ctx.store(storeName).delete(full(keyCodec, key)),
        *entries(ctx, range) {
          for (const [k, v] of raw(ctx, range)) yield [keyCodec.decode(k), value.decode(v)];
        },
        raw,
        decodeKey: (k) => keyCodec.decode(k),
        decodeValue: (v) => value.decode(v),
      };
    },
  };
}
