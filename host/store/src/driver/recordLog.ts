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

/** Bytes after which a log goes on in a new file. Tests choose less. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Files that one thread keeps open of one log. */
const MAX_OPEN = 64;
/** File names: the position at which a file begins, in hex, so that names sort as positions do. */
const NAME = /^([0-9a-f]{14})\.log$/;
const nameOf = (start: number): string => `${start.toString(16).padStart(14, "0")}.log`;

/** Who knows how much of a log is valid. */
export interface LogOwner {
  /** The end that was last recorded, 0 before. */
  end(): number;
  /** Records an end, in the transaction that uses what was appended. */
  record(end: number): void;
}

export interface RecordLogOptions {
  readonly folder: string;
  /** What messages call it. */
  readonly name: string;
  /** Undefined: to read only. */
  readonly owner: LogOwner | undefined;
  /** Never in production: a power failure destroys what the owner believes to be there. */
  readonly noSync: boolean;
  readonly segmentBytes: number | undefined;
}

/**
 * Bytes that are appended once and never change, in files beside a database. A position counts from
 * the first byte ever appended and stays good when the oldest files go. One thread appends, others
 * read what the owner's records point to.
 *
 * Why not in LMDB: it maps its file, so that every page that was ever touched counts as memory of
 * the process, and it pays for each row with a walk and a copy of pages.
 * Cost: 0.8 us for a read of some hundred bytes that the system has in memory; an append is one
 * write.
 */
export class RecordLog {
  readonly #options: RecordLogOptions;
  /** What a failing read is called; made once, because reads are many. */
  readonly #reading: string;
  readonly #open = new Map<number, number>();
  /** Where the files begin, ascending. A reader looks again when it misses something. */
  #starts: number[] = [];
  #end = 0;
  /** The file that is being written; undefined: none yet. */
  #last: { readonly start: number; readonly fd: number } | undefined;
  /** Whether a file was made whose name may not be durable yet. */
  #grew = false;

  /** Throws DamagedDatabase when less is there than the owner recorded. */
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

  /** First position that is held. */
  get start(): number {
    return this.#starts[0] ?? this.#end;
  }

  /** Position of what is appended next. */
  get end(): number {
    return this.#end;
  }

  /**
   * Where the file begins that holds a position, and where the next one does (undefined: it is the
   * last).
   */
  segmentOf(position: number): { readonly start: number; readonly end: number | undefined } | undefined {
    const at = this.#indexOf(position);
    return at < 0 ? undefined : { start: this.#starts[at] as number, end: this.#starts[at + 1] };
  }

  /** Appends whole records and answers the position of the first byte. Valid after `seal`. */
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
    // What the file before holds must be durable before its descriptor is forgotten.
    this.#sync();
    const start = this.#end;
    const fd = openSync(this.#path(start), "w+", 0o600);
    this.#starts.push(start);
    this.#keepOpen(start, fd);
    this.#last = { start, fd };
    this.#grew = true;
    return this.#last;
  }

  /** In the transaction that uses what was appended: makes it durable and records the end. */
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

  /** Forgets what was appended and not recorded. */
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

  /**
   * Reads up to `length` bytes into the beginning of `target`; answers how many: 0 when the
   * position is not held (any more).
   */
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

  /** Index of the file that a position lies in, -1 before the first. */
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

  /** Removes the files that end at or before a position. Who has one open can go on reading it. */
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
    // A writer may have to go back to any file that it has read.
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
