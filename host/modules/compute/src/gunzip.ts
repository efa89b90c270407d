import { Inflate } from "fflate";

/** Bytes of input at once: at the best ratio that deflate has (1032) it makes 4 MiB of output before the limit is looked at. */
const STEP = 4096;
const TRAILER = 8;
const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

/** End of the gzip header (RFC 1952, 2.3); undefined when it is cut or has a flag that must be zero. */
function headerEnd(bytes: Uint8Array): number | undefined {
  const flags = bytes[3];
  if (bytes.length < 10 || flags === undefined || (flags & 0xe0) !== 0) return undefined;
  let at = 10;
  if ((flags & Flag.extra) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const flag of [Flag.name, Flag.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  return (flags & Flag.headerCrc) === 0 ? at : at + 2;
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

/** Inflates until the limit is passed; undefined for a stream that is not deflate. */
function inflate(stream: Uint8Array, limit: number): Uint8Array | "too long" | undefined {
  const out = new Uint8Array(limit);
  let length = 0;
  const inflater = new Inflate((chunk) => {
    if (length + chunk.length <= limit) out.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < stream.length && length <= limit; at += STEP) {
      inflater.push(stream.subarray(at, at + STEP), at + STEP >= stream.length);
    }
  } catch {
    // fflate throws plain errors, and only for malformed streams.
    return undefined;
  }
  return length > limit ? "too long" : out.subarray(0, length);
}

/**
 * Unpacks one gzip member of at most `limit` bytes, checking its sum and its length; undefined when it is malformed or
 * anything follows it. Cost: linear in the input plus the limit, whatever the input would unpack to.
 */
export function gunzip(bytes: Uint8Array, limit: number): Uint8Array | "too long" | undefined {
  const from = headerEnd(bytes);
  const to = bytes.length - TRAILER;
  if (from === undefined || from >= to) return undefined;
  const out = inflate(bytes.subarray(from, to), limit);
  if (typeof out === "string" || out === undefined) return out;
  return le32(bytes, to) === crc32(out) && le32(bytes, to + 4) === out.length ? out : undefined;
}
