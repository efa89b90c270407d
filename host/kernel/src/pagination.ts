// SPDX-License-Identifier: Apache-2.0
import { concat, prefixEnd } from "@sotto/bytes";
import { plainError, recoveredPanic } from "@sotto/errors";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import type { ReadCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Leading } from "./keyCodecs.ts";
import type { ByteRange, Table } from "./state.ts";

/** Rows of a page without a limit (SDK query.DefaultLimit). */
const DEFAULT_LIMIT = 100n;

/**
 * Gas after which a page of a client's query ends, whatever its limit: some 6 MB of rows, or
 * 40,000 short ones; the answer is then below the 10 MiB of gRPC. Its `nextKey` is the row where
 * the next page begins. Limit of Sotto (ADR 103).
 */
const PAGE_GAS = 6_000_000;

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: { readonly nextKey: Uint8Array; readonly total: bigint };
}

const NO_KEY: Uint8Array = new Uint8Array(0);
const ZERO = Uint8Array.of(0);

/**
 * The SDK has rules for four kinds of pages (types/query). `store` (pagination.go): each row is
 * shown. `filtered` (filtered_pagination.go): a page hides rows; offset and limit count the shown
 * ones. `collection` (collections_pagination.go): each row is shown, and an offset beyond the rows
 * gives no total. `matching` are the rules of `collection` for pages that hide rows: an offset and
 * the pages after a key count the hidden ones too.
 */
type Rules = "collection" | "matching" | "store" | "filtered";

const isCollection = (rules: Rules): boolean => rules === "collection" || rules === "matching";

interface Paging {
  readonly key: Uint8Array;
  readonly offset: bigint;
  readonly limit: bigint;
  readonly counts: boolean;
  readonly reverse: boolean;
}

function pagingOf(request: PageRequest | undefined): Paging {
  const { key = NO_KEY, offset = 0n, limit: asked = 0n, countTotal = false, reverse = false } = request ?? {};
  if (key.length > 0 && offset > 0n) throw plainError("invalid request, either offset or key is expected, got both");
  return { key, offset, limit: asked === 0n ? DEFAULT_LIMIT : asked, counts: countTotal || asked === 0n, reverse };
}

/**
 * The range from the first row of a page on. Keys of pages do not contain `prefix`.
 */
function rangeOf<K, V>(
  ctx: ReadCtx,
  table: Table<K, V>,
  { key, reverse }: Paging,
  within: ByteRange,
  prefix: Uint8Array,
  rules: Rules,
): ByteRange {
  const base: ByteRange = { ...within, reverse };
  if (key.length === 0) return base;
  const start = concat(prefix, key);
  if (!reverse) return { ...base, start };
  if (isCollection(rules)) return { ...base, end: prefixEnd(start) };
  // A page backwards begins with the first row that is not below the key.
  const [first, second] = firstTwo(table.raw(ctx, { ...within, start }));
  if (first === undefined) return base;
  // Compat: the SDK's store panics when this row is the last one (pagination.go getIterator).
  if (second === undefined) throw recoveredPanic("prefixIterator invalid, cannot call Key()");
  return { ...base, end: concat(first, ZERO) };
}

function firstTwo(rows: Iterable<readonly [Uint8Array, Uint8Array]>): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const [key] of rows) if (found.push(key) === 2) break;
  return found;
}

/** One row of a walk: its key in pages, and its form in the answer; undefined for a hidden row. */
interface Row<T> {
  readonly key: Uint8Array;
  show(): T | undefined;
}

/** What a walk needs beside its rows. */
interface Walk extends Paging {
  readonly rules: Rules;
  /** Whether the page has used its gas since the first call. */
  isSpent(): boolean;
}

const pageOf = <T>(rows: readonly T[], nextKey = NO_KEY, total = 0n): Page<T> => ({
  rows,
  pagination: { nextKey, total },
});

/** A page from a key on. */
function fromKey<T>(walk: Walk, all: Iterable<Row<T>>): Page<T> {
  const rows: T[] = [];
  let count = 0n;
  for (const { key, show } of all) {
    if (count === walk.limit || walk.isSpent()) return pageOf(rows, key);
    const shown = show();
    if (shown !== undefined) rows.push(shown);
    if (shown !== undefined || walk.rules === "matching") count++;
  }
  return pageOf(rows);
}

/** A page from an offset on, by the rules of stores. */
function fromOffset<T>({ offset, limit, counts, rules, isSpent }: Walk, all: Iterable<Row<T>>): Page<T> {
  const rows: T[] = [];
  let nextKey: Uint8Array | undefined;
  // Compat: the sums of 64 bits overflow (pagination.go, filtered_pagination.go).
  const end = BigInt.asUintN(64, offset + limit);
  const beyond = BigInt.asUintN(64, end + 1n);
  const isFiltered = rules === "filtered";
  let count = 0n;
  for (const { key, show } of all) {
    if (nextKey === undefined && count >= offset && isSpent()) {
      nextKey = key;
      if (!counts) break;
    }
    const isOnPage = nextKey === undefined && count >= offset && count < end;
    const shown = isFiltered || isOnPage ? show() : undefined;
    if (!isFiltered || shown !== undefined) count++;
    if (isOnPage && shown !== undefined) rows.push(shown);
    if (count !== beyond || (!isFiltered && count <= offset)) continue;
    nextKey ??= key;
    if (!counts) break;
  }
  return pageOf(rows, nextKey, counts ? count : 0n);
}

/** A page from an offset on, by the rules of collections. */
function fromRow<T>({ offset, limit, counts, rules, isSpent }: Walk, all: Iterable<Row<T>>): Page<T> {
  const rows: T[] = [];
  let [at, count] = [0n, 0n];
  let nextKey: Uint8Array | undefined;
  let isOver = false;
  for (const { key, show } of all) {
    if (at++ < offset) continue;
    if (!isOver && (count === limit || (count < limit && isSpent()))) {
      isOver = count < limit;
      // Compat: without a total it is the next row, else the next that is not hidden.
      nextKey = key;
      if (!counts) break;
    }
    const isOnPage = !isOver && count < limit;
    const shown = isOnPage || rules === "matching" ? show() : undefined;
    if (isOnPage && shown !== undefined) rows.push(shown);
    if (rules !== "matching" || shown !== undefined) count++;
  }
  // An offset beyond the rows has an empty answer.
  return at < offset ? pageOf(rows) : pageOf(rows, nextKey, counts ? count + offset : 0n);
}

/**
 * One page of a table: a key or an offset, never both; the total only without a key, and always for
 * a request without a limit. Keys of pages are without the range's prefix. `show` gives a row's
 * form in the answer, undefined to hide it where the rules allow that; it is called for the rows of
 * the page, and for all that are walked where rows may be hidden. In a client's query a page also
 * ends after PAGE_GAS, then its key may be that of a hidden row. Throws a plain error.
 */
export function paginate<K, V, T>(
  ctx: ReadCtx,
  table: Table<K, V>,
  request: PageRequest | undefined,
  within: { readonly prefix?: Leading<NoInfer<K>> },
  show: (key: K, value: Frozen<V>) => T | undefined,
  rules: Rules = "collection",
): Page<T> {
  const paging = pagingOf(request);
  const prefix = within.prefix === undefined ? NO_KEY : table.key.encodeLeading(within.prefix);
  const range = rangeOf(ctx, table, paging, table.bytesOf(within), prefix, rules);
  let most: number | undefined;
  const isSpent = () => {
    most ??= ctx.gas.consumed + PAGE_GAS;
    // In a block gas bounds a contract's query, whose answer must be that of the reference.
    return ctx.mode === "query" && ctx.gas.consumed > most;
  };
  function* rows(): Iterable<Row<T>> {
    for (const [key, value] of table.raw(ctx, range)) {
      yield {
        key: key.slice(prefix.length),
        show: () => show(table.decodeKey(key), table.decodeValue(value)),
      };
    }
  }
  const walk: Walk = { ...paging, rules, isSpent };
  if (paging.key.length > 0) return fromKey(walk, rows());
  return isCollection(rules) ? fromRow(walk, rows()) : fromOffset(walk, rows());
}
