// SPDX-License-Identifier: Apache-2.0
/**
 * Makes a function that returns zero bytes, cut from slabs of `slab` bytes up to the length
 * `longest`. Cost: 30 ns; `new Uint8Array` of more than 64 bytes takes 300, because the engine
 * allocates each from the system and frees it on another thread, and so does a view of a shorter
 * one.
 *
 * Hazard: short strings share a slab, and one of them keeps all of it alive.
 * They share their `buffer`: never transfer it between threads, and never pass it on without its
 * bounds.
 */
export function allocator(slab: number, longest: number): (length: number) => Uint8Array<ArrayBuffer> {
  let buffer = new ArrayBuffer(slab);
  let used = 0;
  return (length) => {
    // Few of them fit in a slab.
    if (length > longest) return new Uint8Array(length);
    if (used + length > slab) {
      buffer = new ArrayBuffer(slab);
      used = 0;
    }
    const at = used;
    used += length;
    return new Uint8Array(buffer, at, length);
  };
}

/**
 * `length` zero bytes, for short-lived data: long-lived data must be a copy
 * (`new Uint8Array(bytes)`), or it keeps 16 KiB alive.
 */
export const alloc = allocator(16_384, 1024);

/** Up to this many bytes a loop beats the engine's copy. */
export const LOOP = 48;

/** A copy of `bytes` from `start` to before `end`, made by `alloc`. Both must lie within. */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  const out = alloc(end - start);
  if (out.length <= LOOP) for (let i = 0; i < out.length; i++) out[i] = bytes[start + i] as number;
  else out.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  return out;
}
