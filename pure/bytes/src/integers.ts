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

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Reads 8 bytes big-endian at `at`; a RangeError past the end. */
export const readBeU64 = (bytes: Uint8Array, at = 0): bigint => view(bytes).getBigUint64(at, false);
/** Reads 8 bytes little-endian at `at`; a RangeError past the end. */
export const readLeU64 = (bytes: Uint8Array, at = 0): bigint => view(bytes).getBigUint64(at, true);
/** Reads 4 bytes big-endian at `at`; a RangeError past the end. */
export const readBeU32 = (bytes: Uint8Array, at = 0): number => view(bytes).getUint32(at, false);
/** Reads 4 bytes little-endian at `at`; a RangeError past the end. */
export const readLeU32 = (bytes: Uint8Array, at = 0): number => view(bytes).getUint32(at, true);
/** Reads 2 bytes little-endian at `at`; a RangeError past the end. */
export const readLeU16 = (bytes: Uint8Array, at = 0): number => view(bytes).getUint16(at, true);
