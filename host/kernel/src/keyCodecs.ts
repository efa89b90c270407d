// SPDX-License-Identifier: Apache-2.0
import { alloc, beU64, copyBytes, fromUtf8, readBeU32, readBeU64, toUtf8 } from "@sotto/bytes";
import { dayOfDate, formatDateTime } from "@sotto/codec";
import { assert, plainError } from "@sotto/errors";

/** The first parts of a key of several parts, or all of it. Any other key is one part. */
export type Leading<K> = K extends readonly [...infer Head, unknown]
  ? Head extends readonly [unknown, ...unknown[]]
    ? K | Leading<Readonly<Head>>
    : K
  : K;

/**
 * The bytes of a key. `size` is the number of bytes that `write` writes; `write` returns the
 * position after them.
 */
interface KeyForm<K> {
  size(key: K): number;
  write(key: K, out: Uint8Array, at: number): number;
  decode(raw: Uint8Array): K;
  /**
   * For a part that is not the last one, so its bytes must show their end. Absent: the form of the
   * last part.
   */
  sizePart?(key: K): number;
  writePart?(key: K, out: Uint8Array, at: number): number;
  /** The part at the beginning of `raw`, and its length in bytes. */
  decodePart(raw: Uint8Array): readonly [key: K, length: number];
}

/**
 * A key, or a part of one (cosmossdk.io/collections, codec). Sizes and encodings throw a plain
 * error for a key without such a form, as collections does.
 */
export interface KeyCodec<K> extends Required<KeyForm<K>> {
  encode(key: K): Uint8Array;
  encodePart(key: K): Uint8Array;
  /** The first bytes of all keys with these first parts; for all parts the whole key. */
  encodeLeading(parts: Leading<K>): Uint8Array;
}

const withBytes = <K>(form: KeyForm<K>, encodeLeading?: (parts: Leading<K>) => Uint8Array): KeyCodec<K> => {
  const { sizePart = form.size, writePart = form.write } = form;
  const encode = (key: K): Uint8Array => {
    const out = alloc(form.size(key));
    form.write(key, out, 0);
    return out;
  };
  return {
    ...form,
    sizePart,
    writePart,
    encode,
    encodePart(key) {
      const out = alloc(sizePart(key));
      writePart(key, out, 0);
      return out;
    },
    // A key of one part has only itself as leading parts.
    encodeLeading: encodeLeading ?? ((parts) => encode(parts as K)),
  };
};

const noForm = (text: string) => plainError(`collections: encoding error: ${text}`);

/** Up to this many bytes a loop is faster than the engine's copy. */
const SHORT = 48;

function put(bytes: Uint8Array, out: Uint8Array, at: number): number {
  if (bytes.length > SHORT) out.set(bytes, at);
  else for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i] as number;
  return at + bytes.length;
}

const sizePrefixed = (key: Uint8Array): number => {
  if (key.length > 255) throw noForm(`a part of a key has at most 255 bytes, not ${key.length}`);
  return 1 + key.length;
};
const writePrefixed = (key: Uint8Array, out: Uint8Array, at: number): number => {
  out[at] = key.length;
  return put(key, out, at + 1);
};
const readPrefixed = (raw: Uint8Array): readonly [Uint8Array, number] => {
  const end = 1 + (raw[0] as number);
  assert(raw.length >= end, "a length-prefixed part of a key is truncated");
  return [raw.subarray(1, end), end];
};

/**
 * Raw bytes; as a part, after one byte of length (collections.BytesKey; the SDK's address keys).
 */
export const addressKey: KeyCodec<Uint8Array> = withBytes({
  size: (key) => key.length,
  write: put,
  decode: (raw) => raw,
  sizePart: sizePrefixed,
  writePart: writePrefixed,
  decodePart: readPrefixed,
});

/**
 * Raw bytes after one byte of length, also at the end of a key (SDK LengthPrefixedAddressKey,
 * address.MustLengthPrefix).
 */
export const prefixedAddressKey: KeyCodec<Uint8Array> = withBytes({
  size: sizePrefixed,
  write: writePrefixed,
  decode: (raw) => readPrefixed(raw)[0],
  decodePart: readPrefixed,
});

/**
 * Bytes of a fixed length, without a terminator. Bytes of another length are written unchanged.
 */
export const fixedKey = (length: number): KeyCodec<Uint8Array> =>
  withBytes({
    size: (key) => key.length,
    write: put,
    decode: (raw) => raw,
    decodePart: (raw) => [raw.subarray(0, length), length],
  });

const mustText = (raw: Uint8Array): string => {
  const text = toUtf8(raw);
  assert(text !== undefined, "a key holds text that is not UTF-8");
  return text;
};

/** Writes ASCII text; returns false for other text. */
function writeAscii(text: string, out: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    out[at + i] = code;
  }
  return true;
}

function sizeUtf8(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return fromUtf8(text).length;
  return text.length;
}

/**
 * UTF-8 text; as a part, ended by a zero byte (collections.StringKey).
 * Hazard: in a part, collections writes the first byte of each character and zeros in place of its
 * other bytes (v0.4.0, codec/string.go). Such a part cannot be read back. Here a part that is not
 * ASCII is refused.
 */
export const textKey: KeyCodec<string> = withBytes({
  size: sizeUtf8,
  write: (text, out, at) => (writeAscii(text, out, at) ? at + text.length : put(fromUtf8(text), out, at)),
  decode: mustText,
  sizePart(text) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0) throw noForm("a text with a zero byte cannot be a part of a key");
      if (code > 127) throw noForm("a text that is not ASCII cannot be a part of a key");
    }
    return text.length + 1;
  },
  writePart(text, out, at) {
    writeAscii(text, out, at);
    out[at + text.length] = 0;
    return at + text.length + 1;
  },
  decodePart(raw) {
    const end = raw.indexOf(0);
    assert(end >= 0, "a text part of a key has no end");
    return [mustText(raw.subarray(0, end)), end + 1];
  },
});

/** A key of `length` bytes at every position in a tuple. */
const ofLength = <K>(
  length: number,
  write: (key: K, out: Uint8Array, at: number) => void,
  read: (raw: Uint8Array) => K,
): KeyCodec<K> =>
  withBytes({
    size: () => length,
    write(key, out, at) {
      write(key, out, at);
      return at + length;
    },
    decode: read,
    decodePart: (raw) => [read(raw), length],
  });

const writeU16 = (value: number, out: Uint8Array, at: number): void => {
  out[at] = value >>> 8;
  out[at + 1] = value;
};
const writeU32 = (value: number, out: Uint8Array, at: number): void => {
  writeU16(value >>> 16, out, at);
  writeU16(value, out, at + 2);
};
const writeU64 = (value: bigint, out: Uint8Array, at: number): void => {
  writeU32(Number((value >> 32n) & 0xffffffffn), out, at);
  writeU32(Number(value & 0xffffffffn), out, at + 4);
};

/** One byte, 00 or 01 (collections.BoolKey). */
export const boolKey: KeyCodec<boolean> = ofLength(
  1,
  (key, out, at) => {
    out[at] = key ? 1 : 0;
  },
  (raw) => {
    const byte = raw[0] as number;
    assert(byte <= 1, "a key holds a boolean other than 00 and 01");
    return byte === 1;
  },
);

/** 2 bytes big-endian (collections.Uint16Key). Higher bits are dropped, here and below. */
export const u16Key: KeyCodec<number> = ofLength(2, writeU16, (raw) => (raw[0] as number) * 256 + (raw[1] as number));
/** 4 bytes big-endian (collections.Uint32Key). */
export const u32Key: KeyCodec<number> = ofLength(4, writeU32, (raw) => readBeU32(raw));
/** 8 bytes big-endian (collections.Uint64Key). */
export const u64Key: KeyCodec<bigint> = ofLength(8, writeU64, (raw) => readBeU64(raw));

/**
 * 4 bytes big-endian with an inverted sign bit, in the order of the numbers
 * (collections.Int32Key).
 */
export const i32Key: KeyCodec<number> = ofLength(
  4,
  (key, out, at) => writeU32(key ^ 0x8000_0000, out, at),
  (raw) => (readBeU32(raw) ^ 0x8000_0000) | 0,
);
const SIGN = 1n << 63n;
/** 8 bytes big-endian with an inverted sign bit (collections.Int64Key). */
export const i64Key: KeyCodec<bigint> = ofLength(
  8,
  (key, out, at) => writeU64(key + SIGN, out, at),
  (raw) => readBeU64(raw) - SIGN,
);

const DAY_NS = 86_400_000_000_000n;
const SECOND_NS = 1_000_000_000n;
const TIME_LENGTH = 29;

function timeText(time: bigint): string {
  const day = time >= 0n ? time / DAY_NS : (time - DAY_NS + 1n) / DAY_NS;
  const inDay = time - day * DAY_NS;
  const text = `${formatDateTime(Number(day), Number(inDay / SECOND_NS))}.${String(inDay % SECOND_NS).padStart(9, "0")}`;
  assert(text.length === TIME_LENGTH, "a time key is within the years 0 to 9999");
  return text;
}

function readTime(raw: Uint8Array): bigint {
  const text = mustText(raw.subarray(0, TIME_LENGTH));
  const number = (from: number, to: number): number => Number(text.slice(from, to));
  const day = dayOfDate(number(0, 4), number(5, 7), number(8, 10));
  const second = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
  return BigInt(day) * DAY_NS + BigInt(second) * SECOND_NS + BigInt(text.slice(20));
}

/**
 * A time in nanoseconds since 1970, as 29 bytes of text in the order of time:
 * `2006-01-02T15:04:05.000000000` in UTC (SDK TimeKey and FormatTimeBytes: types/collections.go,
 * types/utils.go SortableTimeFormat).
 */
export const timeKey: KeyCodec<bigint> = ofLength(
  TIME_LENGTH,
  (key, out, at) => void writeAscii(timeText(key), out, at),
  readTime,
);

/**
 * A time as text, after its length in 8 bytes big-endian (x/staking types/keys.go,
 * GetValidatorQueueKey).
 */
export const framedTimeKey: KeyCodec<bigint> = ofLength(
  8 + TIME_LENGTH,
  (key, out, at) => {
    writeU64(BigInt(TIME_LENGTH), out, at);
    timeKey.write(key, out, at + 8);
  },
  (raw) => readTime(raw.subarray(8)),
);

/**
 * 8 bytes little-endian: not in the order of the numbers (x/distribution and x/slashing
 * types/keys.go).
 */
export const leU64Key: KeyCodec<bigint> = ofLength(
  8,
  (key, out, at) => void out.subarray(at, at + 8).set(beU64(key).reverse()),
  (raw) => readBeU64(copyBytes(raw, 0, 8).reverse()),
);

const invert = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => ~byte);

/**
 * A prefixed address with inverted bits, so that smaller addresses come later (x/staking
 * types/keys.go, power index).
 */
export const invertedAddressKey: KeyCodec<Uint8Array> = withBytes({
  size: sizePrefixed,
  write: (key, out, at) => writePrefixed(invert(key), out, at),
  decode: (raw) => invert(readPrefixed(raw)[0]),
  decodePart(raw) {
    const [bytes, length] = readPrefixed(raw);
    return [invert(bytes), length];
  },
});

type Codecs<K extends readonly unknown[]> = { readonly [I in keyof K]: KeyCodec<K[I]> };

/**
 * Several parts, one after the other: Pair and Triple of collections. A longer tuple has the bytes
 * of nested pairs.
 */
export function tuple<K extends readonly unknown[]>(...codecs: Codecs<K>): KeyCodec<Readonly<K>> {
  // The codec at a position is that of the part at this position.
  const list = codecs as readonly KeyCodec<K[number]>[];
  const last = list.length - 1;
  const end = list[last] as KeyCodec<K[number]>;
  const sizeOf = (key: readonly K[number][], parts: number): number => {
    let size = 0;
    for (let i = 0; i < parts; i++) size += (list[i] as KeyCodec<K[number]>).sizePart(key[i] as K[number]);
    return size;
  };
  const writeOf = (key: readonly K[number][], parts: number, out: Uint8Array, at: number): number => {
    let to = at;
    for (let i = 0; i < parts; i++) to = (list[i] as KeyCodec<K[number]>).writePart(key[i] as K[number], out, to);
    return to;
  };
  const decodeOf = (raw: Uint8Array, isPart: boolean): readonly [K, number] => {
    const parts: K[number][] = [];
    let at = 0;
    for (let i = 0; i <= last; i++) {
      const codec = list[i] as KeyCodec<K[number]>;
      const rest = at === 0 ? raw : raw.subarray(at);
      const [part, length] = isPart || i < last ? codec.decodePart(rest) : [codec.decode(rest), rest.length];
      parts.push(part);
      at += length;
    }
    // One part of each codec, in their order.
    return [parts as readonly unknown[] as K, at];
  };
  const form: KeyForm<Readonly<K>> = {
    size: (key) => sizeOf(key, last) + end.size(key[last] as K[number]),
    write: (key, out, at) => end.write(key[last] as K[number], out, writeOf(key, last, out, at)),
    decode: (raw) => decodeOf(raw, false)[0],
    sizePart: (key) => sizeOf(key, list.length),
    writePart: (key, out, at) => writeOf(key, list.length, out, at),
    decodePart: (raw) => decodeOf(raw, true),
  };
  const codec: KeyCodec<Readonly<K>> = withBytes(form, (leading) => {
    // The first parts of a key of this type, or all of them.
    const parts = leading as readonly K[number][];
    if (parts.length === list.length) return codec.encode(parts as readonly unknown[] as K);
    const out = alloc(sizeOf(parts, parts.length));
    writeOf(parts, parts.length, out, 0);
    return out;
  });
  return codec;
}

/** Two parts (collections.PairKeyCodec). */
export const pair = <A, B>(first: KeyCodec<A>, second: KeyCodec<B>): KeyCodec<readonly [A, B]> =>
  tuple<readonly [A, B]>(first, second);

/** Three parts (collections.TripleKeyCodec). */
export const triple = <A, B, C>(
  first: KeyCodec<A>,
  second: KeyCodec<B>,
  third: KeyCodec<C>,
): KeyCodec<readonly [A, B, C]> => tuple<readonly [A, B, C]>(first, second, third);
