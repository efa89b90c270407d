// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { diskFault } from "@sotto/store/disk";

/** Meaning of the system's errors for a folder. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "its disk can only be read",
  EEXIST: "it, or a part of its path, is a file, or a link to nothing",
  ENOTDIR: "it, or a part of its path, is a file, or a link to nothing",
  ENOENT: "a part of its path cannot be made",
  ELOOP: "the links in its path lead in a circle",
  ENAMETOOLONG: "its name is too long",
  EIO: "its disk fails",
};

/** A failure of the system as text. */
export function reasonOf(thrown: unknown): string {
  const { code = "", message } = thrown as NodeJS.ErrnoException;
  const reason = REASONS[code];
  return reason === undefined ? message : `${reason} (${code})`;
}

/**
 * The reason why a chain's folder cannot be used, and a remedy; a fault with both stays unchanged.
 */
export function folderFault(home: string, thrown: unknown): EnvironmentFault {
  if (thrown instanceof EnvironmentFault) return thrown;
  const full = diskFault(home, thrown);
  const reason = full ?? `${reasonOf(thrown)}; choose another with --home DIR`;
  return new EnvironmentFault(`cannot use the folder ${home}: ${reason}`, { cause: thrown });
}

/**
 * Makes a folder, for its owner only, and its missing parents. Throws EnvironmentFault with the
 * name of the chain's folder. Hazard: `recursive` of mkdirSync never ends where the system answers
 * ENOENT for a folder that it does not allow, as in /proc (Node 20).
 */
export function makeFolder(home: string, folder: string): void {
  try {
    makeAll(resolve(folder));
  } catch (thrown) {
    throw folderFault(home, thrown);
  }
}

function makeAll(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeAll(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    // Another process made it at the same moment.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw thrown;
  }
}
