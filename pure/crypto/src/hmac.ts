import { concat } from "@sotto/bytes";
import { native } from "#native";

const BLOCK = 64;
const DIGEST = 32;
/** The number of the first block of an expansion. */
const FIRST = Uint8Array.of(1);
const INNER = 0x36;
const OUTER = 0x5c;
// One call uses them at a time. Between calls they hold no secret: padding, and nothing behind it.
const inner = new Uint8Array(BLOCK + 4096).fill(INNER, 0, BLOCK);
const outer = new Uint8Array(BLOCK + DIGEST).fill(OUTER, 0, BLOCK);
/** Beginnings of `inner` by their length. Cost: a new view is a fifth of a short hash. */
const beginnings: Uint8Array[] = [];

function beginning(length: number): Uint8Array {
  const made = beginnings[length] ?? inner.subarray(0, length);
  if (length <= 4 * BLOCK) beginnings[length] = made;
  return made;
}

/**
 * HMAC-SHA256 (RFC 2104). Cost: two one-shot hashes, about 0.5 us for short data; a native HMAC object costs
 * several times as much.
 */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const short = key.length > BLOCK ? native.sha256(key) : key;
  const length = BLOCK + data.length;
  const buffer = length <= inner.length ? inner : new Uint8Array(length).fill(INNER, 0, BLOCK);
  for (let i = 0; i < short.length; i++) {
    const byte = short[i] as number;
    buffer[i] = byte ^ INNER;
    outer[i] = byte ^ OUTER;
  }
  buffer.set(data, BLOCK);
  native.sha256Into(buffer === inner ? beginning(length) : buffer, outer, BLOCK);
  const out = native.sha256(outer);
  for (let i = 0; i < short.length; i++) {
    buffer[i] = INNER;
    outer[i] = OUTER;
  }
  buffer.fill(0, BLOCK, length);
  outer.fill(0, BLOCK);
  return out;
}

/** The first half of HKDF-SHA256 (RFC 5869, 2.2): a key of 32 bytes to expand. */
export const hkdfExtract = (ikm: Uint8Array, salt: Uint8Array): Uint8Array => hmacSha256(salt, ikm);

/** The second half of HKDF-SHA256 (RFC 5869, 2.3). Throws RangeError above 255 * 32 bytes. */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length = DIGEST): Uint8Array {
  if (length > 255 * DIGEST) throw new RangeError("HKDF-SHA256 gives at most 8160 bytes");
  if (length === DIGEST) return hmacSha256(prk, concat(info, FIRST));
  const out = new Uint8Array(length);
  let block = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += DIGEST, counter++) {
    const input = new Uint8Array(block.length + info.length + 1);
    input.set(block);
    input.set(info, block.length);
    input[input.length - 1] = counter;
    block = new Uint8Array(hmacSha256(prk, input));
    out.set(at + DIGEST <= length ? block : block.subarray(0, length - at), at);
  }
  return out;
}

/** HKDF-SHA256 (RFC 5869). Throws RangeError above 255 * 32 bytes. Cost: about 1.2 us for 32 bytes. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length = DIGEST): Uint8Array {
  const prk = hkdfExtract(ikm, salt);
  const out = hkdfExpand(prk, info, length);
  prk.fill(0);
  return out;
}
