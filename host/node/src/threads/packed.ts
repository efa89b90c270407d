// SPDX-License-Identifier: Apache-2.0
/** Byte strings in one piece of memory, which threads pass on as a whole. */
export interface PackedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The end of each. */
  readonly ends: Uint32Array;
}

/**
 * Copies byte strings into one piece. Cost: two allocations instead of one for each at every
 * thread.
 */
export function pack(list: readonly Uint8Array[]): PackedBytes {
  const ends = new Uint32Array(list.length);
  let size = 0;
  for (let i = 0; i < list.length; i++) {
    size += (list[i] as Uint8Array).length;
    ends[i] = size;
  }
  const bytes = new Uint8Array(size);
  for (let i = 0, at = 0; i < list.length; at = ends[i++] as number) bytes.set(list[i] as Uint8Array, at);
  return { bytes, ends };
}

/** The byte strings again, as views. */
export function unpack({ bytes, ends }: PackedBytes): Uint8Array[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const one = bytes.subarray(start, end);
    start = end;
    return one;
  });
}
