// SPDX-License-Identifier: Apache-2.0
import { alloc, LOOP } from "./alloc.ts";

/** Concatenates byte strings into a new one. Cost: one copy of every input. */
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => join(parts);

/** The same for a list that may be longer than a call can have arguments. */
export function join(parts: readonly ArrayLike<number>[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = alloc(length);
  let at = 0;
  for (const part of parts) {
    if (part.length > LOOP) out.set(part, at);
    else for (let i = 0; i < part.length; i++) out[at + i] = part[i] as number;
    at += part.length;
  }
  return out;
}

/** Whether two byte strings are equal. Not constant time: never compare a secret with it. */
export function equals(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Byte order of Go's `bytes.Compare`: negative, zero or positive. A prefix sorts before its
 * extensions.
 */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** Whether `bytes` begins with `prefix`. */
export function hasPrefix(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

/**
 * The smallest byte string greater than every string that begins with `prefix`:
 * the exclusive end of a prefix scan. Undefined when it does not exist (all bytes ff, or empty).
 */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix[i] as number;
    if (byte !== 0xff) {
      const end = new Uint8Array(prefix.subarray(0, i + 1)); // a Buffer's slice() shares memory
      end[i] = byte + 1;
      return end;
    }
  }
  return undefined;
}
