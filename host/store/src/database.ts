// SPDX-License-Identifier: Apache-2.0
import type { RecordLog } from "./driver/recordLog.ts";
import type { ReadTxn, Table } from "./table.ts";

/** Tables and logs that change in one transaction: in a folder (Lmdb) or in memory. */
export interface Database {
  /** Its place, for messages and for other threads. */
  readonly path: string;
  table(name: string): Table;
  /**
   * Writes the form of its content into a new database, as a number of `numbers`. Throws
   * EnvironmentFault for a database in use that has another form; a database without the number has
   * form 1.
   */
  assertForm(numbers: Table, form: number, inUse: boolean): void;
  /** A log beside the tables; `numbers` records its end under the log's name. */
  log(name: string, numbers: Table, segmentBytes?: number): RecordLog;
  /** One transaction: durable on return, or without any effect. */
  write(run: () => void): void;
  /** A snapshot of the latest commit. */
  read(): ReadTxn;
  /** Moves reads without a snapshot to the latest commit. */
  refresh(): void;
  close(): void;
}
