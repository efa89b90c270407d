// SPDX-License-Identifier: Apache-2.0
import { plainError } from "@sotto/errors";
import type { WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { KeySet, Table } from "./state.ts";

/**
 * Rows that are derived from the rows of a table. Their accesses are charged, in the order of the
 * SDK (cosmossdk.io/collections, indexes): each index that needs the old row reads it itself.
 */
export interface RowIndex<K, V> {
  /** Called before a row is set. */
  refer(ctx: WriteCtx, rows: Table<K, V>, key: K, value: Frozen<V>): void;
  /** Before a row is removed. */
  forget(ctx: WriteCtx, rows: Table<K, V>, key: K): void;
}

/**
 * The row that is removed. Throws a plain error when it does not exist, as collections does: an
 * index finds its entry by the row.
 */
function mustFind<K, V>(ctx: WriteCtx, rows: Table<K, V>, key: K): Frozen<V> {
  const value = rows.get(ctx, key);
  if (value === undefined) throw plainError("collections: not found");
  return value;
}

/**
 * Keys by an entry that no two rows share (indexes.Unique). The old entry is removed and the new
 * one set, also when they are equal. Throws a plain error for a second row with the same entry.
 */
export function uniqueIndex<R, K, V>(entries: Table<R, K>, entryOf: (value: Frozen<V>, key: K) => R): RowIndex<K, V> {
  return {
    refer(ctx, rows, key, value) {
      const old = rows.get(ctx, key);
      if (old !== undefined) entries.remove(ctx, entryOf(old, key));
      const entry = entryOf(value, key);
      if (entries.has(ctx, entry)) throw plainError("collections: conflict: two rows have the same entry in an index");
      // A key is bytes, text or numbers, or a tuple of them: nothing changes it.
      entries.set(ctx, entry, key as unknown as Frozen<K>);
    },
    forget: (ctx, rows, key) => entries.remove(ctx, entryOf(mustFind(ctx, rows, key), key)),
  };
}

/**
 * Keys by an entry that several rows may share (indexes.Multi). `{ prefix: [entry] }` is the range
 * of its rows in `entries`.
 */
export function multiIndex<R, K, V>(
  entries: KeySet<readonly [R, K]>,
  entryOf: (value: Frozen<V>, key: K) => R,
): RowIndex<K, V> {
  return {
    refer(ctx, rows, key, value) {
      const old = rows.get(ctx, key);
      if (old !== undefined) entries.remove(ctx, [entryOf(old, key), key]);
      entries.add(ctx, [entryOf(value, key), key]);
    },
    forget: (ctx, rows, key) => entries.remove(ctx, [entryOf(mustFind(ctx, rows, key), key), key]),
  };
}

/** The second part of a key before the first (indexes.ReversePair). Nothing is read. */
export const reverseIndex = <A, B>(entries: KeySet<readonly [B, A]>): RowIndex<readonly [A, B], unknown> => ({
  refer: (ctx, _rows, [a, b]) => entries.add(ctx, [b, a]),
  forget: (ctx, _rows, [a, b]) => entries.remove(ctx, [b, a]),
});

/**
 * A table that updates its indexes, in their order, with every write (collections.IndexedMap), also
 * when the row stays equal: a rewritten row is hashed again.
 */
export const indexed = <K, V>(
  rows: Table<K, V>,
  ...indexes: readonly RowIndex<NoInfer<K>, NoInfer<V>>[]
): Table<K, V> => ({
  ...rows,
  set(ctx, key, value) {
    for (const index of indexes) index.refer(ctx, rows, key, value);
    rows.set(ctx, key, value);
  },
  remove(ctx, key) {
    for (const index of indexes) index.forget(ctx, rows, key);
    rows.remove(ctx, key);
  },
});
