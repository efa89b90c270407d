// SPDX-License-Identifier: Apache-2.0
import { IndexError } from "./errors.ts";

/**
 * Rows that one search may read. Measured (Node 20): a row of a scan costs 1 to 2 us, so a search
 * is about two seconds of its thread at most. 1,000,000 rows are a year of a contract that is
 * called every half minute.
 */
export const MOST_ROWS = 1_000_000;

/** Postings that cost as much as a row: they are decoded and held, 8 bytes each. */
const POSTINGS_PER_ROW = 4;
/** Reading a long value asks the system for a part of a file. */
export const ROWS_PER_LONG_TEXT = 8;

/** The rows that a search has read: equal on every machine. */
export class Budget {
  readonly #most: number;
  #spent = 0;
  #told = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Throws IndexError.tooMuch when the search has used its budget. */
  rows(count: number): void {
    this.#spent += count;
    if (this.#spent <= this.#most) return;
    throw IndexError.tooMuch(
      `the search reads more than ${this.#most} rows of the index: narrow it with \`=\` and a rarer value, ` +
        "which may be bounded by heights as well; ranges, CONTAINS and EXISTS read every row of their tag",
    );
  }

  postings(count: number): void {
    this.rows(count / POSTINGS_PER_ROW);
  }

  /** Rows since the last time. */
  take(): number {
    const fresh = this.#spent - this.#told;
    this.#told = this.#spent;
    return fresh;
  }
}

/** Work in steps of about a millisecond; each yields the rows that it has read. */
export type Steps<T> = Generator<number, T, void>;

/** Does it all at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
