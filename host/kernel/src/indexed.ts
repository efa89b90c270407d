import { assert } from "@sotto/errors";
import type { WriteCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Table } from "./state.ts";

/** Rows that follow from the rows of a table. Their accesses are charged, in the order of the SDK (cosmossdk.io/collections). */
export interface RowIndex<K, V> {
  /** Called before a row is set; `old` reads its earlier value. */
  refer(ctx: WriteCtx, key: K, value: Frozen<V>, old: () => Frozen<V> | undefined): void;
  /** Before a row is removed. */
  forget(ctx: WriteCtx, key: K, old: () => Frozen<V> | undefined): void;
}

/** Keys by something that no two rows share. The old entry goes and comes back, also when it is the same. */
export function uniqueIndex<R, K, V>(entries: Table<R, K>, entryOf: (value: Frozen<V>) => R): RowIndex<K, V> {
  const remove = (ctx: WriteCtx, old: Frozen<V> | undefined): void => {
    if (old !== undefined) entries.remove(ctx, entryOf(old));
  };
  return {
    refer(ctx, key, value, old) {
      remove(ctx, old());
      const entry = entryOf(value);
      assert(!entries.has(ctx, entry), "two rows have the same entry in a unique index");
      // A key is bytes, text or numbers, or a tuple of them: nothing changes it.
      entries.set(ctx, entry, key as unknown as Frozen<K>);
    },
    forget: (ctx, _key, old) => remove(ctx, old()),
  };
}

/** The second part of a key before the first. */
export const reverseIndex = <A, B>(entries: Table<readonly [B, A], true>): RowIndex<readonly [A, B], unknown> => ({
  refer: (ctx, [a, b]) => entries.set(ctx, [b, a], true),
  forget: (ctx, [a, b]) => entries.remove(ctx, [b, a]),
});

/** A table that keeps an index with every change, also where nothing changes: a rewritten row is hashed again. */
export const indexed = <K, V>(rows: Table<K, V>, index: RowIndex<NoInfer<K>, NoInfer<V>>): Table<K, V> => ({
  ...rows,
  set(ctx, key, value) {
    index.refer(ctx, key, value, () => rows.get(ctx, key));
    rows.set(ctx, key, value);
  },
  remove(ctx, key) {
    index.forget(ctx, key, () => rows.get(ctx, key));
    rows.remove(ctx, key);
  },
});
