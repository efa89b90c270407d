// SPDX-License-Identifier: Apache-2.0
import { sha256, sha256Into, sha256Latin1 } from "@sotto/crypto";
import { assert } from "@sotto/errors";

/** Hash of an IAVL tree without keys. */
export const EMPTY_IAVL_HASH: Uint8Array = sha256(new Uint8Array(0));

/** A version, size or height is at most this, so that its zigzag form stays an exact integer. */
export const MAX_IAVL_INTEGER = 2 ** 52 - 1;

/**
 * Writes a signed varint (zigzag, as Go's `binary.PutVarint`) of a non-negative integer at `at`;
 * returns the end. Compat: IAVL writes heights, sizes and versions signed, but lengths unsigned.
 */
export function putVarint(out: Uint8Array, at: number, value: number): number {
  return putUvarint(out, at, value * 2);
}

/** Writes an unsigned varint at `at`; returns the end. */
export function putUvarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > 0x7fffffff) {
    out[end++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    out[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[end++] = rest;
  return end;
}

const scratch = new Uint8Array(96);
let leafScratch = new Uint8Array(512);

/**
 * Prefix of an IAVL node's hash image: height, size, version (iavl node.go writeHashBytes).
 * A leaf has height 0 and size 1.
 */
export function iavlPrefix(height: number, size: number, version: number): Uint8Array {
  const end = putPrefix(scratch, 0, height, size, version);
  return scratch.slice(0, end);
}

/** Writes that prefix at `at`; returns the end. */
export function putPrefix(out: Uint8Array, at: number, height: number, size: number, version: number): number {
  assert(version >= 0 && version <= MAX_IAVL_INTEGER && size <= MAX_IAVL_INTEGER, "IAVL version or size out of range");
  return putVarint(out, putVarint(out, putVarint(out, at, height), size), version);
}

/**
 * Hash of a leaf: prefix, length-prefixed key, length-prefixed SHA-256 of the value. Cost: two
 * hashes.
 */
export function iavlLeafHash(version: number, key: Uint8Array, value: Uint8Array): Uint8Array {
  const need = key.length + 64;
  if (leafScratch.length < need) leafScratch = new Uint8Array(need * 2);
  const image = leafScratch;
  let at = putPrefix(image, 0, 0, 1, version);
  at = putUvarint(image, at, key.length);
  image.set(key, at);
  at += key.length;
  image[at++] = 32;
  sha256Into(value, image, at);
  return sha256(image.subarray(0, at + 32));
}

/** Hash of an inner node over the hashes of its children. The node's key is not part of it. */
export function iavlInnerHash(
  height: number,
  size: number,
  version: number,
  left: Uint8Array,
  right: Uint8Array,
): Uint8Array {
  let at = putPrefix(scratch, 0, height, size, version);
  scratch[at++] = 32;
  scratch.set(left, at);
  at += 32;
  scratch[at++] = 32;
  scratch.set(right, at);
  return sha256(scratch.subarray(0, at + 32));
}

/** Writes a text of one unit a byte at `at`; returns the end. */
export function putLatin1(out: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/**
 * iavlLeafHash for a tree with keys and hashes as strings of one unit per byte, which cost a
 * third of arrays.
 */
export function iavlLeafHashText(version: number, key: string, value: Uint8Array): string {
  const need = key.length + 64;
  if (leafScratch.length < need) leafScratch = new Uint8Array(need * 2);
  const image = leafScratch;
  let at = putPrefix(image, 0, 0, 1, version);
  at = putLatin1(image, putUvarint(image, at, key.length), key);
  image[at++] = 32;
  if (value.length === 0) image.set(EMPTY_IAVL_HASH, at);
  else sha256Into(value, image, at);
  return sha256Latin1(image.subarray(0, at + 32));
}

/** iavlInnerHash, likewise. */
export function iavlInnerHashText(height: number, size: number, version: number, left: string, right: string): string {
  let at = putPrefix(scratch, 0, height, size, version);
  scratch[at++] = 32;
  at = putLatin1(scratch, at, left);
  scratch[at++] = 32;
  return sha256Latin1(scratch.subarray(0, putLatin1(scratch, at, right)));
}
