// SPDX-License-Identifier: Apache-2.0
import { appendFlat, LONGEST_KEY, putFlat } from "../flat.ts";
import { writeNumber } from "../numbers.ts";
import type { Tables } from "../tables.ts";

/** Rows of one transaction: LMDB keeps its changed pages in memory until its end. */
const ROWS_AT_ONCE = 65_536;
const BYTES_AT_ONCE = 16 * 1024 * 1024;
/** The flat table has the position of the leaf in place of a value of this length. */
const LONG = new Uint8Array(64);

interface Row {
  readonly text: string;
  readonly value: Uint8Array;
  readonly position: number;
}

/** Writes the rows of new stores into the flat table, many in a transaction. */
export class FlatRows {
  readonly #tables: Tables;
  #rows: Row[] = [];
  #bytes = 0;
  #store = 0;
  #greatest = -1;
  #append = true;
  #long = false;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Whether some keys are too long for the table. */
  get long(): boolean {
    return this.#long;
  }

  /** The next rows are those of this store, with ascending keys. */
  begin(store: number): void {
    this.flush();
    this.#store = store;
    // The rows of all stores are in one table, in the order of the stores' numbers.
    this.#append = store > this.#greatest;
    this.#greatest = Math.max(store, this.#greatest);
  }

  /** `value` is copied. */
  add(text: string, value: Uint8Array, position: number): void {
    const kept = value.length < LONG.length || text.length > LONGEST_KEY ? value.slice() : LONG;
    this.#rows.push({ text, value: kept, position });
    this.#bytes += text.length + kept.length;
    if (this.#rows.length >= ROWS_AT_ONCE || this.#bytes >= BYTES_AT_ONCE) this.flush();
  }

  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const write = this.#append ? appendFlat : putFlat;
    this.#tables.lmdb.write(() => {
      for (const { text, value, position } of rows) {
        this.#long = write(this.#tables, this.#store, text, value, position) || this.#long;
      }
      if (this.#long) writeNumber(this.#tables.meta, "long", 1);
    });
    this.#rows = [];
    this.#bytes = 0;
  }
}
