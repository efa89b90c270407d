import { fromUtf8 } from "@sotto/bytes";

/** The bytes of a JSON text that may be too long for memory: a file's, or those of a buffer. They do not change. */
export interface JsonSource {
  /** Length in bytes. */
  readonly size: number;
  /** The bytes from `start` to `end`, which lie within. */
  read(start: number, end: number): Uint8Array;
}

/** A text that is in memory. */
export function jsonSource(text: string | Uint8Array): JsonSource {
  const bytes = typeof text === "string" ? fromUtf8(text) : text;
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** A part of a source, as a source of its own: positions count from `start`. */
export const sourcePart = (source: JsonSource, start: number, end: number): JsonSource => ({
  size: end - start,
  read: (from, to) => source.read(start + from, start + to),
});
