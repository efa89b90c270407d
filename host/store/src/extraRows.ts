// SPDX-License-Identifier: Apache-2.0
import { compare, fromUtf8 } from "@sotto/bytes";
import { LongValues, positionOf } from "./longValues.ts";
import { metaKey, readNumber, writeNumber } from "./numbers.ts";
import type { Tables } from "./tables.ts";

/** Rows beside the state that belong to one version each, and how long they stay. */
export interface RowPruning {
  /** Versions whose rows stay; at least as many as versions stay readable. */
  readonly keep: number;
  /** Names of the rows of a version. */
  names(version: number): readonly string[];
}

/** Most versions whose rows one commit removes, so that the first commits do not stop the chain. */
const VERSIONS_AT_ONCE = 16;
/** Rows that one commit counts. */
const COUNTED_AT_ONCE = 2048;
/** Name of a number: the first version whose rows are not removed. */
const FIRST = "firstRows";
const START = fromUtf8("extra/");
const END = fromUtf8("extra0");

/**
 * The rows of the caller. Once rows are removed it counts the long ones in each file of their log,
 * a part in each commit, and removes the oldest files without any. All but `settle` runs inside the
 * commit's transaction.
 */
export class ExtraRows {
  readonly #tables: Tables;
  readonly #values: LongValues;
  readonly #pruning: RowPruning | undefined;
  /** Long rows by the first position of their file; only of the keys up to `#counted`. */
  readonly #live = new Map<number, number>();
  /** Last counted key, or all of them; undefined: rows were never removed, and none is counted. */
  #counted: Uint8Array | "all" | undefined;

  constructor(tables: Tables, pruning: RowPruning | undefined) {
    this.#tables = tables;
    this.#values = new LongValues(tables.extraLog);
    this.#pruning = pruning;
  }

  /** Throws EnvironmentFault when the log lacks a row that is there. */
  get(name: string): Uint8Array | undefined {
    const { meta, lmdb } = this.#tables;
    const row = meta.get(metaKey("extra", name));
    const found = row && this.#values.find(row);
    if (row === undefined || found !== undefined) return found;
    // The writer has removed the row and its file since.
    lmdb.refresh();
    const again = meta.get(metaKey("extra", name));
    return again && this.#values.get(again);
  }

  /** Writes the rows of a version; undefined removes. `isFirst`: no version was before. */
  write(version: number, isFirst: boolean, rows: ReadonlyMap<string, Uint8Array | undefined>): void {
    if (isFirst) writeNumber(this.#tables.meta, FIRST, version);
    for (const [name, value] of rows) this.#put(metaKey("extra", name), value);
    this.#prune(version);
    this.#count();
  }

  #put(key: Uint8Array, value: Uint8Array | undefined): void {
    const { meta } = this.#tables;
    const old = value === undefined || this.#counted !== undefined ? meta.get(key) : undefined;
    if (value === undefined && old !== undefined) this.#counted ??= START;
    this.#add(key, old, -1);
    if (value === undefined) {
      meta.remove(key);
      return;
    }
    const row = this.#values.put(value);
    meta.put(key, row);
    this.#add(key, row, 1);
  }

  #add(key: Uint8Array, row: Uint8Array | undefined, count: number): void {
    if (row === undefined || this.#counted === undefined) return;
    if (this.#counted !== "all" && compare(key, this.#counted) > 0) return;
    const position = positionOf(row);
    const file = position === undefined ? undefined : this.#tables.extraLog.segmentOf(position)?.start;
    if (file !== undefined) this.#live.set(file, (this.#live.get(file) ?? 0) + count);
  }

  #prune(version: number): void {
    if (this.#pruning === undefined) return;
    const { keep, names } = this.#pruning;
    const first = Math.max(1, readNumber(this.#tables.meta, FIRST));
    const end = Math.min(version - keep + 1, first + VERSIONS_AT_ONCE);
    if (end <= first) return;
    for (let each = first; each < end; each++)
      for (const name of names(each)) this.#put(metaKey("extra", name), undefined);
    writeNumber(this.#tables.meta, FIRST, end);
  }

  #count(): void {
    if (this.#counted === undefined || this.#counted === "all") return;
    const range = { start: this.#counted, end: END, limit: COUNTED_AT_ONCE, exclusiveStart: true };
    const rows = this.#tables.meta.range(range);
    const last = rows.at(-1);
    // Order: `#add` counts keys up to the last one only.
    this.#counted = last === undefined || rows.length < COUNTED_AT_ONCE ? "all" : last[0];
    for (const [key, row] of rows) this.#add(key, row, 1);
  }

  /** After a commit: removes the oldest files that have no row. */
  settle(): void {
    if (this.#counted !== "all") return;
    const { extraLog } = this.#tables;
    let start = extraLog.start;
    for (;;) {
      const file = extraLog.segmentOf(start);
      if (file?.end === undefined || (this.#live.get(file.start) ?? 0) > 0) break;
      this.#live.delete(file.start);
      start = file.end;
    }
    if (start > extraLog.start) extraLog.drop(start);
  }

  /** After a commit that failed: counts again. */
  rewind(): void {
    this.#live.clear();
    this.#counted = undefined;
  }
}
