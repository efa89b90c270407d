// SPDX-License-Identifier: Apache-2.0
import { realpathSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/**
 * Bytes that must be free before a database is opened or written. Hazard: lmdb 3.5.6 ends the
 * process without a message when the disk has no space for its mapped lock or for a page (SIGBUS,
 * SIGSEGV, a broken heap). This reserve covers the writes of a block to the database; writes to the
 * logs beside it fail with an error of the operating system.
 */
export const LEAST_FREE = 16 * 1024 * 1024;

interface Disk {
  /** Path of its mount point. */
  readonly mount: string;
  readonly free: number;
}

/**
 * The disk of a path, or of the part of the path that exists. Undefined when the operating system
 * does not report it, as for some network disks.
 */
function diskOf(path: string): Disk | undefined {
  try {
    let at = resolve(path);
    while (statSync(at, { throwIfNoEntry: false }) === undefined && dirname(at) !== at) at = dirname(at);
    at = realpathSync(at);
    const { bavail, bsize, blocks } = statfsSync(at);
    if (blocks === 0) return undefined;
    const { dev } = statSync(at);
    while (dirname(at) !== at && statSync(dirname(at)).dev === dev) at = dirname(at);
    return { mount: at, free: bavail * bsize };
  } catch {
    return undefined;
  }
}

const advice = "free some space there and start again, or use another disk (--home DIR; with --in-memory, TMPDIR)";

const fullText = (path: string, { mount, free }: Disk): string =>
  `the disk at ${mount}, which holds ${path}, is full: ${free} bytes are free, ${LEAST_FREE} are needed; ${advice}`;

/**
 * The text for a failure of the disk of a path; undefined for other failures. Recognizes codes of
 * the operating system and texts of LMDB.
 */
export function diskFault(path: string, thrown: unknown): string | undefined {
  const { code = "", message = "" } = thrown as { readonly code?: unknown; readonly message?: string };
  const disk = diskOf(path);
  const where = `the disk ${disk === undefined ? "" : `at ${disk.mount}, `}which holds ${path},`;
  if (code === "EDQUOT" || /quota exceeded/i.test(message)) {
    return `${where} lets this user store no more (quota); ${advice}`;
  }
  const isShort = disk !== undefined && disk.free < LEAST_FREE;
  if (code === "ENOSPC" || /no space left/i.test(message)) {
    return isShort ? fullText(path, disk) : `${where} is full, or was; ${advice}`;
  }
  if (code !== "EIO" && !/input\/output error/i.test(message)) return undefined;
  // LMDB reports an incomplete write with this text.
  return isShort ? fullText(path, disk) : `${where} fails; look at the system's log`;
}

/**
 * Throws EnvironmentFault when the disk of a path, or of the part of the path that exists, has
 * fewer than LEAST_FREE free bytes. Cost: 3 us.
 */
export function assertFreeSpace(path: string): void {
  if (hasFreeSpace(path) === true) return;
  const disk = diskOf(path);
  if (disk !== undefined && disk.free < LEAST_FREE) throw new EnvironmentFault(fullText(path, disk));
}

/** Undefined: the path does not exist, or the operating system does not report the free space. */
function hasFreeSpace(path: string): boolean | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize >= LEAST_FREE;
  } catch {
    return undefined;
  }
}
