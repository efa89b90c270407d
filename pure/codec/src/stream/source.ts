// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";

/**
 * The bytes of a JSON text that may be too long for memory, from a file or a buffer. They must not
 * change.
 */
export interface JsonSource {
  /**
   * Position of the first byte, and the position after the last byte. Positions of a part are
   * positions in the whole.
   */
  readonly start: number;
  readonly end: number;
  /** The bytes from one position to another; both must be within the source. */
  read(start: number, end: number): Uint8Array;
}

/** A text in memory. */
export function jsonSource(text: string | Uint8Array): JsonSource {
  const bytes = typeof text === "string" ? fromUtf8(text) : text;
  return { start: 0, end: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** A part of a source. Failures name positions in the whole. */
export const sourcePart = (
  source: JsonSource,
  { start, end }: { readonly start: number; readonly end: number },
): JsonSource => ({
  start,
  end,
  read: (from, to) => source.read(from, to),
});
