// SPDX-License-Identifier: Apache-2.0
import { alloc, allocator } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import type { CacheReads } from "./cacheReads.ts";
import type { Database } from "./database.ts";
import type { RecordLog } from "./driver/recordLog.ts";
import { encodeNode, fillNode, Node, RECORD_HEAD, recordLength, recordSize, valueStart } from "./node.ts";
import { positionKey } from "./records.ts";
import type { ReadTxn, Table } from "./table.ts";

/** Bytes of one write to the log. */
const CHUNK = 256 * 1024;
/** Bytes of the first read of a record; most records are shorter. */
const FIRST_READ = 512;

let readBuffer = new Uint8Array(CHUNK);

export interface NodeTables {
  readonly lmdb: Database;
  /** Tree nodes in the order in which they were made, children before their parents. */
  readonly nodeLog: RecordLog;
  /** Nodes that are older than the log and still needed, by position. */
  readonly survivors: Table;
}

/** A record without its head: `bytes` from `start` to `end`, until the next one is read. */
interface RecordView {
  bytes: Uint8Array;
  start: number;
  end: number;
}
const place: RecordView = { bytes: readBuffer, start: 0, end: 0 };

/** Completes a node. `txn`: see `find`. */
export function loadNode(tables: NodeTables, node: Node, txn?: ReadTxn): void {
  const { bytes, start, end } = find(tables, node.position, txn);
  fillNode(node, bytes, start, end);
}

/** The value of the leaf at a position, copied into an array of `make`. */
export function leafValue(tables: NodeTables, position: number, txn?: ReadTxn, make = alloc): Uint8Array {
  const { bytes, start, end } = find(tables, position, txn);
  const from = valueStart(bytes, start);
  const out = make(end - from);
  out.set(bytes.subarray(from, end));
  return out;
}

/** Leaves in the cache of values, and the longest value in it. */
const KEPT_LEAVES = 1024;
const LONGEST_LEAF = 512;
/** Cost: cached values are in separate slabs, so that each keeps few other bytes in memory. */
const LEAF_SLAB = 4096;

/**
 * A cache of the values of recently read leaves, for all snapshots: the record at a position never
 * changes. Each block and each query reads parameters and data of contracts. At most 4 MiB, usually
 * a tenth of that.
 */
export class LeafValues {
  readonly #kept = new RecentMap<number, Uint8Array>(KEPT_LEAVES);
  readonly #make = allocator(LEAF_SLAB, LONGEST_LEAF);
  readonly reads: CacheReads = { hits: 0, misses: 0 };

  /**
   * Hazard: only for positions in committed rows. Records that were appended and not committed are
   * overwritten.
   */
  get(tables: NodeTables, position: number, txn?: ReadTxn): Uint8Array {
    const kept = this.#kept.get(position);
    if (kept !== undefined) {
      this.reads.hits++;
      return kept;
    }
    this.reads.misses++;
    const value = leafValue(tables, position, txn, this.#make);
    if (value.length <= LONGEST_LEAF) this.#kept.set(position, value);
    return value;
  }
}

/** Inner nodes that stay in memory, and the longest key of one: about 300 bytes each. */
const KEPT_NODES = 8_192;
const LONGEST_KEY = 256;

/**
 * Recently read inner nodes of all trees: the record at a position never changes. Their children
 * are not loaded, so a node keeps no other in memory.
 */
export class InnerNodes {
  readonly #kept = new RecentMap<number, Node>(KEPT_NODES);

  /** A loaded node in the place of one that its parent names. */
  open(tables: NodeTables, { height, size, position, hash }: Node): Node {
    const kept = this.#kept.get(position);
    if (kept !== undefined) return kept;
    const node = new Node(height, size, position, hash);
    loadNode(tables, node);
    if (node.key.length <= LONGEST_KEY) this.#kept.set(position, node);
    return node;
  }
}

/**
 * The record at a position of the log or, if its file was removed, in the table `survivors`:
 * through `txn`, or else in the latest commit, which is equivalent because a node never changes.
 * Throws EnvironmentFault for a missing record.
 */
function find({ lmdb, nodeLog, survivors }: NodeTables, position: number, txn: ReadTxn | undefined): RecordView {
  const read = nodeLog.read(readBuffer, position, FIRST_READ);
  if (read > 0) return inLog(nodeLog, position, read);
  let record = survivors.get(positionKey(position), txn);
  if (record === undefined) {
    // The node was moved after the snapshot was taken.
    lmdb.refresh();
    record = survivors.get(positionKey(position));
  }
  if (record === undefined) throw new EnvironmentFault(`the state database lacks the tree node at ${position}`);
  place.bytes = record;
  place.start = 0;
  place.end = record.length;
  return place;
}

/** `readBuffer` has the first `read` bytes of the record. */
function inLog(log: RecordLog, position: number, read: number): RecordView {
  const end = RECORD_HEAD + recordLength(readBuffer, 0);
  if (end > read) {
    if (end > readBuffer.length) readBuffer = new Uint8Array(end);
    if (log.read(readBuffer, position, end) < end) {
      throw new EnvironmentFault(`the log of tree nodes ends within the one at ${position}`);
    }
  }
  place.bytes = readBuffer;
  place.start = RECORD_HEAD;
  place.end = end;
  return place;
}

/** Appends nodes to the log, a chunk at a time. */
export class NodeWriter {
  readonly #log: RecordLog;
  #chunk = new Uint8Array(CHUNK);
  #used = 0;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  /** Writes nodes and sets their positions; `created` has parents before their children. */
  put(created: readonly Node[]): void {
    for (let i = created.length - 1; i >= 0; i--) this.append(created[i] as Node);
  }

  /** Writes a node, whose children are written, and sets its position. */
  append(node: Node): void {
    const size = recordSize(node);
    if (this.#used + size > this.#chunk.length) this.flush();
    if (size > this.#chunk.length) this.#chunk = new Uint8Array(size);
    node.position = this.#log.end + this.#used;
    this.#used = encodeNode(node, this.#chunk, this.#used);
  }

  /** Appends the rest to the log. */
  flush(): void {
    if (this.#used > 0) this.#log.append(this.#chunk.subarray(0, this.#used));
    this.forget();
  }

  /** Drops the bytes that were not appended. */
  forget(): void {
    this.#used = 0;
    if (this.#chunk.length > CHUNK) this.#chunk = new Uint8Array(CHUNK);
  }
}

/**
 * Calls `visit` for every record between two positions of the log, without its head, until `limit`
 * bytes or more were read. Returns the position of the next record. The bytes are a view that is
 * valid during the call.
 */
export function someRecords(
  log: RecordLog,
  start: number,
  end: number,
  limit: number,
  visit: (position: number, record: Uint8Array) => void,
): number {
  let chunk = new Uint8Array(CHUNK);
  let at = start;
  while (at < end && at - start < limit) {
    const held = log.read(chunk, at, Math.min(chunk.length, end - at));
    let used = 0;
    while (held - used >= RECORD_HEAD && at + used - start < limit) {
      const next = used + RECORD_HEAD + recordLength(chunk, used);
      if (next > held) break;
      visit(at + used, chunk.subarray(used + RECORD_HEAD, next));
      used = next;
    }
    if (used === 0) {
      const whole = held >= RECORD_HEAD ? RECORD_HEAD + recordLength(chunk, 0) : 0;
      if (whole <= chunk.length) throw new EnvironmentFault(`the log of tree nodes is damaged at ${at}`);
      chunk = new Uint8Array(whole);
    }
    at += used;
  }
  return at;
}
