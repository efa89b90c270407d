import { fromUtf8 } from "@sotto/bytes";

/**
 * The bytes of a JSON text that may be too long for memory: a file's, or those of a buffer. They do
 * not change.
 */
export interface JsonSource {
  /**
   * Position of the first byte, and the one behind the last: of a part, where it lies in the whole.
   */
  readonly start: number;
  readonly end: number;
  /** The bytes from one position to another, which lie within. */
  read(start: number, end: number): Uint8Array;
}

/** A text that is in memory. */
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
