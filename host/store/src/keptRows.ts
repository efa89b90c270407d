// SPDX-License-Identifier: Apache-2.0
import { allocator } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";

/**
 * Rows in the cache of a reader, and the longest value in it: rows that all transactions read, and
 * rows that one transaction reads again.
 */
const KEPT_ROWS = 1024;
const LONGEST_KEPT = 512;
/** A stranger's query chooses its keys, and they may be megabytes long. */
const LONGEST_KEPT_KEY = 512;
/** Cost: values are in slabs of their own, so that each holds few other bytes in memory. */
const SLAB = 4096;

/**
 * Recently read rows of one store in the latest version, by the text of their key; null: the row
 * does not exist. At most 4 MiB, usually a tenth of that.
 */
export class KeptRows {
  /**
   * False: the row became too long. Hazard: undefined would bring its earlier value back, which the
   * map may have in its older generation.
   */
  readonly #rows = new RecentMap<string, Uint8Array | null | false>(KEPT_ROWS);
  readonly #make = allocator(SLAB, LONGEST_KEPT);

  get(text: string): Uint8Array | null | undefined {
    const found = this.#rows.get(text);
    return found === false ? undefined : found;
  }

  /** Keeps a short row. The value is not copied: it must not hold much other memory. */
  keep(text: string, value: Uint8Array | null): void {
    if (text.length > LONGEST_KEPT_KEY || (value !== null && value.length > LONGEST_KEPT)) return;
    this.#rows.set(text, value);
  }

  /** A copy that may be kept. */
  copy(value: Uint8Array): Uint8Array {
    const out = this.#make(value.length);
    out.set(value);
    return out;
  }

  /** A write of the next version. Rows that were not read recently stay unknown. */
  change(text: string, value: Uint8Array | undefined): void {
    if (this.#rows.get(text) === undefined) return;
    if (value === undefined) this.#rows.set(text, null);
    else if (value.length > LONGEST_KEPT) this.#rows.set(text, false);
    else this.#rows.set(text, this.copy(value));
  }
}
