/** Bytes of a slab, from which small byte strings are cut. */
const SLAB = 16_384;
/** Longer ones get memory of their own: few fit in a slab. */
const LONGEST = 1024;

let slab = new ArrayBuffer(SLAB);
let used = 0;

/**
 * `length` zero bytes, for what lives shortly. Cost: 30 ns; `new Uint8Array` of more than 64 bytes takes 300, because the
 * engine asks the system for each and gives it back on another thread, and so does a view of a shorter one.
 *
 * Hazard: short strings share a slab. One that is kept for long keeps 16 KiB alive: keep a copy (`new Uint8Array(bytes)`).
 * Their `buffer` is not theirs alone: never transfer it between threads, and never hand it out without its bounds.
 */
export function alloc(length: number): Uint8Array<ArrayBuffer> {
  if (length > LONGEST) return new Uint8Array(length);
  if (used + length > SLAB) {
    slab = new ArrayBuffer(SLAB);
    used = 0;
  }
  const at = used;
  used += length;
  return new Uint8Array(slab, at, length);
}

/** Up to this many bytes a loop beats the engine's copy. */
const LOOP = 48;

/** A copy of `bytes` from `start` to before `end`, made by `alloc`. Both must lie within. */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  const out = alloc(end - start);
  if (out.length <= LOOP) for (let i = 0; i < out.length; i++) out[i] = bytes[start + i] as number;
  else out.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  return out;
}
