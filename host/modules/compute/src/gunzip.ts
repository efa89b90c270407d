// SPDX-License-Identifier: Apache-2.0
import { Z_FINISH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";

/** Raw deflate with the largest window, as zlib's inflateInit2 names it. */
const RAW = -15;
const TRAILER = 8;
const MAX_TEXT = 511;
const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * End of the gzip header (RFC 1952, 2.3) as Go's compress/gzip reads it: flags that must be zero
 * are ignored, names and comments have at most 511 bytes, a checksum of the header must match.
 * Undefined when it is malformed.
 */
function headerEnd(bytes: Uint8Array): number | undefined {
  const flags = bytes[3];
  if (bytes.length < 10 || flags === undefined) return undefined;
  let at = 10;
  if ((flags & Flag.extra) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const flag of [Flag.name, Flag.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0 || zero - at > MAX_TEXT) return undefined;
    at = zero + 1;
  }
  if ((flags & Flag.headerCrc) === 0) return at;
  const sum = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return at + 2 <= bytes.length && sum === (crc32(bytes.subarray(0, at)) & 0xffff) ? at + 2 : undefined;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = (CRC_TABLE[(c ^ (bytes[i] as number)) & 255] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const le32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

interface InflateResult {
  readonly out: Uint8Array;
  /**
   * Offset of the end of the stream in the input; undefined when the stream has more than `limit`
   * bytes.
   */
  readonly end: number | undefined;
}

/**
 * Inflates at most `limit` bytes of one deflate stream; undefined when it is malformed or
 * incomplete.
 */
function inflate(bytes: Uint8Array, from: number, limit: number): InflateResult | undefined {
  const stream = new ZStream();
  if (zlibInflateInit2(stream, RAW) !== Z_OK) return undefined;
  stream.input = bytes;
  stream.next_in = from;
  stream.avail_in = bytes.length - from;
  // One byte more than the limit: a stream that fills the buffer is longer than the limit.
  stream.output = new Uint8Array(limit + 1);
  stream.avail_out = stream.output.length;
  const status = zlibInflate(stream, Z_FINISH);
  if (stream.next_out > limit) return { out: stream.output.subarray(0, limit), end: undefined };
  return status === Z_STREAM_END ? { out: stream.output.subarray(0, stream.next_out), end: stream.next_in } : undefined;
}

/**
 * Unpacks the first gzip member, at most `limit` bytes of it; undefined when it is malformed.
 * Checksum and length are verified when the member ends within the limit. Bytes after the member
 * are ignored, as in the reference (x/compute ioutil.go: no multistream). Cost: linear in the input
 * plus the limit, independent of the unpacked size.
 */
export function gunzip(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  const from = headerEnd(bytes);
  if (from === undefined || from >= bytes.length) return undefined;
  const inflated = inflate(bytes, from, limit);
  if (inflated === undefined) return undefined;
  const { out, end } = inflated;
  if (end === undefined) return out;
  if (end + TRAILER > bytes.length) return undefined;
  return le32(bytes, end) === crc32(out) && le32(bytes, end + 4) === out.length ? out : undefined;
}
