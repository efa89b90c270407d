// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import { putUvarint } from "@sotto/merkle";
import { putText, sliceText } from "./latin1.ts";

/** Position of a node that is not saved. */
export const UNSAVED = -1;

/**
 * A node of an IAVL tree in memory. `position` UNSAVED: made since the last save, so it may be
 * changed in place. The fields that a parent's record has of a child (position, height, size, hash)
 * are always present; the others are loaded when they are needed. Keys and hashes are texts of one
 * unit per byte.
 */
export class Node {
  key: string;
  value: Uint8Array | undefined;
  height: number;
  size: number;
  /** The version that made the node; 0 until it is saved or loaded. */
  version: number;
  /**
   * Position of its record in the log of nodes. It identifies the node, and is greater than the
   * positions of its children.
   */
  position: number;
  hash: string;
  left: Node | undefined;
  right: Node | undefined;
  /** The number of the save in which it was last used; `settle` drops the oldest nodes. */
  used = 0;

  constructor(height: number, size: number, position: number, hash: string) {
    this.key = "";
    this.value = undefined;
    this.height = height;
    this.size = size;
    this.version = 0;
    this.position = position;
    this.hash = hash;
    this.left = undefined;
    this.right = undefined;
  }
}

/** Reads the missing parts of a saved node. */
export type LoadNode = (node: Node) => void;

/** A leaf that is not saved yet. */
export function newLeaf(key: string, value: Uint8Array): Node {
  const leaf = new Node(0, 1, UNSAVED, "");
  leaf.key = key;
  leaf.value = value;
  return leaf;
}

/** An inner node that is not saved yet. */
export function newInner(key: string, left: Node, right: Node): Node {
  const inner = new Node(0, 0, UNSAVED, "");
  inner.key = key;
  inner.left = left;
  inner.right = right;
  measure(inner);
  return inner;
}

export function measure(inner: Node): void {
  const left = inner.left as Node;
  const right = inner.right as Node;
  inner.height = Math.max(left.height, right.height) + 1;
  inner.size = left.size + right.size;
}

// A record: the length of the rest in four bytes; height, version, key with its length; then for a
// leaf the value, for an inner node both children as position, height, size, hash. A parent's
// record contains the hashes of its children, so that hashing an updated node reads no sibling, and
// balancing reads one only for a rotation.

/** Bytes of the length before a record. */
export const RECORD_HEAD = 4;
/** Upper bound for head, height, version, key length and both children. */
const FIXED = 160;

/** Bytes that `encodeNode` may need. */
export const recordSize = ({ key, value }: Node): number => FIXED + key.length + (value?.length ?? 0);

/** Writes the record of a node, whose children are saved, and returns its end. */
export function encodeNode(node: Node, out: Uint8Array, start: number): number {
  const { key, value, left, right } = node;
  out[start + RECORD_HEAD] = node.height;
  let at = putUvarint(out, start + RECORD_HEAD + 1, node.version);
  at = putUvarint(out, at, key.length);
  putText(out, at, key);
  at += key.length;
  if (value === undefined) at = putChild(out, putChild(out, at, left as Node), right as Node);
  else {
    out.set(value, at);
    at += value.length;
  }
  const length = at - start - RECORD_HEAD;
  for (let i = 0; i < RECORD_HEAD; i++) out[start + i] = length >>> (8 * i);
  return at;
}

/** Length of the record at a position, without its head. */
export const recordLength = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

function putChild(out: Uint8Array, start: number, child: Node): number {
  let at = putUvarint(out, start, child.position);
  out[at++] = child.height;
  at = putUvarint(out, at, child.size);
  for (let i = 0; i < 32; i++) out[at + i] = child.hash.charCodeAt(i);
  return at + 32;
}

let cursor = 0;

function takeUvarint(bytes: Uint8Array): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[cursor++] as number;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

function takeChild(bytes: Uint8Array): Node {
  const position = takeUvarint(bytes);
  const height = bytes[cursor++] as number;
  const size = takeUvarint(bytes);
  cursor += 32;
  return new Node(height, size, position, sliceText(bytes, cursor - 32, cursor));
}

/** Start of the value in a leaf's record without the head. */
export function valueStart(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== 0) throw new EnvironmentFault("the state database has a damaged leaf");
  cursor = start + 1;
  takeUvarint(bytes);
  const keyLength = takeUvarint(bytes);
  return cursor + keyLength;
}

/**
 * Completes a node from its record without the head: `bytes` from `start` to `end`, which are
 * copied.
 */
export function fillNode(node: Node, bytes: Uint8Array, start: number, end: number): void {
  if (bytes[start] !== node.height) throw new EnvironmentFault("the state database has a damaged tree node");
  cursor = start + 1;
  node.version = takeUvarint(bytes);
  const keyLength = takeUvarint(bytes);
  node.key = sliceText(bytes, cursor, cursor + keyLength);
  cursor += keyLength;
  if (node.height === 0) {
    node.value = new Uint8Array(bytes.subarray(cursor, end));
    return;
  }
  node.left = takeChild(bytes);
  node.right = takeChild(bytes);
}
