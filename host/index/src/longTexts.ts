// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import type { RecordLog } from "@sotto/store";
import { putNumber, readNumber } from "./keys.ts";

/** Position and length take six and three bytes of a row. */
const POSITION = 6;
const HEAD = POSITION + 3;

/** Values that are too long for keys, of one block at a time, in a log beside the tables. */
export class LongTexts {
  readonly #log: RecordLog;
  #texts: Uint8Array[] = [];
  #size = 0;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  /** The row of a long value with its postings. It is valid after `flush`. */
  put(text: Uint8Array, postings: Uint8Array): Uint8Array {
    const row = new Uint8Array(HEAD + postings.length);
    putNumber(row, 0, POSITION, this.#log.end + this.#size);
    putNumber(row, POSITION, HEAD - POSITION, text.length);
    row.set(postings, HEAD);
    this.#texts.push(text);
    this.#size += text.length;
    return row;
  }

  /**
   * Appends the texts to the log; they are valid with the transaction that calls the log's `seal`.
   */
  flush(): void {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const text of this.#texts) {
      all.set(text, at);
      at += text.length;
    }
    this.forget();
    if (at > 0) this.#log.append(all);
  }

  /** Drops texts that were not appended. */
  forget(): void {
    this.#texts = [];
    this.#size = 0;
  }
}

/** The postings in the row of a long value. */
export const longPostings = (row: Uint8Array): Uint8Array => row.subarray(HEAD);

/** The value of such a row. */
export function longText(log: RecordLog, row: Uint8Array): string {
  const position = readNumber(row, 0, POSITION);
  const length = readNumber(row, POSITION, HEAD - POSITION);
  const bytes = new Uint8Array(length);
  if (log.read(bytes, position, length) < length) {
    throw new EnvironmentFault(`the index lacks the ${length} bytes at ${position} of its log`);
  }
  return toUtf8(bytes) ?? "";
}
