// SPDX-License-Identifier: Apache-2.0
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
import { type Budget, ROWS_PER_LONG_TEXT, type Steps } from "./budget.ts";
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
import { decodePostings, intersect, OWN_EVENT, type Posting, posting, txOf } from "./postings.ts";

/** The input of a search. Rows of a height never change, so each step may have its own snapshot. */
export interface SearchTables {
  readonly postings: Table;
  /** Values that are too long for keys. */
  readonly texts: RecordLog;
  /** Number of transactions by height. */
  readonly blocks: Table;
  /** Last height that is indexed. */
  readonly height: number;
  /**
   * Runs over a snapshot, which is closed before the next step: one that stays open makes the file
   * grow.
   */
  readonly read: <T>(run: (txn: ReadTxn) => T) => T;
}

/** A height of the answer: its matching transactions, or the number of all its transactions. */
export type Match = readonly [height: number, found: readonly number[] | number];

/** Postings by height. */
type Hits = Map<number, Posting[]>;

interface Search extends SearchTables {
  readonly plan: SearchPlan;
  readonly kind: Kind;
  readonly heightTag: string;
  readonly from: number;
  readonly to: number;
  readonly budget: Budget;
}

/** Rows of one step. */
const CHUNK = 512;
const MAX_HEIGHT = 2 ** 48 - 1;

type RowVisitor = (key: Uint8Array, value: Uint8Array) => void;

function* scan(search: Search, table: Table, start: Uint8Array, end: Uint8Array, visit: RowVisitor): Steps<void> {
  const { read, budget } = search;
  let from = { start, exclusiveStart: false };
  for (;;) {
    const rows = read((transaction) => table.range({ ...from, end, limit: CHUNK, transaction }));
    budget.rows(rows.length);
    for (const [key, value] of rows) visit(key, value);
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < CHUNK) return;
    yield budget.take();
    from = { start: last[0], exclusiveStart: true };
  }
}

function wholeBound(bound: SearchRange["lower"], otherwise: number): number {
  if (bound?.value === undefined) return otherwise;
  const whole = bound.value.mantissa / 10n ** BigInt(bound.value.scale);
  return whole < 0n ? 0 : whole > BigInt(MAX_HEIGHT) ? MAX_HEIGHT : Number(whole);
}

/** Heights that a plan can find, widely: `matchesHeight` decides. */
function heightBounds({ height, heightRange }: SearchPlan, last: number): { from: number; to: number } {
  if (heightRange !== undefined) {
    return { from: wholeBound(heightRange.lower, 0), to: Math.min(wholeBound(heightRange.upper, last), last) };
  }
  if (height === undefined || height === 0) return { from: 0, to: last };
  return { from: Math.min(height, MAX_HEIGHT), to: Math.min(height, last) };
}

/**
 * Calls `visit` for the blocks of the plan's heights with their numbers of transactions, ascending.
 */
function* eachBlock(search: Search, visit: (height: number, txCount: number) => void): Steps<void> {
  const { blocks, from, to, plan } = search;
  yield* scan(search, blocks, heightKey(from), heightKey(to + 1), (key, value) => {
    const height = readHeight(key);
    if (matchesHeight(plan, height)) visit(height, readHeight(value));
  });
}

const ownEvents = (kind: Kind, txCount: number): Posting[] =>
  Array.from({ length: kind === Kind.block ? 1 : txCount }, (_, i) => posting(i, OWN_EVENT));

/** An exact value: one scan, or one look-up for each remaining height. */
function* selectExact(search: Search, { tag, argument }: Condition, among: Hits | undefined): Steps<Hits> {
  const { postings, kind, read, plan, budget, to } = search;
  const text = argument?.text ?? "";
  const prefix = valuePrefix(kind, tag, text);
  const long = isLong(fromUtf8(text).length);
  const hits: Hits = new Map();
  const add = (height: number, row: Uint8Array): void => {
    const list = decodePostings(long ? longPostings(row) : row);
    budget.postings(list.length);
    hits.set(height, list);
  };
  if (among === undefined) {
    yield* scan(search, postings, withHeight(prefix, search.from), withHeight(prefix, to + 1), (key, value) => {
      // Keys of longer values lie in between.
      if (key.length !== prefix.length + HEIGHT_SIZE) return;
      const height = keyHeight(key);
      if (matchesHeight(plan, height)) add(height, value);
    });
    return hits;
  }
  const heights = [...among.keys()];
  for (let at = 0; at < heights.length; at += CHUNK) {
    const part = heights.slice(at, at + CHUNK);
    budget.rows(part.length);
    read((txn) => {
      for (const height of part) {
        const row = postings.get(withHeight(prefix, height), txn);
        if (row !== undefined) add(height, row);
      }
    });
    yield budget.take();
  }
  return hits;
}

type ValueFilter = (value: string) => boolean;

/**
 * Applies every test to every value of a tag; the hits of each. Cost: all rows of the tag, once.
 */
function* selectByValue(
  search: Search,
  tag: string,
  tests: readonly ValueFilter[],
  among: Hits | undefined,
): Steps<readonly Hits[]> {
  const { postings, kind, plan, from, to, budget } = search;
  const prefix = tagPrefix(kind, tag);
  const found = tests.map((accept) => ({ accept, hits: new Map() as Hits }));
  const ask = (height: number, value: string, list: () => readonly Posting[]): void => {
    for (const { accept, hits } of found) if (accept(value)) addTo(hits, height, list(), budget);
  };
  const wanted = (height: number) =>
    among === undefined ? height >= from && height <= to && matchesHeight(plan, height) : among.has(height);
  yield* scan(search, postings, prefix, prefixEnd(prefix) as Uint8Array, (key, row) => {
    const height = keyHeight(key);
    if (!wanted(height)) return;
    const value = keyValue(key, prefix);
    if (value === undefined) budget.rows(ROWS_PER_LONG_TEXT);
    const text = value === undefined ? longText(search.texts, row) : (toUtf8(value) ?? "");
    ask(height, text, () => decodePostings(value === undefined ? longPostings(row) : row));
  });
  if (tag === search.heightTag) {
    yield* eachBlock(search, (height, txCount) => ask(height, String(height), () => ownEvents(kind, txCount)));
  }
  for (const { hits } of found) for (const [height, list] of hits) hits.set(height, ascending(list));
  return found.map(({ hits }) => hits);
}

function addTo(hits: Hits, height: number, list: readonly Posting[], budget: Budget): void {
  budget.postings(list.length);
  const known = hits.get(height);
  if (known === undefined) hits.set(height, [...list]);
  else for (const entry of list) known.push(entry);
}

/** Each posting once, in order. */
function ascending(list: readonly Posting[]): Posting[] {
  const sorted = Float64Array.from(list).sort();
  return Array.from(sorted).filter((entry, i) => i === 0 || entry !== sorted[i - 1]);
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

/** Tests that read all values of a tag, by tag: a row is read once for all of them. */
function testsOf({ conditions, ranges }: SearchPlan): ReadonlyMap<string, readonly ValueFilter[]> {
  const tests = new Map<string, ValueFilter[]>();
  const add = (tag: string, accept: ValueFilter): void => {
    const known = tests.get(tag);
    if (known === undefined) tests.set(tag, [accept]);
    else known.push(accept);
  };
  for (const condition of conditions) {
    if (condition.operator !== "=") add(condition.tag, (value) => matchesSearchValue(condition, value));
  }
  for (const range of ranges) add(range.tag, (value) => matchesSearchRange(range, value));
  return tests;
}

/**
 * Postings that meet all conditions. Exact values first: they are found without reading other rows.
 */
function* select(search: Search): Steps<Hits> {
  let hits: Hits | undefined;
  for (const condition of search.plan.conditions) {
    if (condition.operator !== "=") continue;
    if (hits?.size === 0) return hits;
    hits = narrow(hits, yield* selectExact(search, condition, hits));
  }
  for (const [tag, tests] of testsOf(search.plan)) {
    if (hits?.size === 0) return hits;
    for (const fresh of yield* selectByValue(search, tag, tests, hits)) hits = narrow(hits, fresh);
  }
  return hits ?? new Map();
}

function transactionsOf(list: readonly Posting[]): number[] {
  const out: number[] = [];
  for (const entry of list) {
    const tx = txOf(entry);
    if (out[out.length - 1] !== tx) out.push(tx);
  }
  return out;
}

/**
 * Heights that a plan finds, with the matches at each, ascending. All conditions meet within one
 * event, as `matchesSearch` says.
 */
export function* search(tables: SearchTables, plan: SearchPlan, kind: Kind, budget: Budget): Steps<Match[]> {
  const { from, to } = heightBounds(plan, tables.height);
  if (plan.nothing || from > to) return [];
  const heightTag = kind === Kind.tx ? "tx.height" : "block.height";
  const run: Search = { ...tables, from, to, plan, kind, heightTag, budget };
  const matches: Match[] = [];
  if (plan.heightOnly) {
    yield* eachBlock(run, (height, txCount) => {
      if (kind === Kind.block) matches.push([height, 1]);
      else if (txCount > 0) matches.push([height, txCount]);
    });
    return matches;
  }
  for (const [height, list] of yield* select(run)) matches.push([height, transactionsOf(list)]);
  return matches.sort((a, b) => a[0] - b[0]);
}
