// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/** A database whose file LMDB cannot have written. A caller that can rebuild it may remove it. */
export class DamagedDatabase extends EnvironmentFault {}

/**
 * Offsets of the fields of a meta page: MDB_page's header of 24 bytes, then MDB_meta (lmdb 3.5,
 * mdb.c), little endian.
 */
const Meta = { magic: 24, version: 28, pageSize: 48, roots: [88, 136], transaction: 152, end: 160 } as const;
const MAGIC = 0xbeef_c0de;
const VERSION = 2;
const LEAST_PAGE = 512;
const MOST_PAGE = 65_536;

/**
 * The damage of a database file, found by its two meta pages and its length; undefined for a valid
 * file and for a missing one. Hazard: lmdb ends the process when it opens or reads a file that it
 * did not write.
 */
export function damageOf(path: string): string | undefined {
  const file = fileOf(path);
  if (file === undefined || statSync(file).size === 0) return undefined;
  const fd = openSync(file, "r");
  try {
    const first = readMeta(fd, 0);
    if (first === undefined) return "its first page is not LMDB's";
    const second = readMeta(fd, first.pageSize);
    return second === undefined ? "its second page is not LMDB's" : lengthFault(fd, first, second);
  } finally {
    closeSync(fd);
  }
}

/** The damage of a file that is shorter than its newer meta page requires; undefined otherwise. */
function lengthFault(fd: number, first: MetaPage, second: MetaPage): string | undefined {
  const { roots } = first.transaction > second.transaction ? first : second;
  const needed = (Math.max(1, ...roots) + 1) * first.pageSize;
  // Order: after the read of the pages, because a writer may extend the file at the same time.
  const { size } = fstatSync(fd);
  return size < needed ? `it has ${size} bytes of at least ${needed}` : undefined;
}

/** Removes a database that no thread has open, with its lock. */
export function removeDatabase(path: string): void {
  rmSync(path, { recursive: true, force: true });
  rmSync(`${path}-lock`, { force: true });
}

/** LMDB keeps a database in a folder, or in a file when the name has an extension. */
function fileOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return found && path;
  const inside = join(path, "data.mdb");
  return statSync(inside, { throwIfNoEntry: false }) && inside;
}

interface MetaPage {
  readonly pageSize: number;
  readonly roots: readonly number[];
  readonly transaction: bigint;
}

function readMeta(fd: number, at: number): MetaPage | undefined {
  const bytes = new Uint8Array(Meta.end);
  const read = readSync(fd, bytes, 0, bytes.length, at);
  const view = new DataView(bytes.buffer);
  if (read < Meta.end || view.getUint32(Meta.magic, true) !== MAGIC) return undefined;
  const pageSize = view.getUint32(Meta.pageSize, true);
  if (view.getUint32(Meta.version, true) !== VERSION || pageSize < LEAST_PAGE || pageSize > MOST_PAGE) return undefined;
  // The root of an empty table is -1.
  const roots = Meta.roots.map((offset) => Number(view.getBigInt64(offset, true)));
  return { pageSize, roots, transaction: view.getBigUint64(Meta.transaction, true) };
}
