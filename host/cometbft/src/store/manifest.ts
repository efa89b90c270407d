// SPDX-License-Identifier: Apache-2.0

// Source of the format: LevelDB (format of logs, version edits of db/version_edit.cc); goleveldb is
// equal.

/** The tables of a LevelDB at one time. */
export interface LiveTables {
  /** Numbers of their files. */
  readonly tables: readonly number[];
  /** New files get this number or a greater one. */
  readonly nextFile: number;
  /** Bytes of the manifest up to the end of its last whole record. */
  readonly length: number;
}

const BLOCK = 32768;
const HEADER = 7;
const RecordType = { full: 1, first: 2, middle: 3, last: 4 } as const;
const Tag = {
  comparator: 1,
  journal: 2,
  nextFile: 3,
  sequence: 4,
  compaction: 5,
  removed: 6,
  added: 7,
  earlierJournal: 9,
} as const;

/**
 * Whole records of a log, up to the first torn one, and where they end. Checksums are LevelDB's to
 * check.
 */
function recordsOf(file: Buffer): { readonly records: readonly Buffer[]; readonly length: number } {
  const records: Buffer[] = [];
  let whole = 0;
  let pieces: Buffer[] = [];
  for (let at = 0; at + HEADER <= file.length; ) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    const type = file[at + 6];
    const end = at + HEADER + length;
    if (type === 0 || HEADER + length > left || end > file.length) break;
    if (type === RecordType.full || type === RecordType.first) pieces = [];
    pieces.push(file.subarray(at + HEADER, end));
    if (type === RecordType.full || type === RecordType.last) {
      records.push(Buffer.concat(pieces));
      whole = end;
    }
    at = end;
  }
  return { records, length: whole };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A varint; NaN when it is torn or no safe integer. */
  number(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 63; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * scale;
      if (byte < 128) return Number.isSafeInteger(value) ? value : Number.NaN;
    }
    return Number.NaN;
  }

  skip(length: number): void {
    this.#at += Number.isNaN(length) ? this.#bytes.length : length;
  }
}

/** Applies one change of the list of tables; false: its form is unknown. */
function applyEdit(record: Buffer, tables: Set<number>, setNext: (next: number) => void): boolean {
  const r = new Reader(record);
  while (!r.isAtEnd) {
    const tag = r.number();
    if (tag === Tag.comparator) r.skip(r.number());
    else if (tag === Tag.journal || tag === Tag.sequence || tag === Tag.earlierJournal) r.number();
    else if (tag === Tag.nextFile) setNext(r.number());
    else if (tag === Tag.compaction) {
      r.number();
      r.skip(r.number());
    } else if (tag === Tag.removed) {
      r.number();
      tables.delete(r.number());
    } else if (tag === Tag.added) {
      r.number();
      tables.add(r.number());
      r.number();
      for (let i = 0; i < 2; i++) r.skip(r.number());
    } else return false;
  }
  return true;
}

/**
 * The tables that the whole records of a manifest list. Undefined: it has no such list, or has
 * another form.
 */
export function liveTables(manifest: Buffer): LiveTables | undefined {
  const tables = new Set<number>();
  let nextFile = Number.NaN;
  const setNext = (next: number): void => {
    nextFile = next;
  };
  const { records, length } = recordsOf(manifest);
  for (const record of records) if (!applyEdit(record, tables, setNext)) return undefined;
  const list = [...tables].sort((a, b) => a - b);
  // A greater number than the next one could be the file of a table that is being written.
  const isWhole = !Number.isNaN(nextFile) && list.every((number) => number < nextFile);
  return isWhole ? { tables: list, nextFile, length } : undefined;
}
