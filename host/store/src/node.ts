import { EnvironmentFault } from "@sotto/errors";
import { putUvarint } from "@sotto/merkle";
import { putText, sliceText } from "./latin1.ts";

/**
 * A node of an IAVL tree in memory. `version` 0: made since the last save, and free to be changed in place.
 * What a parent's record says about a child (everything but key, value and children) is always there; the rest is
 * loaded when it is needed. Keys and hashes are texts of one unit per byte.
 */
export class Node {
  key: string;
  value: Uint8Array | undefined;
  height: number;
  size: number;
  version: number;
  nonce: number;
  hash: string;
  left: Node | undefined;
  right: Node | undefined;
  /** The save at which it was last walked through: what memory is given back by. */
  used = 0;

  constructor(height: number, size: number, version: number, nonce: number, hash: string) {
    this.key = "";
    this.value = undefined;
    this.height = height;
    this.size = size;
    this.version = version;
    this.nonce = nonce;
    this.hash = hash;
    this.left = undefined;
    this.right = undefined;
  }
}

/** A leaf that is not saved yet. */
export function newLeaf(key: string, value: Uint8Array): Node {
  const leaf = new Node(0, 1, 0, 0, "");
  leaf.key = key;
  leaf.value = value;
  return leaf;
}

/** An inner node that is not saved yet. */
export function newInner(key: string, left: Node, right: Node): Node {
  const inner = new Node(0, 0, 0, 0, "");
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

// A record: height; key with its length; then for a leaf the value, for an inner node both children as
// version, nonce, height, size, hash. A child's hash lies with its parent, so that hashing an updated node reads no
// sibling, and balancing reads one only when it rotates.
let buffer = new Uint8Array(4096);

/** The record of a node in a buffer that the next call overwrites. */
export function encodeNode(node: Node): Uint8Array {
  const { key, value, left, right } = node;
  const need = key.length + (value?.length ?? 160) + 16;
  if (buffer.length < need) buffer = new Uint8Array(need * 2);
  buffer[0] = node.height;
  let at = putUvarint(buffer, 1, key.length);
  putText(buffer, at, key);
  at += key.length;
  if (value !== undefined) {
    buffer.set(value, at);
    return buffer.subarray(0, at + value.length);
  }
  at = putChild(at, left as Node);
  return buffer.subarray(0, putChild(at, right as Node));
}

function putChild(start: number, child: Node): number {
  let at = putUvarint(buffer, start, child.version);
  at = putUvarint(buffer, at, child.nonce);
  buffer[at++] = child.height;
  at = putUvarint(buffer, at, child.size);
  for (let i = 0; i < 32; i++) buffer[at + i] = child.hash.charCodeAt(i);
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
  const version = takeUvarint(bytes);
  const nonce = takeUvarint(bytes);
  const height = bytes[cursor++] as number;
  const size = takeUvarint(bytes);
  cursor += 32;
  return new Node(height, size, version, nonce, sliceText(bytes, cursor - 32, cursor));
}

/** Completes a node from its record (`length` bytes of `bytes`, which are copied). */
export function fillNode(node: Node, bytes: Uint8Array, length: number): void {
  if (bytes[0] !== node.height) throw new EnvironmentFault("the state database has a damaged tree node");
  cursor = 1;
  const keyLength = takeUvarint(bytes);
  node.key = sliceText(bytes, cursor, cursor + keyLength);
  cursor += keyLength;
  if (node.height === 0) {
    const value = new Uint8Array(length - cursor);
    for (let i = 0; i < value.length; i++) value[i] = bytes[cursor + i] as number;
    node.value = value;
    return;
  }
  node.left = takeChild(bytes);
  node.right = takeChild(bytes);
}
