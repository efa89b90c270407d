// SPDX-License-Identifier: Apache-2.0
import { concat, prefixEnd } from "@sotto/bytes";
import { plainError } from "@sotto/errors";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import type { ReadCtx } from "./ctx.ts";
import type { Frozen } from "./frozen.ts";
import type { Leading } from "./keyCodecs.ts";
import type { ByteRange, Table } from "./state.ts";

/** Rows of a page without a limit (SDK query.DefaultLimit). */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 0xffff_ffffn;

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: { readonly nextKey: Uint8Array; readonly total: bigint };
}

const NO_KEY = new Uint8Array(0);
const ZERO = Uint8Array.of(0);

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
  if (rules === "collection") return { ...base, end: prefixEnd(start) };
  for (const [first] of table.raw(ctx, { ...within, start })) return { ...base, end: concat(first, ZERO) };
  return base;
}

/**
 * The SDK has three rules for a page (types/query). With `collection` (collections_pagination.go)
 * an offset beyond the rows gives no total, and a page backwards from a key includes the rows that
 * begin with the key. With `store` (pagination.go) such an offset gives a total, and a page
 * backwards starts at the first row that is not below the key. `filtered` are the rules of `store`
 * for pages that hide rows (filtered_pagination.go): the key after a page that began with a key is
 * that of the next row, also of a hidden one.
 */
type Rules = "collection" | "store" | "filtered";

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
 * One page of a table: a key or an offset, never both; the total only without a key, and always for
 * a request without a limit. Keys of pages are without the range's prefix. `show` filters before
 * counting. Throws a plain error.
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
  const { offset, limit, counts } = paging;
  const prefix = within.prefix === undefined ? NO_KEY : table.key.encodeLeading(within.prefix);
  const range = rangeOf(ctx, table, paging, table.bytesOf(within), prefix, rules);
  const rows: T[] = [];
  let nextKey = NO_KEY;
  let seen = 0n;
  const endsAtAnyRow = rules === "filtered" && paging.key.length > 0;
  for (const [rawKey, rawValue] of table.raw(ctx, range)) {
    if (endsAtAnyRow && rows.length === limit) {
      nextKey = rawKey.slice(prefix.length);
      break;
    }
    const shown = show(table.decodeKey(rawKey), table.decodeValue(rawValue));
    if (shown === undefined) continue;
    seen++;
    if (seen <= offset) continue;
    if (rows.length < limit) rows.push(shown);
    else {
      if (nextKey.length === 0) nextKey = rawKey.slice(prefix.length);
      if (!counts) break;
    }
  }
  const total = counts && (rules !== "collection" || seen >= offset) ? seen : 0n;
  return { rows, pagination: { nextKey, total } };
}
