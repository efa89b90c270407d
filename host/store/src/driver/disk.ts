import { realpathSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/**
 * Bytes that must be free before a database is opened or written. Hazard: lmdb 3.5.6 ends the
 * process without a word when its lock, which it maps, or a page gets no room (SIGBUS, SIGSEGV, a
 * broken heap). Its reserve covers what a block writes there; the logs beside it are written by the
 * system, which answers.
 */
export const LEAST_FREE = 16 * 1024 * 1024;

interface Disk {
  /** Where it is mounted. */
  readonly mount: string;
  readonly free: number;
}

/**
 * The disk of a path, or of the part of it that is there. Undefined when the system does not say,
 * as some network disks do not.
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

const whatToDo = "make room there and start again, or use another disk (--home DIR; with --in-memory, TMPDIR)";

const fullText = (path: string, { mount, free }: Disk): string =>
  `the disk at ${mount}, which holds ${path}, is full: ${free} bytes are free, ${LEAST_FREE} are needed; ${whatToDo}`;

/**
 * The meaning of a failure for the disk of a path; undefined for other failures. Takes codes and
 * LMDB's texts.
 */
export function diskFault(path: string, thrown: unknown): string | undefined {
  const { code = "", message = "" } = thrown as { readonly code?: unknown; readonly message?: string };
  const disk = diskOf(path);
  const where = `the disk ${disk === undefined ? "" : `at ${disk.mount}, `}which holds ${path},`;
  if (code === "EDQUOT" || /quota exceeded/i.test(message)) {
    return `${where} lets this user store no more (quota); ${whatToDo}`;
  }
  const isShort = disk !== undefined && disk.free < LEAST_FREE;
  if (code === "ENOSPC" || /no space left/i.test(message)) {
    return isShort ? fullText(path, disk) : `${where} is full, or was; ${whatToDo}`;
  }
  if (code !== "EIO" && !/input\/output error/i.test(message)) return undefined;
  // LMDB calls a write that is cut short so.
  return isShort ? fullText(path, disk) : `${where} fails; look at the system's log`;
}

/**
 * Throws EnvironmentFault when the disk of a path, or of the part of it that is there, is as good
 * as full. Cost: 3 us.
 */
export function assertRoom(path: string): void {
  if (hasRoom(path) === true) return;
  const disk = diskOf(path);
  if (disk !== undefined && disk.free < LEAST_FREE) throw new EnvironmentFault(fullText(path, disk));
}

/** Undefined: the path is not there, or the system does not say. */
function hasRoom(path: string): boolean | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize >= LEAST_FREE;
  } catch {
    return undefined;
  }
}
