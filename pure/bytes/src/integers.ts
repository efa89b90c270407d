const scratch = new DataView(new ArrayBuffer(8));

function take(length: number): Uint8Array {
  return new Uint8Array(scratch.buffer.slice(0, length));
}

/** 8 bytes big-endian of an unsigned 64-bit integer; higher bits are dropped. */
export function beU64(value: bigint): Uint8Array {
  scratch.setBigUint64(0, value, false);
  return take(8);
}

/** 8 bytes little-endian of an unsigned 64-bit integer; higher bits are dropped. */
export function leU64(value: bigint): Uint8Array {
  scratch.setBigUint64(0, value, true);
  return take(8);
}

/** 4 bytes big-endian; the value is taken modulo 2^32. */
export function beU32(value: number): Uint8Array {
  scratch.setUint32(0, value, false);
  return take(4);
}

/** 4 bytes little-endian; the value is taken modulo 2^32. */
export function leU32(value: number): Uint8Array {
  scratch.setUint32(0, value, true);
  return take(4);
}

/** 2 bytes little-endian; the value is taken modulo 2^16. */
export function leU16(value: number): Uint8Array {
  scratch.setUint16(0, value, true);
  return take(2);
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
