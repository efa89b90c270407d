// SPDX-License-Identifier: Apache-2.0
function bigEndian(value: number, out: Uint8Array, at: number): Uint8Array {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return out;
}

function littleEndian(value: number, out: Uint8Array, at: number): Uint8Array {
  out[at] = value;
  out[at + 1] = value >>> 8;
  out[at + 2] = value >>> 16;
  out[at + 3] = value >>> 24;
  return out;
}

const low = (value: bigint): number => Number(value & 0xffffffffn);

/** 8 bytes big-endian of an unsigned 64-bit integer; higher bits are dropped. */
export const beU64 = (value: bigint): Uint8Array =>
  bigEndian(low(value), bigEndian(low(value >> 32n), new Uint8Array(8), 0), 4);

/** 8 bytes little-endian of an unsigned 64-bit integer; higher bits are dropped. */
export const leU64 = (value: bigint): Uint8Array =>
  littleEndian(low(value >> 32n), littleEndian(low(value), new Uint8Array(8), 0), 4);

/** 4 bytes big-endian; the value is taken modulo 2^32. */
export const beU32 = (value: number): Uint8Array => bigEndian(value, new Uint8Array(4), 0);

/** 4 bytes little-endian; the value is taken modulo 2^32. */
export const leU32 = (value: number): Uint8Array => littleEndian(value, new Uint8Array(4), 0);

/** 2 bytes little-endian; the value is taken modulo 2^16. */
export function leU16(value: number): Uint8Array {
  const out = new Uint8Array(2);
  out[0] = value;
  out[1] = value >>> 8;
  return out;
}

// Cost: byte by byte, because making a DataView takes ten times as long as reading a number.

function assertInside(bytes: Uint8Array, at: number, length: number): void {
  if (at < 0 || at + length > bytes.length) throw new RangeError("a number is read past the end of its bytes");
}

const word = (a: number, b: number, c: number, d: number): number => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;

/** Reads 4 bytes big-endian at `at`; a RangeError past the end. */
export function readBeU32(bytes: Uint8Array, at = 0): number {
  assertInside(bytes, at, 4);
  return word(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number, bytes[at + 3] as number);
}

/** Reads 4 bytes little-endian at `at`; a RangeError past the end. */
export function readLeU32(bytes: Uint8Array, at = 0): number {
  assertInside(bytes, at, 4);
  return word(bytes[at + 3] as number, bytes[at + 2] as number, bytes[at + 1] as number, bytes[at] as number);
}

/** Reads 2 bytes little-endian at `at`; a RangeError past the end. */
export function readLeU16(bytes: Uint8Array, at = 0): number {
  assertInside(bytes, at, 2);
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** Below it the number of both words is exact. */
const MAX_EXACT_HIGH = 0x20_0000;

const joined = (high: number, low: number): bigint =>
  high < MAX_EXACT_HIGH ? BigInt(high * 0x1_0000_0000 + low) : (BigInt(high) << 32n) | BigInt(low);

/** Reads 8 bytes big-endian at `at`; a RangeError past the end. */
export const readBeU64 = (bytes: Uint8Array, at = 0): bigint => joined(readBeU32(bytes, at), readBeU32(bytes, at + 4));

/** Reads 8 bytes little-endian at `at`; a RangeError past the end. */
export const readLeU64 = (bytes: Uint8Array, at = 0): bigint => joined(readLeU32(bytes, at + 4), readLeU32(bytes, at));
