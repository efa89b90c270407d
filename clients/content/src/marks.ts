// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@noble/hashes/sha2.js";

/**
 * Makes a variant of a marked segment, of the same length. `place`: among the marked segments. It
 * must give the same bytes each time, and the two variants must differ without anybody noticing.
 */
export type Mark = (segment: Uint8Array, variant: 0 | 1, place: number) => Uint8Array;

/** A constant stream of bits for each variant and place. */
function bits(variant: 0 | 1, place: number, count: number): (i: number) => number {
  const blocks = Array.from({ length: Math.ceil(count / 256) }, (_, block) =>
    sha256(Uint8Array.of(variant, place >> 8, place & 0xff, block >> 8, block & 0xff)),
  );
  return (i) => ((blocks[i >> 8]?.[(i & 0xff) >> 3] ?? 0) >> (i & 7)) & 1;
}

/**
 * Sets the lowest bit of samples of `stride` bytes, little-endian. Hazard: it is not heard and not
 * seen, but it does not survive a new encoding of the file.
 */
export const lowestBits =
  (stride: number): Mark =>
  (segment, variant, place) => {
    const marked = segment.slice();
    const bit = bits(variant, place, Math.ceil(segment.length / stride));
    for (let at = 0; at < segment.length; at += stride) marked[at] = ((segment[at] ?? 0) & 0xfe) | bit(at / stride);
    return marked;
  };

/** For audio as 16-bit PCM, whose samples begin at even places of the file. */
export const pcm16 = lowestBits(2);

/** For raw images with 8 bits a channel. */
export const raw8 = lowestBits(1);
