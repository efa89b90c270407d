// SPDX-License-Identifier: Apache-2.0
import { rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { open, type RootDatabase } from "lmdb";
import type { Database } from "./database.ts";
import { DamagedDatabase, damageOf } from "./driver/dataFile.ts";
import { assertFreeSpace } from "./driver/disk.ts";
import { environment } from "./driver/environment.ts";
import { FileLog, type RecordLog } from "./driver/recordLog.ts";
import { readNumber, writeNumber } from "./numbers.ts";
import { type RawTable, type ReadTxn, Table } from "./table.ts";

const OPTIONS = { encoding: "binary", keyEncoding: "binary" } as const;
/** Address space, not disk space: the map must not grow while other threads read. */
const MAP_SIZE = 2 ** 38;

export interface LmdbOptions {
  /**
   * Undefined: a file in the system's temporary folder, not synced, and deleted when it is closed.
   */
  readonly path: string | undefined;
  readonly readOnly: boolean;
  readonly noSync: boolean;
  /** Its name in messages. Default: the state database. */
  readonly name?: string;
}

interface RawRoot {
  readonly path: string;
  transactionSync(run: () => void): void;
  resetReadTxn(): void;
  useReadTransaction(): ReadTxn;
  close(): Promise<void>;
}

/**
 * A folder with tables, shared by the threads of a process: one writes, all read. Throws
 * DamagedDatabase for a file that LMDB did not write, and EnvironmentFault when the operating
 * system refuses an operation.
 */
export class Lmdb implements Database {
  readonly path: string;
  readonly #root: RootDatabase;
  readonly #raw: RawRoot;
  readonly #readOnly: boolean;
  readonly #temporary: boolean;
  readonly #name: string;
  readonly #noSync: boolean;
  readonly #logs: RecordLog[] = [];

  constructor({ path, readOnly, noSync, name = "the state database" }: LmdbOptions) {
    this.#name = name;
    this.#noSync = noSync || path === undefined;
    const place = path ?? tmpdir();
    const opening = `open ${name} at ${path ?? "a temporary file"}`;
    const damage = environment(opening, place, () => (path === undefined ? undefined : damageOf(path)));
    if (damage !== undefined) throw new DamagedDatabase(`${name} at ${path} is damaged: ${damage}`);
    if (!readOnly) assertFreeSpace(place);
    this.#root = environment(opening, place, () =>
      open({
        ...(path === undefined ? { noSync: true } : { path, noSync }),
        readOnly,
        // With the default a commit is visible before it is durable.
        overlappingSync: false,
        maxDbs: 16,
        ...(process.platform === "win32" ? {} : { mapSize: MAP_SIZE }),
        ...OPTIONS,
      }),
    );
    this.#raw = this.#root as unknown as RawRoot; // path, resetReadTxn and useReadTransaction are not in lmdb's types
    this.path = this.#raw.path;
    this.#readOnly = readOnly;
    this.#temporary = path === undefined;
    if (this.#temporary) keepTemporary(this.path);
  }

  table(name: string): Table {
    const table = environment(`open table ${name}`, this.path, () => this.#root.openDB({ name, ...OPTIONS }));
    // lmdb returns undefined for a table that a reader cannot create.
    if ((table as unknown) === undefined) throw new EnvironmentFault(`${this.#name} has no table ${name}`);
    return new Table(table as unknown as RawTable); // see RawTable
  }

  /**
   * Writes the form of its content into a new database, as a number of `numbers`. Throws
   * EnvironmentFault for a database in use that has another form; a database without the number has
   * form 1.
   */
  assertForm(numbers: Table, form: number, inUse: boolean): void {
    const found = readNumber(numbers, "form");
    if (found === form) return;
    if (inUse || found !== 0) {
      this.close();
      throw new EnvironmentFault(
        `${this.#name} at ${this.path} has form ${found || 1}, and this version of Sotto reads form ${form}: ` +
          "start with --reset, with another --home, or with the version that wrote it",
      );
    }
    if (!this.#readOnly) this.write(() => writeNumber(numbers, "form", form));
  }

  /** A log beside the tables; `numbers` records its end under the log's name. */
  log(name: string, numbers: Table, segmentBytes?: number): RecordLog {
    const folder = statSync(this.path).isDirectory() ? join(this.path, name) : `${this.path}-${name}`;
    if (this.#temporary) temporaries.get(this.path)?.push(folder);
    try {
      const owner = { end: () => readNumber(numbers, name), record: (end: number) => writeNumber(numbers, name, end) };
      const log = new FileLog({
        folder,
        name: `the log ${name} of ${this.#name}`,
        owner: this.#readOnly ? undefined : owner,
        noSync: this.#noSync,
        segmentBytes,
      });
      this.#logs.push(log);
      return log;
    } catch (thrown) {
      // A caller that removes a damaged database must not have it open.
      this.close();
      throw thrown;
    }
  }

  /**
   * One transaction: durable on return, or without any effect. Throws EnvironmentFault when the
   * disk has too little free space.
   */
  write(run: () => void): void {
    if (this.#readOnly) throw new EnvironmentFault(`${this.#name} was opened for reading`);
    assertFreeSpace(this.path);
    environment(`write ${this.#name}`, this.path, () => this.#raw.transactionSync(run));
  }

  /** A snapshot of the latest commit. */
  read(): ReadTxn {
    this.#raw.resetReadTxn();
    return environment(`read ${this.#name}`, this.path, () => this.#raw.useReadTransaction());
  }

  /** Moves reads without a snapshot to the latest commit. */
  refresh(): void {
    this.#raw.resetReadTxn();
  }

  close(): void {
    for (const log of this.#logs) log.close();
    void this.#raw.close();
    if (this.#temporary) removeTemporary(this.path);
  }
}

// lmdb deletes a temporary database some time after it is closed, if the process lives that long,
// and leaves the file of its lock.
/** Temporary databases, with the folders of their logs. */
const temporaries = new Map<string, string[]>();

function keepTemporary(path: string): void {
  // Entries of the map are never removed, so there is one listener for all.
  if (temporaries.size === 0) process.once("exit", removeTemporaries);
  temporaries.set(path, []);
}

function removeTemporaries(): void {
  for (const path of temporaries.keys()) removeTemporary(path);
}

function removeTemporary(path: string): void {
  rmSync(`${path}-lock`, { force: true });
  for (const folder of temporaries.get(path) ?? []) rmSync(folder, { recursive: true, force: true });
  // Windows cannot remove mapped files; there lmdb removes them.
  if (process.platform !== "win32") rmSync(path, { force: true });
}
