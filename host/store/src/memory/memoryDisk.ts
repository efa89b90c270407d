// SPDX-License-Identifier: Apache-2.0
import { fromLatin1, toLatin1 } from "@sotto/bytes";
import { assert } from "@sotto/errors";
import type { Database } from "../database.ts";
import type { RecordLog } from "../driver/recordLog.ts";
import { readNumber, writeNumber } from "../numbers.ts";
import { type RawTable, type ReadTxn, Table } from "../table.ts";
import { LogBytes, MemoryLog } from "./memoryLog.ts";
import { emptyMap, getRow, putRow, removeRow, type SortedNode, walk } from "./sortedMap.ts";

/** The tables of a database at one moment, by name. They do not change. */
type Roots = ReadonlyMap<string, SortedNode>;

class MemoryTxn implements ReadTxn {
  readonly roots: Roots;

  constructor(roots: Roots) {
    this.roots = roots;
  }

  done(): void {}
}

/** The content of a database. */
class Content {
  roots = new Map<string, SortedNode>();
  readonly logs = new Map<string, LogBytes>();
  /** Nodes of an earlier owner are copied before they change. */
  owner = 1;
  #frozen: Roots | undefined;

  /** The tables of this moment; later writes do not change them. */
  freeze(): Roots {
    this.#frozen ??= new Map(this.roots);
    return this.#frozen;
  }

  /** Before a write: the owner whose nodes may be changed in place. */
  own(): number {
    if (this.#frozen !== undefined) {
      this.#frozen = undefined;
      this.owner++;
    }
    return this.owner;
  }

  restore(roots: Roots): void {
    this.roots = new Map(roots);
    this.#frozen = roots;
  }
}

class MemoryTable implements RawTable {
  lastSize = 0;
  readonly #content: Content;
  readonly #name: string;

  constructor(content: Content, name: string) {
    this.#content = content;
    this.#name = name;
  }

  #root(txn: ReadTxn | undefined): SortedNode {
    const roots = txn instanceof MemoryTxn ? txn.roots : this.#content.roots;
    return roots.get(this.#name) ?? EMPTY;
  }

  #write(change: (root: SortedNode, owner: number) => SortedNode): void {
    const owner = this.#content.own();
    this.#content.roots.set(this.#name, change(this.#root(undefined), owner));
  }

  getBinaryFast(key: Uint8Array, options?: { transaction: ReadTxn }): Uint8Array | undefined {
    const found = getRow(this.#root(options?.transaction), toLatin1(key));
    if (found !== undefined) this.lastSize = found.length;
    return found;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    const text = toLatin1(key);
    const own = value.slice();
    this.#write((root, owner) => putRow(root, owner, text, own));
  }

  remove(key: Uint8Array): void {
    const text = toLatin1(key);
    this.#write((root, owner) => removeRow(root, owner, text));
  }

  clearSync(): void {
    this.#write((_root, owner) => emptyMap(owner));
  }

  getRange(options: Parameters<RawTable["getRange"]>[0]): Iterable<{ key: Uint8Array; value: Uint8Array }> {
    const { start, end, reverse = false, limit, exclusiveStart = false, inclusiveEnd = false, transaction } = options;
    const found: { key: Uint8Array; value: Uint8Array }[] = [];
    const range = {
      from: start && toLatin1(start),
      withFrom: !exclusiveStart,
      to: end && toLatin1(end),
      withTo: inclusiveEnd,
      descending: reverse,
    };
    if (limit <= 0) return found;
    walk(this.#root(transaction), range, (key, value) => found.push({ key: fromLatin1(key), value }) < limit);
    return found;
  }
}

const EMPTY = emptyMap(0);

/** A database in the memory of one thread: tables are persistent maps, so snapshots are free. */
class MemoryDatabase implements Database {
  readonly path: string;
  readonly #content: Content;

  constructor(name: string, content: Content) {
    this.path = `memory: ${name}`;
    this.#content = content;
  }

  table(name: string): Table {
    return new Table(new MemoryTable(this.#content, name));
  }

  assertForm(numbers: Table, form: number): void {
    const found = readNumber(numbers, "form");
    assert(found === 0 || found === form, "a database in memory has the form of this program");
    if (found === 0) this.write(() => writeNumber(numbers, "form", form));
  }

  log(name: string, numbers: Table): RecordLog {
    const bytes = this.#content.logs.get(name) ?? new LogBytes();
    this.#content.logs.set(name, bytes);
    return new MemoryLog(bytes, {
      end: () => readNumber(numbers, name),
      record: (end) => writeNumber(numbers, name, end),
    });
  }

  write(run: () => void): void {
    const before = this.#content.freeze();
    try {
      run();
    } catch (thrown) {
      this.#content.restore(before);
      throw thrown;
    }
  }

  read(): ReadTxn {
    return new MemoryTxn(this.#content.freeze());
  }

  refresh(): void {}

  close(): void {}
}

/** The content of a disk at one moment. */
export interface MemoryMark {
  readonly number: number;
}

/**
 * Databases in the memory of one thread, which can go back to an earlier content. Their users must
 * be closed before and opened again after. A way back ends all later marks, because logs are
 * written again from there.
 */
export class MemoryDisk {
  readonly #contents = new Map<string, Content>();
  /** Contents live as long as the caller keeps their mark. */
  readonly #kept = new WeakMap<MemoryMark, ReadonlyMap<string, Roots>>();
  /** Numbers of marks that a way back has ended: above the first, up to the second. */
  #ended: (readonly [number, number])[] = [];
  #count = 0;

  /** The database of a name: empty, or with the content that earlier users left. */
  open(name: string): Database {
    const content = this.#contents.get(name) ?? new Content();
    this.#contents.set(name, content);
    return new MemoryDatabase(name, content);
  }

  /** Cost: none; changed nodes are copied later. */
  mark(): MemoryMark {
    const contents = new Map(Array.from(this.#contents, ([name, content]) => [name, content.freeze()] as const));
    const mark = { number: ++this.#count };
    this.#kept.set(mark, contents);
    return mark;
  }

  /** Whether a mark is of this disk, and no way back has ended it. */
  has(mark: MemoryMark): boolean {
    return this.#kept.has(mark) && !this.#ended.some(([after, last]) => mark.number > after && mark.number <= last);
  }

  revert(mark: MemoryMark): void {
    const contents = this.#kept.get(mark);
    assert(contents !== undefined && this.has(mark), "the mark is not of this disk, or a way back has ended it");
    const before = this.#ended.filter(([after]) => after < mark.number);
    this.#ended = mark.number === this.#count ? before : [...before, [mark.number, this.#count]];
    for (const [name, content] of this.#contents) content.restore(contents.get(name) ?? new Map());
  }
}
