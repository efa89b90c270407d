// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";

/** The kind of events of a posting list. */
export const Kind = { tx: 0x74, block: 0x62 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

// A posting key: kind, tag, 0, form, value or its digest, height. No tag has a zero byte in it, and
// the height has a fixed length, so a value may have any bytes.

/**
 * Whether a key has the value, or the digest of a long one: then the row has its place in the log.
 */
const Form = { value: 1, digest: 2 } as const;
/** Longest value that stands in its key, in bytes of UTF-8. */
const LONGEST_VALUE = 64;
/** Bytes of a SHA-256 that distinguish long values. */
const DIGEST = 20;
export const HEIGHT_SIZE = 6;

/** Big-endian in `size` bytes. */
export function putNumber(target: Uint8Array, at: number, size: number, value: number): void {
  let rest = value;
  for (let i = at + size - 1; i >= at; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + (bytes[i] as number);
  return value;
}

export const putHeight = (target: Uint8Array, at: number, height: number): void =>
  putNumber(target, at, HEIGHT_SIZE, height);

export const readHeight = (bytes: Uint8Array, at = 0): number => readNumber(bytes, at, HEIGHT_SIZE);

export function heightKey(height: number): Uint8Array {
  const key = new Uint8Array(HEIGHT_SIZE);
  putHeight(key, 0, height);
  return key;
}

/** Beginning of all keys of a tag. */
export function tagPrefix(kind: Kind, tag: string): Uint8Array {
  const text = fromUtf8(tag);
  const out = new Uint8Array(text.length + 2);
  out[0] = kind;
  out.set(text, 1);
  return out;
}

/** Whether a value of so many bytes has only its digest in the key. */
export const isLong = (length: number): boolean => length > LONGEST_VALUE;

/** Completes the value part of a key, whose bytes (UTF-8) stand after `at`; returns its end. */
export function sealValue(key: Uint8Array, at: number, length: number): number {
  const start = at + 1;
  if (!isLong(length)) {
    key[at] = Form.value;
    return start + length;
  }
  key[at] = Form.digest;
  key.set(sha256(key.subarray(start, start + length)).subarray(0, DIGEST), start);
  return start + DIGEST;
}

/** Prefix of all keys of a tag with a value, and of no other key of this length. */
export function valuePrefix(kind: Kind, tag: string, value: string): Uint8Array {
  const head = tagPrefix(kind, tag);
  const text = fromUtf8(value);
  const out = new Uint8Array(head.length + 1 + Math.max(text.length, DIGEST));
  out.set(head);
  out.set(text, head.length + 1);
  return out.subarray(0, sealValue(out, head.length, text.length));
}

export function withHeight(prefix: Uint8Array, height: number): Uint8Array {
  const key = new Uint8Array(prefix.length + HEIGHT_SIZE);
  key.set(prefix);
  putHeight(key, prefix.length, height);
  return key;
}

export const keyHeight = (key: Uint8Array): number => readHeight(key, key.length - HEIGHT_SIZE);

/** The value's bytes in a key of a tag; undefined for a long value. */
export const keyValue = (key: Uint8Array, prefix: Uint8Array): Uint8Array | undefined =>
  key[prefix.length] === Form.digest ? undefined : key.subarray(prefix.length + 1, key.length - HEIGHT_SIZE);
