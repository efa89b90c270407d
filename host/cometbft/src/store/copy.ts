// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/** Names of copies begin so; the number of the process that made it follows. */
const PREFIX = ".sotto-blocks-";
const TABLE = /^[0-9]+\.(ldb|sst)$/;
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

/**
 * Tables never change, so a link is enough. Compaction may have removed one since it was listed.
 */
function linkTables(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (!TABLE.test(name) || existsSync(join(to, name))) continue;
    try {
      linkSync(join(from, name), join(to, name));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") copyIfThere(from, to, name);
    }
  }
}

function copyIfThere(from: string, to: string, name: string): void {
  try {
    copyFileSync(join(from, name), join(to, name));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

function copyJournals(from: string, to: string): void {
  for (const name of readdirSync(from)) if (JOURNAL.test(name)) copyIfThere(from, to, name);
}

/**
 * Copies a LevelDB that another process writes: tables as links, the rest as files, without LOCK.
 * Returns the folder of the copy; undefined when the store was changed meanwhile. Cost: the size of
 * its journal and manifest, a few MB at most. Throws EnvironmentFault when it cannot be read.
 */
export function copyStore(from: string): string | undefined {
  let to: string | undefined;
  try {
    const current = readFileSync(join(from, "CURRENT"), "utf8");
    const manifest = current.trim();
    to = makeFolder(dirname(from));
    // Before and after the manifest: a table may be made or removed, and a journal may become a
    // table, while it is copied.
    linkTables(from, to);
    copyJournals(from, to);
    copyFileSync(join(from, manifest), join(to, manifest));
    copyJournals(from, to);
    linkTables(from, to);
    copyFileSync(join(from, "CURRENT"), join(to, "CURRENT"));
    if (readFileSync(join(to, "CURRENT"), "utf8") === current) return to;
  } catch (error) {
    if (to !== undefined) removeCopy(to);
    if (codeOf(error) === "ENOENT" && existsSync(join(from, "CURRENT"))) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentFault(`CometBFT's block store ${from} cannot be copied: ${reason}`, { cause: error });
  }
  removeCopy(to);
  return undefined;
}

export const removeCopy = (folder: string): void => rmSync(folder, { recursive: true, force: true });
