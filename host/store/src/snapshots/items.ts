// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { StoreError } from "../errors.ts";

// cosmos.store.snapshots.v1.SnapshotItem, each after its length. Written by hand because a snapshot
// has millions of them.

/** Item of a snapshot's stream. Its bytes are views that the next item overwrites. */
export type SnapshotItem =
  | { readonly kind: "store"; readonly name: string }
  | TreeItem
  | { readonly kind: "extension"; readonly name: string; readonly format: number }
  | { readonly kind: "payload"; readonly payload: Uint8Array };

/** A node of a tree: children come before their parent, the left one first. */
export interface TreeItem {
  readonly kind: "node";
  readonly key: Uint8Array;
  /** Empty for an inner node. */
  readonly value: Uint8Array;
  readonly version: number;
  readonly height: number;
}

/** Longest item. Source: cosmossdk.io/store snapshots/manager.go, snapshotMaxItemSize. */
export const LONGEST_ITEM = 64_000_000;
const BYTES = 2;
const Tag = { store: 0x0a, node: 0x12, extension: 0x1a, payload: 0x22 } as const;

/** Appends items to a buffer that the caller takes with `take`. */
export class ItemWriter {
  readonly #w = new ProtoWriter(1 << 17);

  get length(): number {
    return this.#w.length;
  }

  /** The bytes since the last call, in a buffer that the next item overwrites. */
  take(): Uint8Array {
    const bytes = this.#w.view();
    this.#w.reset();
    return bytes;
  }

  store(name: string): void {
    const [item, inner] = [this.#w.begin(), this.#w.tag(1, BYTES).begin()];
    this.#w.string(1, name).end(inner).end(item);
  }

  node(key: Uint8Array, value: Uint8Array, version: number, height: number): void {
    const [item, inner] = [this.#w.begin(), this.#w.tag(2, BYTES).begin()];
    this.#w.bytes(1, key).bytes(2, value).int64(3, version).int32(4, height).end(inner).end(item);
  }

  extension(name: string, format: number): void {
    const [item, inner] = [this.#w.begin(), this.#w.tag(3, BYTES).begin()];
    this.#w.string(1, name).uint32(2, format).end(inner).end(item);
  }

  /** Throws StoreError.snapshotRefused for bytes that no reader would accept. */
  payload(bytes: Uint8Array): void {
    if (bytes.length > LONGEST_ITEM - 16) throw StoreError.snapshotRefused(`a payload has ${bytes.length} bytes`);
    const [item, inner] = [this.#w.begin(), this.#w.tag(4, BYTES).begin()];
    this.#w.bytes(1, bytes).end(inner).end(item);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Throws CodecError.protobuf, or StoreError.snapshotRefused for fields that no snapshot has. */
export function decodeItem(bytes: Uint8Array): SnapshotItem {
  const r = new ProtoReader(bytes);
  const tag = r.tag();
  const outer = tag === 0 ? -1 : (tag & 7) === BYTES ? r.enter() : -1;
  const item = outer < 0 ? undefined : readItem(r, tag);
  if (item === undefined || r.left > 0) throw unknownField();
  r.leave(outer);
  if (r.left > 0) throw StoreError.snapshotRefused("an item of the stream has two contents");
  return item;
}

const unknownField = () => StoreError.snapshotRefused("an item of the stream has an unknown form");

function readItem(r: ProtoReader, kind: number): SnapshotItem | undefined {
  if (kind === Tag.node) return readNode(r);
  let text = "";
  let format = 0;
  let payload = NOTHING;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (kind === Tag.payload && tag === 0x0a) payload = r.bytes();
    else if (kind === Tag.extension && tag === 0x10) format = r.uint32();
    else if ((kind === Tag.store || kind === Tag.extension) && tag === 0x0a) text = r.string();
    else throw unknownField();
  }
  if (kind === Tag.store) return { kind: "store", name: text };
  if (kind === Tag.extension) return { kind: "extension", name: text, format };
  return kind === Tag.payload ? { kind: "payload", payload } : undefined;
}

function readNode(r: ProtoReader): TreeItem {
  let key = NOTHING;
  let value = NOTHING;
  let version = 0;
  let height = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) key = r.bytes();
    else if (tag === 0x12) value = r.bytes();
    else if (tag === 0x18) version = r.safeInt();
    else if (tag === 0x20) height = r.int32();
    else throw unknownField();
  }
  return { kind: "node", key, value, version, height };
}

const FIRST_BUFFER = 1 << 19;
/** A longer buffer is dropped after the item that needed it. */
const MOST_KEPT = 1 << 23;

/**
 * Cuts a stream into items. Memory: the longest item, and only as many of its bytes as were pushed.
 */
export class ItemReader {
  readonly #visit: (item: SnapshotItem) => void;
  #buffer = new Uint8Array(FIRST_BUFFER);
  #start = 0;
  #end = 0;

  constructor(visit: (item: SnapshotItem) => void) {
    this.#visit = visit;
  }

  /** Whether the bytes so far end within an item. */
  get isOpen(): boolean {
    return this.#end > this.#start;
  }

  push(bytes: Uint8Array): void {
    this.#append(bytes);
    for (;;) {
      const head = this.#head();
      if (head === undefined || head.from + head.length > this.#end) return;
      this.#start = head.from + head.length;
      this.#visit(decodeItem(this.#buffer.subarray(head.from, this.#start)));
    }
  }

  #append(bytes: Uint8Array): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#start = 0;
      this.#end = 0;
      if (this.#buffer.length > MOST_KEPT) this.#buffer = new Uint8Array(FIRST_BUFFER);
    }
    if (this.#end + bytes.length > this.#buffer.length) {
      const need = held + bytes.length;
      const old = this.#buffer;
      if (need > old.length) this.#buffer = new Uint8Array(need * 2);
      this.#buffer.set(old.subarray(this.#start, this.#end));
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Length of the next item and its first byte; undefined while they are not there. */
  #head(): { readonly from: number; readonly length: number } | undefined {
    let length = 0;
    for (let at = this.#start, scale = 1; at < this.#end; at++, scale *= 128) {
      const byte = this.#buffer[at] as number;
      length += (byte & 127) * scale;
      if (length > LONGEST_ITEM || scale > LONGEST_ITEM) {
        throw StoreError.snapshotRefused(`an item of the stream is longer than ${LONGEST_ITEM} bytes`);
      }
      if (byte < 128) return { from: at + 1, length };
    }
    return undefined;
  }
}
