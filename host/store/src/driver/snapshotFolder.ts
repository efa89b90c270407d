// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { environment } from "./environment.ts";
import { syncFolder } from "./recordLog.ts";

/** Name of a whole snapshot: height and format. */
const NAME = /^([1-9]\d{0,15})-(\d{1,9})$/;
const INFO = "snapshot";
const chunkName = (index: number): string => `chunk-${index}`;

/** Name of a whole snapshot in the folder of snapshots. */
export interface SnapshotName {
  readonly height: number;
  readonly format: number;
}

const nameOf = ({ height, format }: SnapshotName): string => `${height}-${format}`;

/** SHA-256 of bytes that come in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

export function createSha256(): Sha256 {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
}

/** Whole snapshots, newest first. A folder that does not exist has none. */
export function snapshotNames(folder: string): SnapshotName[] {
  return environment("list the snapshots", folder, () => {
    if (!existsSync(folder)) return [];
    const names: SnapshotName[] = [];
    for (const file of readdirSync(folder)) {
      const match = NAME.exec(file);
      if (match !== null) names.push({ height: Number(match[1]), format: Number(match[2]) });
    }
    return names.sort((a, b) => b.height - a.height || b.format - a.format);
  });
}

/** Undefined when it does not exist, for example because it was removed. */
function readFile(path: string): Uint8Array | undefined {
  return environment("read a snapshot", path, () => {
    try {
      return new Uint8Array(readFileSync(path));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw thrown;
    }
  });
}

/** The description of a whole snapshot. */
export const readInfo = (folder: string, name: SnapshotName): Uint8Array | undefined =>
  readFile(join(folder, nameOf(name), INFO));

export const readChunk = (folder: string, name: SnapshotName, index: number): Uint8Array | undefined =>
  readFile(join(folder, nameOf(name), chunkName(index)));

/** Removes a whole snapshot. A reader that has it open reads it to its end. */
export function removeSnapshot(folder: string, name: SnapshotName): void {
  environment("remove a snapshot", folder, () => {
    const place = join(folder, nameOf(name));
    // Without its description it does not count, if the rest is interrupted.
    rmSync(join(place, INFO), { force: true });
    rmSync(place, { recursive: true, force: true });
  });
}

/** A snapshot that is not whole, in a folder whose name does not count as one. */
export interface Draft {
  /** The description of what is being made, of an earlier process too. */
  note(): Uint8Array | undefined;
  /** Forgets all chunks and notes what is being made. */
  begin(note: Uint8Array): void;
  chunk(index: number): Uint8Array | undefined;
  writeChunk(index: number, bytes: Uint8Array): void;
  /** Makes it a whole snapshot: durable and at once. */
  publish(name: SnapshotName, info: Uint8Array): void;
  remove(): void;
}

/** `name`: of the draft, one for each maker. */
export function openDraft(folder: string, name: "taking" | "restoring"): Draft {
  const place = join(folder, name);
  const note = join(place, "note");
  const run = <T>(work: () => T): T => environment("write a snapshot", folder, work);
  const remove = (): void => run(() => rmSync(place, { recursive: true, force: true }));
  return {
    note: () => readFile(note),
    begin: (bytes) =>
      run(() => {
        remove();
        mkdirSync(place, { recursive: true, mode: 0o700 });
        write(note, bytes);
      }),
    chunk: (index) => readFile(join(place, chunkName(index))),
    writeChunk: (index, bytes) => run(() => write(join(place, chunkName(index)), bytes)),
    publish: (target, info) =>
      run(() => {
        rmSync(note, { force: true });
        write(join(place, INFO), info);
        syncFolder(place);
        removeSnapshot(folder, target);
        renameSync(place, join(folder, nameOf(target)));
        syncFolder(folder);
      }),
    remove,
  };
}

/** Durable on return, except for its name. */
function write(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "w", 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
