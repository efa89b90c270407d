import { fromUtf8, prefixEnd, toUtf8 } from "@sotto/bytes";
import {
  type Condition,
  matchesHeight,
  matchesSearchRange,
  matchesSearchValue,
  type SearchPlan,
  type SearchRange,
} from "@sotto/comet";
import type { ReadTxn, RecordLog, Table } from "@sotto/store";
import {
  HEIGHT_SIZE,
  heightKey,
  isLong,
  Kind,
  keyHeight,
  keyValue,
  readHeight,
  tagPrefix,
  valuePrefix,
  withHeight,
} from "./keys.ts";
import { longPostings, longText } from "./longTexts.ts";
import { decodePostings, intersect, OWN_EVENT, type Posting, posting, union } from "./postings.ts";

/** What a search reads, as of one moment. */
export interface SearchTables {
  readonly postings: Table;
  /** Values that are too long for keys. */
  readonly texts: RecordLog;
  /** Number of transactions by height. */
  readonly blocks: Table;
  readonly txn: ReadTxn;
}

/** Postings by height. */
type Hits = Map<number, Posting[]>;

interface Search extends SearchTables {
  readonly plan: SearchPlan;
  readonly kind: Kind;
  readonly heightTag: string;
  readonly from: number;
  readonly to: number;
}

const CHUNK = 512;
const MAX_HEIGHT = 2 ** 48 - 1;

function* scan(table: Table, start: Uint8Array, end: Uint8Array | undefined, txn: ReadTxn) {
  let from = start;
  let exclusiveStart = false;
  for (;;) {
    const options = { start: from, limit: CHUNK, exclusiveStart, transaction: txn };
    const rows = table.range(end === undefined ? options : { ...options, end });
    yield* rows;
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < CHUNK) return;
    from = last[0];
    exclusiveStart = true;
  }
}

function wholeBound(bound: SearchRange["lower"], otherwise: number): number {
  if (bound?.value === undefined) return otherwise;
  const whole = bound.value.mantissa / 10n ** BigInt(bound.value.scale);
  return whole < 0n ? 0 : whole > BigInt(MAX_HEIGHT) ? MAX_HEIGHT : Number(whole);
}

/** Heights that a plan can find, widely: `matchesHeight` decides. */
function heightBounds({ height, heightRange }: SearchPlan): { from: number; to: number } {
  if (heightRange !== undefined) {
    return { from: wholeBound(heightRange.lower, 0), to: wholeBound(heightRange.upper, MAX_HEIGHT) };
  }
  if (height === undefined || height === 0) return { from: 0, to: MAX_HEIGHT };
  const only = Math.min(height, MAX_HEIGHT);
  return { from: only, to: only };
}

/** Blocks of the plan's heights with their numbers of transactions, ascending. */
function* blocksOf(search: Search): Generator<readonly [height: number, txCount: number]> {
  const { blocks, from, to, txn, plan } = search;
  for (const [key, value] of scan(blocks, heightKey(from), to < MAX_HEIGHT ? heightKey(to + 1) : undefined, txn)) {
    const height = readHeight(key);
    if (matchesHeight(plan, height)) yield [height, readHeight(value)];
  }
}

const ownEvents = (kind: Kind, txCount: number): Posting[] =>
  Array.from({ length: kind === Kind.block ? 1 : txCount }, (_, i) => posting(i, OWN_EVENT));

/** An exact value: one scan, or one look-up for each height that is left. */
function selectExact(search: Search, { tag, argument }: Condition, among: Hits | undefined): Hits {
  const { postings, kind, txn, plan } = search;
  const text = argument?.text ?? "";
  const prefix = valuePrefix(kind, tag, text);
  const postingsOf = isLong(fromUtf8(text).length) ? longPostings : (row: Uint8Array) => row;
  const hits: Hits = new Map();
  if (among !== undefined) {
    for (const height of among.keys()) {
      const bytes = postings.get(withHeight(prefix, height), txn);
      if (bytes !== undefined) hits.set(height, decodePostings(postingsOf(bytes)));
    }
    return hits;
  }
  const end = search.to < MAX_HEIGHT ? withHeight(prefix, search.to + 1) : prefixEnd(prefix);
  for (const [key, value] of scan(postings, withHeight(prefix, search.from), end, txn)) {
    // Keys of longer values lie in between.
    if (key.length !== prefix.length + HEIGHT_SIZE) continue;
    const height = keyHeight(key);
    if (matchesHeight(plan, height)) hits.set(height, decodePostings(postingsOf(value)));
  }
  return hits;
}

/** Every value of a tag is asked. Cost: all rows of the tag. */
function selectByValue(search: Search, tag: string, accept: (value: string) => boolean, among: Hits | undefined): Hits {
  const { postings, kind, txn, plan, from, to } = search;
  const prefix = tagPrefix(kind, tag);
  const hits: Hits = new Map();
  const add = (height: number, list: Posting[]) => {
    const old = hits.get(height);
    hits.set(height, old === undefined ? list : union(old, list));
  };
  const wanted = (height: number) =>
    among === undefined ? height >= from && height <= to && matchesHeight(plan, height) : among.has(height);
  for (const [key, bytes] of scan(postings, prefix, prefixEnd(prefix), txn)) {
    const height = keyHeight(key);
    if (!wanted(height)) continue;
    const value = keyValue(key, prefix);
    const text = value === undefined ? longText(search.texts, bytes) : (toUtf8(value) ?? "");
    if (accept(text)) add(height, decodePostings(value === undefined ? longPostings(bytes) : bytes));
  }
  if (tag === search.heightTag) {
    for (const [height, txCount] of blocksOf(search)) {
      if (accept(String(height))) add(height, ownEvents(kind, txCount));
    }
  }
  return hits;
}

function narrow(hits: Hits | undefined, fresh: Hits): Hits {
  if (hits === undefined) return fresh;
  const out: Hits = new Map();
  for (const [height, list] of fresh) {
    const both = intersect(hits.get(height) ?? [], list);
    if (both.length > 0) out.set(height, both);
  }
  return out;
}

/** Heights and postings that a plan finds, ascending. All conditions meet within one event, as `matchesSearch` says. */
export function search(tables: SearchTables, plan: SearchPlan, kind: Kind): readonly (readonly [number, Posting[]])[] {
  if (plan.nothing) return [];
  const heightTag = kind === Kind.tx ? "tx.height" : "block.height";
  const run: Search = { ...tables, ...heightBounds(plan), plan, kind, heightTag };
  if (plan.heightOnly) {
    return Array.from(blocksOf(run), ([height, txCount]) => [height, ownEvents(kind, txCount)] as const);
  }
  let hits: Hits | undefined;
  // Exact values first: they are found without reading what does not match.
  const exact = plan.conditions.filter(({ operator }) => operator === "=");
  const others = plan.conditions.filter(({ operator }) => operator !== "=");
  for (const condition of exact) hits = narrow(hits, selectExact(run, condition, hits));
  for (const condition of others) {
    const accept = (value: string) => matchesSearchValue(condition, value);
    hits = narrow(hits, selectByValue(run, condition.tag, accept, hits));
  }
  for (const range of plan.ranges) {
    hits = narrow(
      hits,
      selectByValue(run, range.tag, (value) => matchesSearchRange(range, value), hits),
    );
  }
  return Array.from(hits ?? []).sort((a, b) => a[0] - b[0]);
}
