// SPDX-License-Identifier: Apache-2.0
import { alloc } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { putUvarint } from "@sotto/merkle";
import type { RecordLog } from "./driver/recordLog.ts";
import { takeUvarint } from "./records.ts";

/**
 * Longer values are in the log. LMDB puts a value of more than 2 KB into separate pages.
 */
const LONGEST_IN_ROW = 1024;
const Form = { inRow: 0, inLog: 1 } as const;

/**
 * Values of any length in the rows of a table: the row of a long value contains its position in a
 * log.
 */
export class LongValues {
  readonly #log: RecordLog;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  /**
   * The row for a value. A value in the log is durable with the transaction that calls the log's
   * `seal`.
   */
  put(value: Uint8Array): Uint8Array {
    if (value.length <= LONGEST_IN_ROW) {
      const row = new Uint8Array(1 + value.length);
      row.set(value, 1);
      return row;
    }
    const row = new Uint8Array(17);
    row[0] = Form.inLog;
    return row.subarray(0, putUvarint(row, putUvarint(row, 1, this.#log.append(value)), value.length));
  }

  /** The value of a row, copied. Throws EnvironmentFault when the log lacks it. */
  get(row: Uint8Array): Uint8Array {
    const found = this.find(row);
    if (found === undefined)
      throw new EnvironmentFault(`the log lacks the ${lengthOf(row)} bytes at ${positionOf(row)}`);
    return found;
  }

  /** The same; undefined when the log lacks it, for example because its file was removed. */
  find(row: Uint8Array): Uint8Array | undefined {
    if (row[0] === Form.inRow) return row.subarray(1);
    if (row[0] !== Form.inLog) throw new EnvironmentFault("a row of the database has an unknown form");
    const position = takeUvarint(row, 1);
    const { value: length } = takeUvarint(row, position.end);
    const out = alloc(length);
    return this.#log.read(out, position.value, length) < length ? undefined : out;
  }
}

/** Length of the value of a row. */
export function lengthOf(row: Uint8Array): number {
  return row[0] === Form.inRow ? row.length - 1 : takeUvarint(row, takeUvarint(row, 1).end).value;
}

/** Position of the value in the log; undefined for a value in its row. */
export function positionOf(row: Uint8Array): number | undefined {
  return row[0] === Form.inRow ? undefined : takeUvarint(row, 1).value;
}
