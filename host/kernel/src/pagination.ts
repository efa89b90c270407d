import { SdkError } from "@sotto/errors";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import type { ReadCtx } from "./ctx.ts";
import type { Range, Table } from "./state.ts";

/** Rows of a page without a limit (SDK query.DefaultLimit). */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 0xffff_ffffn;

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: { readonly nextKey: Uint8Array; readonly total: bigint };
}

const NO_KEY = new Uint8Array(0);

/**
 * One page of a table, with the rules of the SDK (types/query/collections_pagination.go): a key or an offset, never
 * both; total only without a key, and always when no limit was asked for. `keep` filters before counting.
 */
export function paginate<K, V, T>(
  ctx: ReadCtx,
  table: Table<K, V>,
  request: PageRequest | undefined,
  range: Range,
  show: (key: K, value: V) => T | undefined,
): Page<T> {
  const { key = NO_KEY, offset = 0n, limit: asked = 0n, countTotal = false, reverse = false } = request ?? {};
  if (key.length > 0 && offset > 0n)
    throw SdkError.invalidRequest("invalid request, either offset or key is expected, got both");
  const limit = Number(asked === 0n ? BigInt(DEFAULT_LIMIT) : asked > MAX_LIMIT ? MAX_LIMIT : asked);
  const counts = key.length === 0 && (countTotal || asked === 0n);
  const rows: T[] = [];
  let nextKey = NO_KEY;
  let seen = 0n;
  const from: Range =
    key.length === 0 ? { ...range, reverse } : { ...range, reverse, ...(reverse ? { last: key } : { start: key }) };
  for (const [rawKey, rawValue] of table.raw(ctx, from)) {
    const shown = show(table.decodeKey(rawKey), table.decodeValue(rawValue));
    if (shown === undefined) continue;
    seen++;
    if (seen <= offset) continue;
    if (rows.length < limit) rows.push(shown);
    else {
      if (nextKey.length === 0) nextKey = rawKey.slice();
      if (!counts) break;
    }
  }
  return { rows, pagination: { nextKey, total: counts ? seen : 0n } };
}
