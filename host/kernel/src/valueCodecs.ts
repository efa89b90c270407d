// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { decode, encode, OWN_BYTES, ProtoReader, ProtoWriter } from "@sotto/codec";
import { assert } from "@sotto/errors";
import { type Dec, dec } from "@sotto/math";
import { type Frozen, frozen } from "./frozen.ts";
import { boolKey, type KeyCodec, textKey, timeKey, u64Key } from "./keyCodecs.ts";

export interface ValueCodec<V> {
  encode(value: Frozen<V>): Uint8Array;
  decode(raw: Uint8Array): Frozen<V>;
}

/** Raw bytes (collections.BytesValue). */
export const rawValue: ValueCodec<Uint8Array> = { encode: (v) => v, decode: (raw) => raw };

/** A value with the bytes that it has as the last part of a key (collections KeyToValueCodec). */
export function asValue<K>(key: KeyCodec<K>): ValueCodec<K> {
  return {
    encode(value) {
      // A key is bytes, text, numbers or a tuple of them: a frozen key is the same. Values live
      // long, so the array does not come from `alloc`.
      const plain = value as K;
      const out = new Uint8Array(key.size(plain));
      key.write(plain, out, 0);
      return out;
    },
    decode(raw) {
      const value = key.decode(raw);
      assert(key.size(value) === raw.length, "a row is longer or shorter than its value");
      // As above.
      return value as Frozen<K>;
    },
  };
}

/** 8 bytes big-endian (collections.Uint64Value). */
export const u64Value: ValueCodec<bigint> = asValue(u64Key);
/** UTF-8 (collections.StringValue). */
export const textValue: ValueCodec<string> = asValue(textKey);
/** One byte, 00 or 01 (collections.BoolValue). */
export const boolValue: ValueCodec<boolean> = asValue(boolKey);
/** 29 bytes of text. */
export const timeValue: ValueCodec<bigint> = asValue(timeKey);

const mustAscii = (raw: Uint8Array): string => {
  const text = toUtf8(raw);
  assert(text !== undefined, "a row of a number is not UTF-8 text");
  return text;
};

/** An integer as decimal text (SDK IntValue: `math.Int` marshals so). */
export const intValue: ValueCodec<bigint> = {
  encode: (v) => fromUtf8(String(v)),
  decode: (raw) => BigInt(mustAscii(raw)),
};

/**
 * A number with 18 places, as decimal text of the integer that is 10^18 times as large (SDK
 * LegacyDecValue).
 */
export const decimalValue: ValueCodec<Dec> = {
  encode: (v) => fromUtf8(dec.encode(v)),
  decode(raw) {
    const value = dec.decode(mustAscii(raw));
    assert(value !== undefined, "a row holds text that is not a decimal");
    return value;
  },
};

/** google.protobuf.BoolValue: no bytes for false (SDK codec.BoolValue). */
export const protoBoolValue: ValueCodec<boolean> = {
  encode: (v) => (v ? Uint8Array.of(0x08, 1) : new Uint8Array(0)),
  decode: (raw) => raw.length > 0,
};

/** Tag of field 1 with a number. */
const NUMBER_TAG = 0x08;

/** google.protobuf.Int64Value: no bytes for zero (gogoproto types.Int64Value). */
export const protoInt64Value: ValueCodec<bigint> = {
  encode: (v) => new ProtoWriter(11).int64(1, v).finish(),
  decode(raw) {
    const reader = new ProtoReader(raw);
    let value = 0n;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === NUMBER_TAG) value = reader.int64();
      else reader.skip(tag);
    }
    return value;
  },
};

/** Tag of field 1 with bytes. */
const BYTES_TAG = 0x0a;

/** google.protobuf.BytesValue: nothing for no bytes (gogoproto types.BytesValue). */
export const protoBytesValue: ValueCodec<Uint8Array> = {
  encode: (v) => new ProtoWriter(v.length + 6).bytes(1, v).finish(),
  decode(raw) {
    const reader = new ProtoReader(raw);
    let value = new Uint8Array(0);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === BYTES_TAG) value = new Uint8Array(reader.bytes());
      else reader.skip(tag);
    }
    return value;
  },
};

/**
 * No content, for rows that consist of their key. Content of old rows is ignored
 * (collections.WithKeySetUncheckedValue).
 */
export const emptyValue: ValueCodec<true> = { encode: () => new Uint8Array(0), decode: () => true };

/** Rows that a codec keeps decoded: parameters or accounts of one transaction. */
const KEPT = 4;

/**
 * A protobuf message. Decoding drops unknown fields of stored bytes. The codec keeps the last rows
 * that it read in decoded form, because one transaction reads the same parameters and accounts
 * several times; readers share these values, so they are `Frozen`. With `keepWritten` it also keeps
 * written values, which must equal their decoded bytes and have no unknown fields.
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
      // Encoding does not change the message.
      const message = v as MessageShape<D>;
      const raw = encode(schema, message);
      if (keepWritten) keep(raw, frozen(message));
      return raw;
    },
    decode(raw) {
      // The stores return the same object for an unchanged row, and no reader may change its bytes
      // (KvRead).
      for (const row of kept) if (row.raw === raw) return row.value;
      const value = frozen(decode(schema, raw, "drop", OWN_BYTES));
      keep(raw, value);
      return value;
    },
  };
}
