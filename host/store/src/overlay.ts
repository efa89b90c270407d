// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { FlatReader } from "./flat.ts";
import type { KvRead, KvWrite, TextRead } from "./kv.ts";
import { compareText, fromText, lowerBound, toText } from "./latin1.ts";

type Row = readonly [key: Uint8Array, value: Uint8Array];
type Change = readonly [key: Uint8Array, value: Uint8Array | undefined];

/** More new keys are merged by sorting; fewer are inserted one by one. */
const INSERT_LIMIT = 48;

/**
 * Called with the additional memory of overlays, in bytes; throws when it is too much. A negative
 * number returns memory.
 */
export interface MemoryBudget {
  take(bytes: number): void;
}

/**
 * Bytes of a row in addition to key and value: its entry here, and its nodes in the tree that the
 * commit makes.
 */
const ROW_BYTES = 512;

/** Rows by the text of their key; undefined is a deletion. */
type Rows = Map<string, Uint8Array | undefined>;

/**
 * An open iteration: the sorted keys at its beginning, and the old values of its rows that were
 * written since.
 */
interface Iteration {
  readonly list: readonly string[];
  before: Rows | undefined;
}

/**
 * Writes over a reader until `write` passes them to it: a message's over a transaction's over a
 * block's. Cost: one map operation for a read or write; keys are sorted only for an iteration or a
 * list of changes. A write during iterations also stores the replaced row, once for each open
 * iteration.
 */
export class Overlay implements KvWrite, TextRead, Iterable<Change> {
  readonly #parent: KvRead;
  /** The parent, if it accepts texts. */
  readonly #below: TextRead | undefined;
  #rows: Rows = new Map();
  readonly #open: Iteration[] = [];
  #sorted: string[] = [];
  #unsorted: string[] = [];
  readonly #budget: MemoryBudget | undefined;
  #held = 0;
  /** Cost: without deletions one search decides that a row is not here. */
  #hasDeletions = false;

  constructor(parent: KvRead, budget?: MemoryBudget) {
    this.#parent = parent;
    this.#below = parent instanceof Overlay || parent instanceof FlatReader ? parent : undefined;
    this.#budget = budget;
  }

  /** Bytes of its budget that it uses. */
  get held(): number {
    return this.#held;
  }

  /** Number of keys that were written or deleted. */
  get size(): number {
    return this.#rows.size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.getText(toText(key), key);
  }

  getText(text: string, key: Uint8Array): Uint8Array | undefined {
    const own = this.#rows.get(text);
    if (own !== undefined || this.#isDeleted(text)) return own;
    return this.#below === undefined ? this.#parent.get(key) : this.#below.getText(text, key);
  }

  has(key: Uint8Array): boolean {
    return this.hasText(toText(key), key);
  }

  hasText(text: string, key: Uint8Array): boolean {
    if (this.#rows.get(text) !== undefined) return true;
    if (this.#isDeleted(text)) return false;
    return this.#below === undefined ? this.#parent.has(key) : this.#below.hasText(text, key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    assert(key.length > 0, "a key must not be empty");
    this.#put(toText(key), value);
  }

  delete(key: Uint8Array): void {
    assert(key.length > 0, "a key must not be empty");
    this.#put(toText(key), undefined);
  }

  /** Whether a row without a value here is a deletion. */
  #isDeleted(text: string): boolean {
    return this.#hasDeletions && this.#rows.has(text);
  }

  #put(text: string, value: Uint8Array | undefined): void {
    const before = this.#rows.size;
    if (this.#budget !== undefined) this.#take(this.#budget, text, value);
    if (this.#open.length > 0) this.#keep(text);
    this.#rows.set(text, value);
    if (value === undefined) this.#hasDeletions = true;
    if (this.#rows.size > before) this.#unsorted.push(text);
  }

  #keep(text: string): void {
    if (!this.#rows.has(text)) return;
    const now = this.#rows.get(text);
    for (const iteration of this.#open) {
      const { list, before } = iteration;
      // Limit: rows that were added later are not stored, so the memory is bounded by the rows at
      // the beginning.
      if (list[lowerBound(list, text)] !== text || before?.has(text) === true) continue;
      iteration.before = (before ?? new Map()).set(text, now);
    }
  }

  #take(budget: MemoryBudget, text: string, value: Uint8Array | undefined): void {
    const old = this.#rows.get(text);
    const isNew = old === undefined && !this.#isDeleted(text);
    const bytes = (value?.length ?? 0) - (old?.length ?? 0) + (isNew ? ROW_BYTES + text.length : 0);
    budget.take(bytes);
    this.#held += bytes;
  }

  #returnMemory(): void {
    this.#budget?.take(-this.#held);
    this.#held = 0;
  }

  #ordered(): readonly string[] {
    const fresh = this.#unsorted;
    if (fresh.length === 0) return this.#sorted;
    if (fresh.length <= INSERT_LIMIT) {
      // A copy, because an iteration may still use the old list.
      const list = this.#sorted.slice();
      for (const text of fresh) list.splice(lowerBound(list, text), 0, text);
      this.#sorted = list;
    } else {
      // Cost: without a function the engine compares texts itself, by their units, in half the
      // time.
      this.#sorted = this.#sorted.concat(fresh).sort();
    }
    this.#unsorted = [];
    return this.#sorted;
  }

  /**
   * Merges own rows with the parent's. An iteration begins when its first row is requested, and
   * shows the rows of that moment. Rows that are written later, here or below, do not appear
   * (cosmossdk.io/store cachekv: an iterator over a copy).
   */
  *iterate(start: Uint8Array | undefined, end: Uint8Array | undefined, reverse = false): Generator<Row> {
    const list = this.#ordered();
    const rows = this.#rows;
    const iteration: Iteration = { list, before: undefined };
    const own = (text: string): Uint8Array | undefined =>
      iteration.before?.has(text) === true ? iteration.before.get(text) : rows.get(text);
    const low = start === undefined ? 0 : lowerBound(list, toText(start));
    const high = end === undefined ? list.length : lowerBound(list, toText(end));
    const step = reverse ? -1 : 1;
    let at = reverse ? high - 1 : low;
    const more = () => (reverse ? at >= low : at < high);
    this.#open.push(iteration);
    try {
      for (const row of this.#parent.iterate(start, end, reverse)) {
        const text = toText(row[0]);
        while (more() && compareText(list[at] as string, text) * step < 0) {
          const passed = list[at] as string;
          at += step;
          const value = own(passed);
          if (value !== undefined) yield [fromText(passed), value];
        }
        if (!more() || list[at] !== text) yield row;
        else {
          at += step;
          const value = own(text);
          if (value !== undefined) yield [row[0], value];
        }
      }
      for (; more(); at += step) {
        const text = list[at] as string;
        const value = own(text);
        if (value !== undefined) yield [fromText(text), value];
      }
    } finally {
      this.#close(iteration);
    }
  }

  #close(iteration: Iteration): void {
    const open = this.#open;
    // Cost: usually the last iteration that began is the first that ends.
    if (open.at(-1) === iteration) open.pop();
    else {
      // `clear` may have removed it already.
      const place = open.indexOf(iteration);
      if (place >= 0) open.splice(place, 1);
    }
  }

  /** Passes the writes to the parent, which must be writable, and clears them. */
  write(): void {
    const parent = this.#parent;
    // Order: memory is returned first. The parent takes at most the same amount, so no write fails
    // in between.
    this.#returnMemory();
    if (parent instanceof Overlay) for (const [text, value] of this.#rows) parent.#put(text, value);
    else {
      assert("set" in parent, "the reader below an overlay cannot be written");
      const target = parent as KvWrite; // it has `set`
      for (const [text, value] of this.#rows) {
        if (value === undefined) target.delete(fromText(text));
        else target.set(fromText(text), value);
      }
    }
    this.clear();
  }

  /** Drops the writes. */
  clear(): void {
    this.#returnMemory();
    // An open iteration continues over the rows of its beginning.
    if (this.#open.length > 0) this.#rows = new Map();
    else this.#rows.clear();
    this.#hasDeletions = false;
    this.#open.length = 0;
    this.#sorted = [];
    this.#unsorted = [];
  }

  /** All changes in byte order; undefined is a deletion. */
  *[Symbol.iterator](): Generator<Change> {
    for (const [text, value] of this.textChanges()) yield [fromText(text), value];
  }

  /** The same without conversions, for `commit`. */
  textChanges(): (readonly [text: string, value: Uint8Array | undefined])[] {
    return this.#ordered().map((text) => [text, this.#rows.get(text)] as const);
  }

  /**
   * All changes by the text of their key (one UTF-16 unit a byte), in no order. Cost: nothing is
   * sorted or converted.
   */
  texts(): Iterable<readonly [text: string, value: Uint8Array | undefined]> {
    return this.#rows;
  }
}
