import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { beU64, concat, fromUtf8, readBeU64, toUtf8 } from "@sotto/bytes";
import { dayOfDate, decode, encode, formatDateTime, OWN_BYTES } from "@sotto/codec";
import { assert } from "@sotto/errors";
import { type Frozen, frozen } from "./frozen.ts";

export interface ValueCodec<V> {
  encode(value: Frozen<V>): Uint8Array;
  decode(raw: Uint8Array): Frozen<V>;
}

/** A key, or a part of one. A part that is not the last must tell where it ends (cosmossdk.io/collections codecs). */
export interface KeyCodec<K> {
  encode(key: K): Uint8Array;
  decode(raw: Uint8Array): K;
  encodePart(key: K): Uint8Array;
  /** The part at the beginning of `raw` and its length in bytes. */
  decodePart(raw: Uint8Array): readonly [key: K, length: number];
}

const lengthPrefixed = (bytes: Uint8Array) => {
  assert(bytes.length < 256, "a length-prefixed key part is at most 255 bytes");
  return concat(Uint8Array.of(bytes.length), bytes);
};

/** Raw bytes; as a part, behind one byte of length (SDK address keys). */
export const addressKey: KeyCodec<Uint8Array> = {
  encode: (key) => key,
  decode: (raw) => raw,
  encodePart: lengthPrefixed,
  decodePart: (raw) => [raw.subarray(1, 1 + (raw[0] ?? 0)), 1 + (raw[0] ?? 0)],
};

/** Raw bytes behind one byte of length, also at the end of a key (`LengthPrefixedAddressKey`). */
export const prefixedAddressKey: KeyCodec<Uint8Array> = {
  encode: lengthPrefixed,
  decode: (raw) => raw.subarray(1),
  encodePart: lengthPrefixed,
  decodePart: addressKey.decodePart,
};

const must = (text: string | undefined): string => {
  assert(text !== undefined, "state holds text that is not UTF-8");
  return text;
};

/** UTF-8 text; as a part, ended by a zero byte. */
export const textKey: KeyCodec<string> = {
  encode: fromUtf8,
  decode: (raw) => must(toUtf8(raw)),
  encodePart: (key) => concat(fromUtf8(key), Uint8Array.of(0)),
  decodePart(raw) {
    const end = raw.indexOf(0);
    assert(end >= 0, "a text key part has no end");
    return [must(toUtf8(raw.subarray(0, end))), end + 1];
  },
};

/** 8 bytes big-endian. */
export const u64Key: KeyCodec<bigint> = {
  encode: beU64,
  decode: (raw) => readBeU64(raw),
  encodePart: beU64,
  decodePart: (raw) => [readBeU64(raw), 8],
};

const DAY_NS = 86_400_000_000_000n;
const SECOND_NS = 1_000_000_000n;
const TIME_LENGTH = 29;

function encodeTime(time: bigint): Uint8Array {
  const day = time >= 0n ? time / DAY_NS : (time - DAY_NS + 1n) / DAY_NS;
  const inDay = time - day * DAY_NS;
  const text = formatDateTime(Number(day), Number(inDay / SECOND_NS));
  assert(text.length === TIME_LENGTH - 10, "a time key is within the years 0 to 9999");
  return fromUtf8(`${text}.${String(inDay % SECOND_NS).padStart(9, "0")}`);
}

function decodeTime(raw: Uint8Array): bigint {
  const text = must(toUtf8(raw));
  const number = (from: number, to: number): number => Number(text.slice(from, to));
  const day = dayOfDate(number(0, 4), number(5, 7), number(8, 10));
  const second = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
  return BigInt(day) * DAY_NS + BigInt(second) * SECOND_NS + BigInt(text.slice(20));
}

/**
 * A time in nanoseconds since 1970, as 29 bytes of text in the order of time: `2006-01-02T15:04:05.000000000` in UTC (SDK
 * types/utils.go, SortableTimeFormat).
 */
export const timeKey: KeyCodec<bigint> = {
  encode: encodeTime,
  decode: decodeTime,
  encodePart: encodeTime,
  decodePart: (raw) => [decodeTime(raw.subarray(0, TIME_LENGTH)), TIME_LENGTH],
};

/** Two parts, one after the other. */
export function pair<A, B>(first: KeyCodec<A>, second: KeyCodec<B>): KeyCodec<readonly [A, B]> {
  return {
    encode: ([a, b]) => concat(first.encodePart(a), second.encode(b)),
    decode(raw) {
      const [a, length] = first.decodePart(raw);
      return [a, second.decode(raw.subarray(length))];
    },
    encodePart: ([a, b]) => concat(first.encodePart(a), second.encodePart(b)),
    decodePart(raw) {
      const [a, first_] = first.decodePart(raw);
      const [b, second_] = second.decodePart(raw.subarray(first_));
      return [[a, b], first_ + second_];
    },
  };
}

export const rawValue: ValueCodec<Uint8Array> = { encode: (v) => v, decode: (raw) => raw };
/** 8 bytes big-endian. */
export const u64Value: ValueCodec<bigint> = { encode: beU64, decode: (raw) => readBeU64(raw) };
/** An integer as decimal text, as `math.Int` marshals. */
export const intValue: ValueCodec<bigint> = {
  encode: (v) => fromUtf8(String(v)),
  decode: (raw) => BigInt(must(toUtf8(raw))),
};
/** google.protobuf.BoolValue: nothing for false (SDK codec.BoolValue). */
export const boolValue: ValueCodec<boolean> = {
  encode: (v) => (v ? Uint8Array.of(0x08, 1) : new Uint8Array(0)),
  decode: (raw) => raw.length > 0,
};
/** No content: the key says it all. */
export const emptyValue: ValueCodec<true> = { encode: () => new Uint8Array(0), decode: () => true };

/** Rows that a codec keeps decoded: parameters or accounts of one transaction. */
const KEPT = 4;

/**
 * A protobuf message. Unknown fields of stored bytes are dropped: state never passes them on. The last rows read are kept
 * decoded, because one transaction reads the same parameters and the same accounts several times: values are shared, so they are
 * `Frozen`. With `keepWritten` so are rows written: values that decoding their bytes would give again,
 * without unknown fields.
 */
export function protoValue<D extends DescMessage>(schema: D, keepWritten = false): ValueCodec<MessageShape<D>> {
  const kept: { readonly raw: Uint8Array; readonly value: Frozen<MessageShape<D>> }[] = [];
  let next = 0;
  const keep = (raw: Uint8Array, value: Frozen<MessageShape<D>>): void => {
    kept[next] = { raw, value };
    next = (next + 1) % KEPT;
  };
  return {
    encode(v) {
      // Writing the bytes changes nothing of the message.
      const message = v as MessageShape<D>;
      const raw = encode(schema, message);
      if (keepWritten) keep(raw, frozen(message));
      return raw;
    },
    decode(raw) {
      // The stores give the same object for a row that did not change, and nobody may change its bytes (KvRead).
      for (const row of kept) if (row.raw === raw) return row.value;
      const value = frozen(decode(schema, raw, "drop", OWN_BYTES));
      keep(raw, value);
      return value;
    },
  };
}
