// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { putUvarint } from "@sotto/merkle";
import type { RecordLog } from "./driver/recordLog.ts";
import type { TextRead } from "./kv.ts";
import { compareText, fromText, lowerBound, putText, sliceText, toText } from "./latin1.ts";
import { takeUvarint } from "./records.ts";

/** A changed row by the text of its key; undefined is a deletion. */
export type TextChange = readonly [text: string, value: Uint8Array | undefined];
type Row = readonly [key: Uint8Array, value: Uint8Array];

/** Bytes after which a block of rows ends: what a read of one row reads. */
const BLOCK = 4096;
/** Bytes of one write to the log. */
const CHUNK = 256 * 1024;
/** Bytes beside key and value of a row. */
const ROW_HEAD = 20;
/** Bits of the filter for each row, and bits that a row sets: one read in 1,000 finds no row. */
const FILTER_BITS = 16;
const FILTER_PROBES = 6;
/**
 * Rows of the filter over all runs, 8 MiB: with more rows more reads ask the filters of the runs.
 */
const FILTERED_ROWS = 4_194_304;

/** The blocks of one store in one run: the first key of each, and where it is in the log. */
interface Blocks {
  readonly first: string[];
  readonly position: number[];
  readonly length: number[];
  readonly filter: Filter;
}

/** Rows that were staged at once, in the order of their keys, by store. */
type Run = ReadonlyMap<number, Blocks>;

/** Says for most keys that are not in a set that they are not (a Bloom filter). */
class Filter {
  readonly #bits: Uint32Array;

  constructor(rows: number) {
    this.#bits = new Uint32Array(Math.ceil((rows * FILTER_BITS) / 32) + 1);
  }

  add(hash: number, step: number): void {
    const bits = this.#bits;
    for (let i = 0, at = hash; i < FILTER_PROBES; i++, at = (at + step) >>> 0) {
      const bit = at % (bits.length * 32);
      bits[bit >>> 5] = (bits[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  mayHave(hash: number, step: number): boolean {
    const bits = this.#bits;
    for (let i = 0, at = hash; i < FILTER_PROBES; i++, at = (at + step) >>> 0) {
      const bit = at % (bits.length * 32);
      if (((bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** FNV-1a with another mixing at its end. Keys of a genesis file are no attack on the filter. */
function hashOf(store: number, text: string): number {
  let hash = 0x811c9dc5 ^ store;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const stepOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) | 1) >>> 0;

/**
 * Rows that wait on the disk for the first commit: sorted runs in a log. Cost: one write of each
 * row in order, and a filter of 16 bits in memory; a read of a missing row reads nothing in most
 * cases.
 */
export class StagedRows {
  readonly #log: RecordLog;
  #runs: readonly Run[] = [];
  /** All rows of all runs. Cost: a read of a missing row asks one filter, not one of each run. */
  #all: Filter | undefined;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Adds rows over the earlier ones: by number of the store, in the order of their keys. */
  add(rows: ReadonlyMap<number, readonly TextChange[]>): void {
    this.#all ??= new Filter(FILTERED_ROWS);
    const writer = new RunWriter(this.#log, this.#all);
    const run = new Map<number, Blocks>();
    for (const [store, list] of rows) if (list.length > 0) run.set(store, writer.put(store, list));
    writer.flush();
    this.#runs = [run, ...this.#runs];
  }

  /** The rows of one store at this moment. `assertOpen` is called before each read. */
  reader(store: number, assertOpen: () => void): TextRead {
    const runs = blocksOf(this.#runs, store);
    const all = this.#all;
    const runsWith = (text: string): readonly Blocks[] => {
      const hash = hashOf(store, text);
      const step = stepOf(hash);
      if (all?.mayHave(hash, step) !== true) return [];
      return runs.filter(({ filter }) => filter.mayHave(hash, step));
    };
    return new StagedReader(this.#log, runs, runsWith, assertOpen);
  }

  /** All rows of a store in the order of their keys. */
  merged(store: number): Merge {
    return mergeOf(this.#log, blocksOf(this.#runs, store), "", false);
  }

  clear(): void {
    this.#runs = [];
    this.#all = undefined;
    this.#log.rewind();
  }
}

const blocksOf = (runs: readonly Run[], store: number): readonly Blocks[] =>
  runs.flatMap((run) => run.get(store) ?? []);

/** Appends lists of rows to the log, in blocks. */
class RunWriter {
  readonly #log: RecordLog;
  #chunk = new Uint8Array(CHUNK);
  #used = 0;

  readonly #all: Filter;

  constructor(log: RecordLog, all: Filter) {
    this.#log = log;
    this.#all = all;
  }

  put(store: number, list: readonly TextChange[]): Blocks {
    const blocks: Blocks = { first: [], position: [], length: [], filter: new Filter(list.length) };
    let start = this.#used;
    let first = "";
    const end = (): void => {
      blocks.first.push(first);
      blocks.position.push(this.#log.end + start);
      blocks.length.push(this.#used - start);
      start = this.#used;
    };
    for (const [text, value] of list) {
      const size = ROW_HEAD + text.length + (value?.length ?? 0);
      // A block is whole in one write, because a read does not cross files of the log.
      if (this.#used > start && (this.#used - start > BLOCK || this.#used + size > this.#chunk.length)) end();
      if (this.#used + size > this.#chunk.length) {
        this.flush();
        start = 0;
        if (size > this.#chunk.length) this.#chunk = new Uint8Array(size);
      }
      if (this.#used === start) first = text;
      this.#row(text, value);
      const hash = hashOf(store, text);
      const step = stepOf(hash);
      blocks.filter.add(hash, step);
      this.#all.add(hash, step);
    }
    end();
    return blocks;
  }

  /** A row: length of the key, key, length of the value and one (0: deleted), value. */
  #row(text: string, value: Uint8Array | undefined): void {
    const chunk = this.#chunk;
    let at = putUvarint(chunk, this.#used, text.length);
    putText(chunk, at, text);
    at = putUvarint(chunk, at + text.length, value === undefined ? 0 : value.length + 1);
    if (value !== undefined) chunk.set(value, at);
    this.#used = at + (value?.length ?? 0);
  }

  flush(): void {
    if (this.#used > 0) this.#log.append(this.#chunk.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** The rows of one run from a key on, in one direction. */
class Cursor {
  readonly #log: RecordLog;
  readonly #blocks: Blocks;
  readonly #step: number;
  #next: number;
  #bytes = new Uint8Array(0);
  #at = 0;
  /** Rows of the block in the other direction; of a forward cursor always empty. */
  #back: TextChange[] = [];
  /** Number of its run; the newest run has 0. */
  readonly age: number;
  text = "";
  value: Uint8Array | undefined;

  /** Begins in the block that may contain `from`: its first rows may be before it. */
  constructor(log: RecordLog, blocks: Blocks, age: number, from: string | undefined, reverse: boolean) {
    this.age = age;
    this.#log = log;
    this.#blocks = blocks;
    this.#step = reverse ? -1 : 1;
    const at = from === undefined ? blocks.first.length : lowerBound(blocks.first, from);
    const begins = !reverse && blocks.first[at] === from;
    this.#next = Math.max(0, begins ? at : at - 1);
  }

  /** Goes on to the next row; false at the end. */
  next(): boolean {
    if (this.#step < 0) return this.#previous();
    if (this.#at === this.#bytes.length && !this.#load()) return false;
    this.#read();
    return true;
  }

  #previous(): boolean {
    if (this.#back.length === 0) {
      if (!this.#load()) return false;
      while (this.#at < this.#bytes.length) {
        this.#read();
        this.#back.push([this.text, this.value]);
      }
    }
    const [text, value] = this.#back.pop() as TextChange; // a block has rows
    this.text = text;
    this.value = value;
    return true;
  }

  #load(): boolean {
    const { position, length } = this.#blocks;
    const at = this.#next;
    if (at < 0 || at >= position.length) return false;
    this.#next += this.#step;
    const bytes = new Uint8Array(length[at] as number);
    const read = this.#log.read(bytes, position[at] as number, bytes.length);
    assert(read === bytes.length, "staged rows are read after they were committed or dropped");
    this.#bytes = bytes;
    this.#at = 0;
    return true;
  }

  #read(): void {
    const bytes = this.#bytes;
    const key = takeUvarint(bytes, this.#at);
    const keyEnd = key.end + key.value;
    this.text = sliceText(bytes, key.end, keyEnd);
    const { value: size, end } = takeUvarint(bytes, keyEnd);
    this.#at = size === 0 ? end : end + size - 1;
    this.value = size === 0 ? undefined : bytes.subarray(end, this.#at);
  }
}

/** Rows of several runs in the order of their keys; of equal keys the newest run's. */
export class Merge {
  /** A heap: the cursor with the next row is the first. */
  readonly #heap: Cursor[];
  readonly #sign: number;
  text = "";
  value: Uint8Array = new Uint8Array(0);

  constructor(cursors: readonly Cursor[], reverse: boolean) {
    this.#sign = reverse ? -1 : 1;
    this.#heap = cursors.filter((cursor) => cursor.next());
    for (let i = this.#heap.length >>> 1; i >= 0; i--) this.#sift(i);
  }

  #isBefore(a: Cursor, b: Cursor): boolean {
    if (a.text !== b.text) return a.text < b.text === this.#sign > 0;
    return a.age < b.age;
  }

  #sift(start: number): void {
    const heap = this.#heap;
    const moved = heap[start] as Cursor;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as Cursor, heap[child] as Cursor)) child++;
      if (!this.#isBefore(heap[child] as Cursor, moved)) break;
      heap[at] = heap[child] as Cursor;
      at = child;
    }
    if (at !== start) heap[at] = moved;
  }

  #advance(): void {
    const heap = this.#heap;
    if (!(heap[0] as Cursor).next()) {
      const last = heap.pop() as Cursor;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    this.#sift(0);
  }

  /** Goes on to the next row that is not deleted; false at the end. */
  next(): boolean {
    while (this.#heap.length > 0) {
      const { text, value } = this.#heap[0] as Cursor;
      do this.#advance();
      while (this.#heap.length > 0 && (this.#heap[0] as Cursor).text === text);
      if (value === undefined) continue;
      this.text = text;
      this.value = value;
      return true;
    }
    return false;
  }
}

const mergeOf = (log: RecordLog, runs: readonly Blocks[], from: string | undefined, reverse: boolean): Merge =>
  new Merge(
    runs.map((blocks, age) => new Cursor(log, blocks, age, from, reverse)),
    reverse,
  );

class StagedReader implements TextRead {
  readonly #log: RecordLog;
  readonly #runs: readonly Blocks[];
  /** Runs that may have a row, the newest first. */
  readonly #runsWith: (text: string) => readonly Blocks[];
  readonly #assertOpen: () => void;

  constructor(
    log: RecordLog,
    runs: readonly Blocks[],
    runsWith: (text: string) => readonly Blocks[],
    assertOpen: () => void,
  ) {
    this.#log = log;
    this.#runs = runs;
    this.#runsWith = runsWith;
    this.#assertOpen = assertOpen;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.getText(toText(key));
  }

  has(key: Uint8Array): boolean {
    return this.getText(toText(key)) !== undefined;
  }

  hasText(text: string): boolean {
    return this.getText(text) !== undefined;
  }

  getText(text: string): Uint8Array | undefined {
    this.#assertOpen();
    for (const blocks of this.#runsWith(text)) {
      const cursor = new Cursor(this.#log, blocks, 0, text, false);
      while (cursor.next() && cursor.text <= text) if (cursor.text === text) return cursor.value;
    }
    return undefined;
  }

  *iterate(start: Uint8Array | undefined, end: Uint8Array | undefined, reverse = false): Generator<Row> {
    const low = start === undefined ? "" : toText(start);
    const high = end === undefined ? undefined : toText(end);
    const rows = mergeOf(this.#log, this.#runs, reverse ? high : low, reverse);
    for (;;) {
      this.#assertOpen();
      if (!rows.next()) return;
      const { text, value } = rows;
      const isPast = reverse ? text < low : high !== undefined && compareText(text, high) >= 0;
      if (isPast) return;
      const isBefore = reverse ? high !== undefined && text >= high : text < low;
      if (!isBefore) yield [fromText(text), value];
    }
  }
}
