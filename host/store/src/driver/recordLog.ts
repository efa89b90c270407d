// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DamagedDatabase } from "./dataFile.ts";
import { environment } from "./environment.ts";

/** Bytes after which a log continues in a new file. Tests choose less. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Files that one thread keeps open of one log. */
const MAX_OPEN = 64;
/** File names: the first position of the file in hex, so that names have the order of positions. */
const NAME = /^([0-9a-f]{14})\.log$/;
const nameOf = (start: number): string => `${start.toString(16).padStart(14, "0")}.log`;

/** The record of the valid length of a log. */
export interface LogOwner {
  /** The last recorded end; 0 before the first. */
  end(): number;
  /** Records an end, in the transaction that uses the appended bytes. */
  record(end: number): void;
}

export interface RecordLogOptions {
  readonly folder: string;
  /** Its name in messages. */
  readonly name: string;
  /** Undefined: the log is only read. */
  readonly owner: LogOwner | undefined;
  /** Never in production: a power failure destroys bytes that the owner has recorded. */
  readonly noSync: boolean;
  readonly segmentBytes: number | undefined;
}

/**
 * Bytes that are appended once and never change, beside a database. A position counts from the
 * first byte ever appended and stays valid when the oldest bytes are removed. One thread appends,
 * others read the bytes that the owner's records point to.
 */
export interface RecordLog {
  /** First position that can be read. */
  readonly start: number;
  /** Position of the next byte that is appended. */
  readonly end: number;
  /**
   * First position of the file that contains a position, and of the next file (undefined: it is the
   * last).
   */
  segmentOf(position: number): { readonly start: number; readonly end: number | undefined } | undefined;
  /**
   * Appends whole records and returns the position of the first byte. They are valid after `seal`.
   */
  append(bytes: Uint8Array): number;
  /** Makes the appended bytes durable and records the end, in the transaction that uses them. */
  seal(): void;
  /** Drops bytes that were appended and not recorded. */
  rewind(): void;
  /**
   * Reads up to `length` bytes to the beginning of `target` and returns their number: 0 when the
   * position is not there, for example because it was removed.
   */
  read(target: Uint8Array, position: number, length: number): number;
  /**
   * Removes the files that end at or before a position. A reader with an open file can still read
   * it.
   */
  drop(before: number): void;
  close(): void;
}

/**
 * A log in files beside a database.
 *
 * They are not in LMDB, because LMDB maps its file, so every page that was ever read counts as
 * memory of the process, and each row costs a search and a copy of pages. Cost: 0.8 us for a read
 * of some hundred bytes from the cache of the operating system; an append is one write.
 */
export class FileLog implements RecordLog {
  readonly #options: RecordLogOptions;
  /** The name of a failed read. Cost: made once, because there are many reads. */
  readonly #reading: string;
  readonly #open = new Map<number, number>();
  /**
   * First positions of the files, ascending. A reader lists the files again when it does not find a
   * position.
   */
  #starts: number[] = [];
  #end = 0;
  /** The file that is written; undefined before the first write. */
  #last: { readonly start: number; readonly fd: number } | undefined;
  /** Whether a new file has a name that may not be durable yet. */
  #grew = false;

  /** Throws DamagedDatabase when the files have fewer bytes than the owner recorded. */
  constructor(options: RecordLogOptions) {
    this.#options = options;
    this.#reading = `read ${options.name}`;
    const { owner, folder } = options;
    if (owner === undefined) return;
    environment(`open ${options.name} at ${folder}`, folder, () => {
      const made = mkdirSync(folder, { recursive: true });
      if (made !== undefined && !options.noSync) syncFolder(dirname(folder));
    });
    this.rewind();
  }

  get start(): number {
    return this.#starts[0] ?? this.#end;
  }

  get end(): number {
    return this.#end;
  }

  segmentOf(position: number): { readonly start: number; readonly end: number | undefined } | undefined {
    const at = this.#indexOf(position);
    return at < 0 ? undefined : { start: this.#starts[at] as number, end: this.#starts[at + 1] };
  }

  append(bytes: Uint8Array): number {
    return environment(`write ${this.#options.name}`, this.#options.folder, () => {
      const position = this.#end;
      const { start, fd } = this.#writable();
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(fd, bytes, done, bytes.length - done, position - start + done);
      }
      this.#end += bytes.length;
      return position;
    });
  }

  #writable(): { readonly start: number; readonly fd: number } {
    const limit = this.#options.segmentBytes ?? SEGMENT_BYTES;
    if (this.#last !== undefined && this.#end - this.#last.start < limit) return this.#last;
    // The bytes of the last file must be durable before its descriptor is dropped.
    this.#sync();
    const start = this.#end;
    const fd = openSync(this.#path(start), "w+", 0o600);
    this.#starts.push(start);
    this.#keepOpen(start, fd);
    this.#last = { start, fd };
    this.#grew = true;
    return this.#last;
  }

  seal(): void {
    this.#sync();
    this.#options.owner?.record(this.#end);
  }

  #sync(): void {
    const last = this.#last;
    if (last === undefined || this.#options.noSync) return;
    environment(`write ${this.#options.name}`, this.#options.folder, () => {
      fdatasyncSync(last.fd);
      if (this.#grew) syncFolder(this.#options.folder);
      this.#grew = false;
    });
  }

  rewind(): void {
    environment(`open ${this.#options.name}`, this.#options.folder, () =>
      this.#rewind(this.#options.owner?.end() ?? 0),
    );
  }

  #rewind(end: number): void {
    this.#list();
    for (let start = this.#starts.at(-1); start !== undefined && start >= end; start = this.#starts.at(-1)) {
      this.#remove(start);
    }
    this.#end = end;
    this.#last = undefined;
    const start = this.#starts.at(-1);
    if (start === undefined) {
      if (end > 0) this.#fault(`it has no file and should have ${end} bytes`);
      return;
    }
    this.#assertWhole();
    const fd = this.#descriptor(start);
    ftruncateSync(fd, end - start);
    this.#last = { start, fd };
  }

  #assertWhole(): void {
    for (let i = 0; i < this.#starts.length; i++) {
      const start = this.#starts[i] as number;
      const needed = (this.#starts[i + 1] ?? this.#end) - start;
      const { size } = statSync(this.#path(start));
      if (size < needed) this.#fault(`${nameOf(start)} has ${size} bytes of at least ${needed}`);
    }
  }

  #fault(why: string): never {
    throw new DamagedDatabase(`${this.#options.name} at ${this.#options.folder} is damaged: ${why}`);
  }

  read(target: Uint8Array, position: number, length: number): number {
    return environment(this.#reading, this.#options.folder, () => {
      const read = this.#read(target, position, length);
      if (read > 0 || this.#options.owner !== undefined) return read;
      this.#list();
      return this.#read(target, position, length);
    });
  }

  #read(target: Uint8Array, position: number, length: number): number {
    const start = this.#starts[this.#indexOf(position)];
    if (start === undefined) return 0;
    let fd: number;
    try {
      fd = this.#descriptor(start);
    } catch (thrown) {
      // The writer has removed the file since it was listed.
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return 0;
      throw thrown;
    }
    return readSync(fd, target, 0, length, position - start);
  }

  /** Index of the file that contains a position, -1 before the first. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  drop(before: number): void {
    environment(`shorten ${this.#options.name}`, this.#options.folder, () => this.#drop(before));
  }

  #drop(before: number): void {
    while (this.#starts.length > 1 && (this.#starts[1] as number) <= before) this.#remove(this.#starts[0] as number);
  }

  #remove(start: number): void {
    this.#close(start);
    rmSync(this.#path(start), { force: true });
    this.#starts.splice(this.#starts.indexOf(start), 1);
  }

  #list(): void {
    const found: number[] = [];
    for (const file of readdirSync(this.#options.folder)) {
      const match = NAME.exec(file);
      if (match !== null) found.push(Number.parseInt(match[1] as string, 16));
    }
    this.#starts = found.sort((a, b) => a - b);
    for (const start of [...this.#open.keys()]) if (!found.includes(start)) this.#close(start);
  }

  #path(start: number): string {
    return join(this.#options.folder, nameOf(start));
  }

  #descriptor(start: number): number {
    const known = this.#open.get(start);
    if (known !== undefined) return known;
    // A writer may continue in any file that it has read.
    const fd = openSync(this.#path(start), this.#options.owner === undefined ? "r" : "r+");
    this.#keepOpen(start, fd);
    return fd;
  }

  #keepOpen(start: number, fd: number): void {
    if (this.#open.size >= MAX_OPEN) {
      for (const other of this.#open.keys()) {
        if (other === this.#last?.start) continue;
        this.#close(other);
        break;
      }
    }
    this.#open.set(start, fd);
  }

  #close(start: number): void {
    const fd = this.#open.get(start);
    if (fd !== undefined) closeSync(fd);
    this.#open.delete(start);
  }

  close(): void {
    for (const start of [...this.#open.keys()]) this.#close(start);
    this.#last = undefined;
  }
}

/** Makes the names in a folder durable. Windows cannot, and does not need it. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  fsyncSync(fd);
  closeSync(fd);
}
