import { concat } from "@sotto/bytes";
import { plainError } from "@sotto/errors";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import type { ReadCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Range, Table } from "./state.ts";

/** Rows of a page without a limit (SDK query.DefaultLimit). */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 0xffff_ffffn;

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: { readonly nextKey: Uint8Array; readonly total: bigint };
}

const NO_KEY = new Uint8Array(0);

/** Where a page begins, and in which order its rows come. */
function rangeOf<K, V>(ctx: ReadCtx, table: Table<K, V>, paging: Paging, within: Range, rules: Rules): Range {
  const { key, reverse } = paging;
  const base: Range = { ...within, reverse };
  if (key.length === 0) return base;
  const prefix = within.prefix ?? NO_KEY;
  if (!reverse) return { ...base, start: concat(prefix, key) };
  if (rules === "collection") return { ...base, through: concat(prefix, key) };
  for (const [first] of table.raw(ctx, { ...within, start: concat(prefix, key) })) return { ...base, last: first };
  return base;
}

/**
 * The SDK has two rules for a page (types/query): `collection` (collections_pagination.go) answers an offset beyond the
 * rows with no total, and a page backwards from a key includes what begins with the key; `store` (pagination.go) counts
 * all the same, and goes back from the first row that is not below the key.
 */
type Rules = "collection" | "store";

interface Paging {
  readonly key: Uint8Array;
  readonly offset: bigint;
  readonly limit: number;
  readonly counts: boolean;
  readonly reverse: boolean;
}

function pagingOf(request: PageRequest | undefined): Paging {
  const { key = NO_KEY, offset = 0n, limit: asked = 0n, countTotal = false, reverse = false } = request ?? {};
  if (key.length > 0 && offset > 0n) throw plainError("invalid request, either offset or key is expected, got both");
  const limit = asked === 0n ? DEFAULT_LIMIT : Number(asked > MAX_LIMIT ? MAX_LIMIT : asked);
  return { key, offset, limit, counts: key.length === 0 && (countTotal || asked === 0n), reverse };
}

/**
 * One page of a table: a key or an offset, never both; total only without a key, and always when no limit was asked for.
 * Keys of pages are without the range's prefix. `show` filters before counting. Throws a plain error.
 */
export function paginate<K, V, T>(
  ctx: ReadCtx,
  table: Table<K, V>,
  request: PageRequest | undefined,
  within: { readonly prefix?: Uint8Array },
  show: (key: K, value: Frozen<V>) => T | undefined,
  rules: Rules = "collection",
): Page<T> {
  const paging = pagingOf(request);
  const { offset, limit, counts } = paging;
  const rows: T[] = [];
  let nextKey = NO_KEY;
  let seen = 0n;
  for (const [rawKey, rawValue] of table.raw(ctx, rangeOf(ctx, table, paging, within, rules))) {
    const shown = show(table.decodeKey(rawKey), table.decodeValue(rawValue));
    if (shown === undefined) continue;
    seen++;
    if (seen <= offset) continue;
    if (rows.length < limit) rows.push(shown);
    else {
      if (nextKey.length === 0) nextKey = rawKey.slice(within.prefix?.length ?? 0);
      if (!counts) break;
    }
  }
  const total = counts && (rules === "store" || seen >= offset) ? seen : 0n;
  return { rows, pagination: { nextKey, total } };
}
