import { fromUtf8 } from "@sotto/bytes";

/** Whose events a posting list is about. */
export const Kind = { tx: 0x74, block: 0x62 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

// A posting key: kind, tag, 0, value, 0, height. No tag has a zero byte in it, and the height has a fixed length, so a
// value may have any bytes.

export const HEIGHT_SIZE = 6;
const TAIL = 1 + HEIGHT_SIZE;

export function putHeight(target: Uint8Array, at: number, height: number): void {
  let rest = height;
  for (let i = at + HEIGHT_SIZE - 1; i >= at; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export function readHeight(bytes: Uint8Array, at = 0): number {
  let height = 0;
  for (let i = at; i < at + HEIGHT_SIZE; i++) height = height * 256 + (bytes[i] as number);
  return height;
}

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

/** Beginning of all keys of a tag with a value, and of no other that is as long. */
export function valuePrefix(kind: Kind, tag: string, value: string): Uint8Array {
  const head = tagPrefix(kind, tag);
  const text = fromUtf8(value);
  const out = new Uint8Array(head.length + text.length + 1);
  out.set(head);
  out.set(text, head.length);
  return out;
}

export function withHeight(prefix: Uint8Array, height: number): Uint8Array {
  const key = new Uint8Array(prefix.length + HEIGHT_SIZE);
  key.set(prefix);
  putHeight(key, prefix.length, height);
  return key;
}

export const keyHeight = (key: Uint8Array): number => readHeight(key, key.length - HEIGHT_SIZE);

/** The value's bytes in a key of a tag. */
export const keyValue = (key: Uint8Array, prefix: Uint8Array): Uint8Array =>
  key.subarray(prefix.length, key.length - TAIL);
