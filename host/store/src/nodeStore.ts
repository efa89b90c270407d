import { alloc, allocator } from "@sotto/bytes";
import { RecentMap } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import type { RecordLog } from "./driver/recordLog.ts";
import type { Lmdb } from "./lmdb.ts";
import { encodeNode, fillNode, type Node, RECORD_HEAD, recordLength, recordSize, valueStart } from "./node.ts";
import { positionKey } from "./records.ts";
import type { ReadTxn, Table } from "./table.ts";

/** Bytes that are written to the log at once. */
const CHUNK = 256 * 1024;
/** Bytes that are read of a record at first; most are shorter. */
const GUESS = 512;

let readBuffer = new Uint8Array(CHUNK);

export interface NodeTables {
  readonly lmdb: Lmdb;
  /** Tree nodes in the order in which they were made, children before their parents. */
  readonly nodeLog: RecordLog;
  /** Nodes that are older than the log and still needed, by position. */
  readonly survivors: Table;
}

/** A record without its head: `bytes` from `start` to `end`, until the next one is read. */
interface Place {
  bytes: Uint8Array;
  start: number;
  end: number;
}
const place: Place = { bytes: readBuffer, start: 0, end: 0 };

/** Completes a node. `txn`: see `find`. */
export function loadNode(tables: NodeTables, node: Node, txn?: ReadTxn): void {
  const { bytes, start, end } = find(tables, node.position, txn);
  fillNode(node, bytes, start, end);
}

/** The value of the leaf at a position, copied into what `make` gives. */
export function leafValue(tables: NodeTables, position: number, txn?: ReadTxn, make = alloc): Uint8Array {
  const { bytes, start, end } = find(tables, position, txn);
  const from = valueStart(bytes, start);
  const out = make(end - from);
  out.set(bytes.subarray(from, end));
  return out;
}

/** Leaves whose values are kept, and the longest value among them. */
const KEPT_LEAVES = 1024;
const LONGEST_LEAF = 512;
/** Cost: values that are kept lie in slabs of their own, so that each keeps little else alive. */
const LEAF_SLAB = 4096;

/**
 * Values of leaves that were read lately, from whatever snapshot: what lies at a position never
 * changes. Parameters and what contracts are made of are read in each block and by each query. At
 * most 4 MiB, as a rule a tenth of that.
 */
export class LeafValues {
  readonly #kept = new RecentMap<number, Uint8Array>(KEPT_LEAVES);
  readonly #make = allocator(LEAF_SLAB, LONGEST_LEAF);

  /**
   * Hazard: only for positions that a committed row names. What was appended and not committed is
   * written again.
   */
  get(tables: NodeTables, position: number, txn?: ReadTxn): Uint8Array {
    const kept = this.#kept.get(position);
    if (kept !== undefined) return kept;
    const value = leafValue(tables, position, txn, this.#make);
    if (value.length <= LONGEST_LEAF) this.#kept.set(position, value);
    return value;
  }
}

/**
 * The record at a position of the log, or from the table of those that outlived it: through `txn`,
 * or else from what is committed now, which is as good because a node never changes. Throws
 * EnvironmentFault for one that is not there.
 */
function find({ lmdb, nodeLog, survivors }: NodeTables, position: number, txn: ReadTxn | undefined): Place {
  const read = nodeLog.read(readBuffer, position, GUESS);
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

/** `readBuffer` holds the first `read` bytes of the record. */
function inLog(log: RecordLog, position: number, read: number): Place {
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

  /** Gives saved nodes, parents before their children, their positions. */
  put(created: readonly Node[]): void {
    for (let i = created.length - 1; i >= 0; i--) {
      const node = created[i] as Node;
      const size = recordSize(node);
      if (this.#used + size > this.#chunk.length) this.flush();
      if (size > this.#chunk.length) this.#chunk = new Uint8Array(size);
      node.position = this.#log.end + this.#used;
      this.#used = encodeNode(node, this.#chunk, this.#used);
    }
  }

  /** Hands what is left to the log. */
  flush(): void {
    if (this.#used > 0) this.#log.append(this.#chunk.subarray(0, this.#used));
    this.forget();
  }

  /** Drops what was not handed over. */
  forget(): void {
    this.#used = 0;
    if (this.#chunk.length > CHUNK) this.#chunk = new Uint8Array(CHUNK);
  }
}

/**
 * Calls `visit` for every record between two positions of the log, without its head. The bytes are
 * a view for the call.
 */
export function eachRecord(
  log: RecordLog,
  start: number,
  end: number,
  visit: (position: number, record: Uint8Array) => void,
): void {
  let chunk = new Uint8Array(CHUNK);
  for (let at = start; at < end; ) {
    const held = log.read(chunk, at, Math.min(chunk.length, end - at));
    let used = 0;
    while (held - used >= RECORD_HEAD) {
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
}
