// SPDX-License-Identifier: Apache-2.0
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { liveTables } from "./manifest.ts";

/** Names of copies begin so; the number of the process that made it follows. */
const PREFIX = ".sotto-blocks-";
const JOURNAL = /^[0-9]+\.log$/;

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
};

/** Removes the copies of processes that were killed before they could. */
function removeLeft(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split("-")[0]) : 0;
    if (Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** Beside the store, so that tables can be links; elsewhere when that folder may not be written. */
function makeFolder(parent: string): string {
  try {
    removeLeft(parent);
    return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  } catch {
    return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  }
}

/** goleveldb ends new names with ldb, and reads older ones. */
function tableFile(from: string, number: number): string {
  const name = String(number).padStart(6, "0");
  return existsSync(join(from, `${name}.ldb`)) ? `${name}.ldb` : `${name}.sst`;
}

/**
 * Hazard: LevelDB truncates a file whose number it gives to a new table. A link of a table that
 * CometBFT is writing would have such a number, and the copy would destroy CometBFT's table. So
 * only tables of the copied manifest are linked: LevelDB never writes into those.
 */
function linkTables(from: string, to: string, tables: readonly number[]): void {
  for (const number of tables) {
    const name = tableFile(from, number);
    try {
      linkSync(join(from, name), join(to, name));
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw error;
      copyFileSync(join(from, name), join(to, name));
    }
  }
}

/** A journal that became a table meanwhile is not missed: its table is in no manifest yet. */
function copyJournals(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!JOURNAL.test(name)) continue;
    try {
      copyFileSync(join(from, name), join(to, name));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
}

/** Fills a folder; false: the store was changed meanwhile. */
function fill(from: string, to: string): boolean {
  const current = readFileSync(join(from, "CURRENT"), "utf8");
  // Before and after the manifest: a journal may begin, or become a table, while it is read.
  copyJournals(from, to);
  const manifest = readFileSync(join(from, current.trim()));
  const live = liveTables(manifest);
  if (live === undefined) return false;
  // Without a torn end, so that LevelDB reads the same list.
  writeFileSync(join(to, current.trim()), manifest.subarray(0, live.length));
  copyJournals(from, to);
  linkTables(from, to, live.tables);
  writeFileSync(join(to, "CURRENT"), current);
  return readFileSync(join(from, "CURRENT"), "utf8") === current;
}

/**
 * Copies a LevelDB that another process writes: tables as links, the rest as files, without LOCK.
 * Returns the folder of the copy; undefined when the store was changed meanwhile. Cost: the size of
 * its journal and manifest, a few MB at most. Throws EnvironmentFault when it cannot be read.
 */
export function copyStore(from: string): string | undefined {
  let to: string | undefined;
  try {
    to = makeFolder(dirname(from));
    if (fill(from, to)) return to;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || !existsSync(join(from, "CURRENT"))) {
      if (to !== undefined) removeCopy(to);
      const reason = error instanceof Error ? error.message : String(error);
      throw new EnvironmentFault(`CometBFT's block store ${from} cannot be copied: ${reason}`, { cause: error });
    }
  }
  if (to !== undefined) removeCopy(to);
  return undefined;
}

export const removeCopy = (folder: string): void => rmSync(folder, { recursive: true, force: true });
