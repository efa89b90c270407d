// SPDX-License-Identifier: Apache-2.0
// The S-box of AES without a table of secrets' addresses: Hamburg, "Accelerating AES with Vector
// Permute Instructions" (CHES 2009). A byte is split into two elements of GF(16), and every
// function of one of those is a table of 16 bytes that fits in a register. The tables are computed
// here from the definition of the fields.

/** The value for 1/0: an index for which every table returns zero, with any addend. */
const INFINITY = 0x80;

/** Product in GF(2^n) of which `modulus` is the polynomial. */
function multiply(modulus: number, a: number, b: number): number {
  const top = 1 << (31 - Math.clz32(modulus));
  let out = 0;
  for (let x = a, y = b; y > 0; y >>= 1) {
    if ((y & 1) === 1) out ^= x;
    x <<= 1;
    if ((x & top) !== 0) x ^= modulus;
  }
  return out;
}

/** GF(256) as AES has it (FIPS 197, 4.2). */
const times = (a: number, b: number): number => multiply(0x11b, a, b);
/** GF(16) modulo x^4 + x + 1. */
const times16 = (a: number, b: number): number => multiply(0x13, a, b);

const from0to = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const inverse16 = (a: number): number => from0to(16).findIndex((b) => times16(a, b) === 1);

/** An element of GF(256) whose powers are GF(16) inside it: a root of x^4 + x + 1. */
const root = from0to(256).findIndex((b) => b > 1 && (times(times(b, b), times(b, b)) ^ b ^ 1) === 0);
/** GF(16) into GF(256). */
const embed = (a: number): number => {
  let out = 0;
  for (let bit = 0, power = 1; bit < 4; bit++, power = times(power, root)) if (((a >> bit) & 1) === 1) out ^= power;
  return out;
};
/** t^2 + t + norm has no root in GF(16), so that GF(256) is i + k t. */
const norm = from0to(16).find((a) => a > 1 && from0to(16).every((x) => (times16(x, x) ^ x ^ a) !== 0)) as number;
const t = from0to(256).findIndex((x) => (times(x, x) ^ x) === embed(norm));

/** The byte of AES that is i + k t, by i * 16 + k. */
const bytes = from0to(256).map((nibbles) => embed(nibbles >> 4) ^ times(embed(nibbles & 15), t));
/** The other way round. */
const split = (byte: number): number => bytes.indexOf(byte);

/** The linear half of the S-box (FIPS 197, 5.1.1); 0x63 is added elsewhere. */
function affine(byte: number): number {
  const wide = byte * 0x101;
  return (byte ^ (wide >> 4) ^ (wide >> 5) ^ (wide >> 6) ^ (wide >> 7)) & 0xff;
}

/** A function of one over an element of GF(16), by the element. */
const ofInverse = (map: (inverse: number) => number): number[] =>
  from0to(16).map((a) => (a === 0 ? 0 : map(inverse16(a))));

// With j = i + k and N = ij + norm k^2, the inverse of i + k t is (j + k t) / N. Let u = 1/(1/i +
// 1/(norm k)) + j and v = 1/(1/j + 1/(norm k)) + i. Then 1/u + 1/v = k/N and norm/u + (norm + 1)/v
// = j/N: each half is a table.
const halfU = (inverse: number): number => affine(times(embed(inverse), embed(norm) ^ t));
const halfV = (inverse: number): number => affine(times(embed(inverse), embed(norm) ^ 1 ^ t));

/** The constant of the S-box, in both forms. MixColumns does not change it. */
export const AFFINE = 0x63;
export const SPLIT_AFFINE = split(AFFINE);

/**
 * Tables of 16 bytes, in the order in which they lie in memory. "Split" bytes hold i in the high
 * and k in the low half.
 */
export const TABLES = {
  /** Split form of a byte, by its low and its high half. */
  splitLow: from0to(16).map(split),
  splitHigh: from0to(16).map((a) => split(a * 16)),
  /** 1/a. */
  inverse: from0to(16).map((a) => (a === 0 ? INFINITY : inverse16(a))),
  /** 1/(norm a). */
  inverseNorm: from0to(16).map((a) => (a === 0 ? INFINITY : inverse16(times16(norm, a)))),
  /** The S-box's two halves, split. */
  boxU: ofInverse((a) => split(halfU(a))),
  boxV: ofInverse((a) => split(halfV(a))),
  /** The same, twice as much. */
  doubleU: ofInverse((a) => split(times(2, halfU(a)))),
  doubleV: ofInverse((a) => split(times(2, halfV(a)))),
  /** The same as bytes of AES. */
  plainU: ofInverse(halfU),
  plainV: ofInverse(halfV),
} as const;
