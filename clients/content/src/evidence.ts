// SPDX-License-Identifier: Apache-2.0
import { base64 } from "@scure/base";
import { segmentsIn } from "./container.ts";
import { variantKey } from "./keys.ts";
import type { Mark } from "./marks.ts";

/** What was found of a marked segment. */
export const Found = { zero: 0, one: 1, absent: 2, both: 3 } as const;
export type Found = (typeof Found)[keyof typeof Found];

const found = (zero: boolean, one: boolean): Found => {
  if (zero && one) return Found.both;
  if (zero) return Found.zero;
  return one ? Found.one : Found.absent;
};

const hex = (bytes: Uint8Array): string => bytes.reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");

/** Which variants keys that turned up belong to, in any order and number. */
export function evidenceOfKeys(master: Uint8Array, keys: Iterable<Uint8Array>, marked = 256): Found[] {
  const known = new Set(Array.from(keys, hex));
  const has = (mark: number, variant: 0 | 1): boolean => known.has(hex(variantKey(master, mark, variant)));
  return Array.from({ length: marked }, (_, mark) => found(has(mark, 0), has(mark, 1)));
}

const differences = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((count, byte, i) => (byte === b[i] ? count : count + 1), 0);

/**
 * Which variants a copy of the marked file has, of the same length as the original. A segment that
 * is as near to one variant as to the other tells nothing. Throws RangeError for another length.
 */
export function evidenceOfCopy(original: Uint8Array, copy: Uint8Array, mark: Mark, marked = 256): Found[] {
  if (original.length !== copy.length)
    throw new RangeError(`the copy has ${copy.length} bytes, the original ${original.length}: align it first`);
  const evidence: Found[] = [];
  for (const { bytes, mark: place } of segmentsIn(original, marked)) {
    if (place < 0) continue;
    const at = bytes.byteOffset - original.byteOffset;
    const seen = copy.subarray(at, at + bytes.length);
    const [zero, one] = [differences(seen, mark(bytes, 0, place)), differences(seen, mark(bytes, 1, place))];
    evidence.push(found(zero < one, one < zero));
  }
  return evidence;
}

/** Two bits a position, from the low bits of the first byte on, in base64. */
export function evidenceText(evidence: readonly Found[]): string {
  const bytes = new Uint8Array(Math.ceil(evidence.length / 4));
  evidence.forEach((value, i) => {
    bytes[i >> 2] = (bytes[i >> 2] ?? 0) | (value << (2 * (i & 3)));
  });
  return base64.encode(bytes);
}
