// SPDX-License-Identifier: Apache-2.0
import { formatAddress, getAddress } from "@sotto/address";
import { Code, StatusError } from "@sotto/backend";
import { concat, fromBase64, fromUtf8, toBase64, toUtf8 } from "@sotto/bytes";
import {
  canonicalInteger,
  goJson,
  goJsonString,
  type Json,
  ProtoReader,
  ProtoWriter,
  parseDec,
  WireType,
} from "@sotto/codec";
import { dec } from "@sotto/math";

// Source of every rule and text: github.com/tendermint/go-amino v0.16.0, as cosmos-sdk v0.50.13
// uses it (codec/amino.go).

/** A value that amino cannot read or write. */
export const aminoFault = (message: string): StatusError => new StatusError(Code.unknown, message);

/**
 * A Go type as amino sees it: from JSON to the body of a value, and back. A body has no length of
 * its own.
 */
export interface AminoType {
  readonly wire: typeof WireType.varint | typeof WireType.bytes;
  /** Undefined stands for an absent value, null for a nil one. Throws StatusError. */
  encode(value: Json | undefined): Uint8Array;
  /** JSON text of a body. Throws StatusError, or the ChainError of a broken encoding. */
  decode(body: Uint8Array): string;
  /** JSON text of Go's zero value. */
  readonly zero: string;
}

export interface AminoField {
  /** From 1, by the place in the Go struct; not the number of protobuf. */
  readonly number: number;
  readonly name: string;
  readonly type: AminoType;
  /** Each element of a list stands in its own field, or packed if it is a number. */
  readonly list?: { readonly empty: "null" | "[]"; readonly pointers: boolean };
  readonly omitEmpty?: boolean;
  /** A nil pointer differs from a pointer to an empty value. */
  readonly pointer?: boolean;
}

const NOTHING = new Uint8Array(0);
const isNil = (value: Json | undefined): value is undefined | null => value === undefined || value === null;
const misfit = (value: Json, type: string): StatusError =>
  aminoFault(`json: cannot unmarshal ${goJson(value).slice(0, 64)} into Go value of type ${type}`);

const varint = (value: bigint): Uint8Array => new ProtoWriter(10).varint64(BigInt.asUintN(64, value)).finish();

export const stringType: AminoType = {
  wire: WireType.bytes,
  encode(value) {
    if (isNil(value)) return NOTHING;
    if (typeof value !== "string") throw misfit(value, "string");
    return fromUtf8(value);
  },
  decode(body) {
    const text = toUtf8(body);
    // Limit: Go accepts invalid UTF-8 and shows replacement characters.
    if (text === undefined) throw aminoFault("a string is not UTF-8");
    return goJsonString(text);
  },
  zero: '""',
};

export const bytesType: AminoType = {
  wire: WireType.bytes,
  encode(value) {
    if (isNil(value)) return NOTHING;
    const bytes = typeof value === "string" ? fromBase64(value) : undefined;
    if (bytes === undefined) throw misfit(value, "[]uint8");
    return bytes;
  },
  decode: (body) => (body.length === 0 ? "null" : `"${toBase64(body)}"`),
  zero: "null",
};

/** sdk.AccAddress: bytes, and bech32 in JSON. */
export const addressType: AminoType = {
  wire: WireType.bytes,
  encode(value) {
    if (isNil(value) || value === "") return NOTHING;
    const bytes = typeof value === "string" ? getAddress(value) : undefined;
    if (bytes === undefined) throw aminoFault(`decoding bech32 failed: ${goJson(value).slice(0, 128)}`);
    return bytes;
  },
  decode: (body) => (body.length === 0 ? '""' : `"${formatAddress(body)}"`),
  zero: '""',
};

/** math.Int: its decimal text, as bytes. */
export const intType: AminoType = {
  wire: WireType.bytes,
  encode(value) {
    // A nil Int is written as zero.
    if (isNil(value)) return fromUtf8("0");
    const text = typeof value === "string" ? canonicalInteger(value, "int") : undefined;
    if (text === undefined) throw misfit(value, "math.Int");
    return fromUtf8(text);
  },
  decode(body) {
    const text = body.length === 0 ? "0" : canonicalInteger(toUtf8(body) ?? "", "int");
    if (text === undefined) throw aminoFault("an Int is not a decimal number");
    return `"${text}"`;
  },
  zero: '"0"',
};

/** math.LegacyDec: the text of the value times 10^18, as bytes; with its point in JSON. */
export const decType: AminoType = {
  wire: WireType.bytes,
  encode(value) {
    if (isNil(value)) return fromUtf8("0");
    if (typeof value !== "string") throw misfit(value, "math.LegacyDec");
    return fromUtf8(parseDec(value));
  },
  decode(body) {
    const text = body.length === 0 ? "0" : canonicalInteger(toUtf8(body) ?? "", "dec");
    if (text === undefined) throw aminoFault("a LegacyDec is not a decimal number");
    return `"${dec.formatEncoded(text)}"`;
  },
  zero: "null",
};

export const boolType: AminoType = {
  wire: WireType.varint,
  encode(value) {
    if (isNil(value)) return varint(0n);
    if (typeof value !== "boolean") throw misfit(value, "bool");
    return varint(value ? 1n : 0n);
  },
  decode: (body) => String(new ProtoReader(body).bool()),
  zero: "false",
};

/** An integer; those of 64 bits are strings in JSON. */
export function integerType(signed: boolean, bits: 32 | 64): AminoType {
  const name = `${signed ? "" : "u"}int${bits}`;
  const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  const read = (value: Json): bigint => {
    if (bits === 32) return typeof value === "number" ? BigInt(value) : most + 1n;
    if (typeof value !== "string") {
      throw aminoFault(
        `invalid character -- Amino:JSON int/int64/uint/uint64 expects quoted values for javascript numeric support, got: ${goJson(value)}.`,
      );
    }
    return /^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : most + 1n;
  };
  return {
    wire: WireType.varint,
    encode(value) {
      if (isNil(value)) return varint(0n);
      const number = read(value);
      if (number < least || number > most) throw misfit(value, name);
      return varint(number);
    },
    decode(body) {
      const reader = new ProtoReader(body);
      const number = signed ? reader.int64() : reader.uint64();
      if (number < least || number > most) throw aminoFault(`${number} is no ${name}`);
      return bits === 64 ? `"${number}"` : String(number);
    },
    zero: bits === 64 ? '"0"' : "0",
  };
}

function writeField(w: ProtoWriter, { number, type }: AminoField, body: Uint8Array): void {
  if (type.wire === WireType.bytes) w.bytesAlways(number, body);
  else w.tag(number, WireType.varint).raw(body);
}

function encodeList(w: ProtoWriter, field: AminoField, value: Json): void {
  if (!Array.isArray(value)) throw misfit(value, "[]json.RawMessage");
  const items = (value as readonly Json[]).map((item) => field.type.encode(item));
  if (field.type.wire === WireType.bytes) for (const item of items) w.bytesAlways(field.number, item);
  else if (items.length > 0) w.bytesAlways(field.number, concat(...items));
}

/** A value that is not written, unless it is behind a pointer. */
const isEmptyBody = (body: Uint8Array): boolean => body.length === 0 || (body.length === 1 && body[0] === 0);

function encodeStruct(fields: readonly AminoField[], value: Json | undefined): Uint8Array {
  if (!isNil(value) && !(value instanceof Map)) throw misfit(value, "map[string]json.RawMessage");
  const w = new ProtoWriter();
  for (const field of fields) {
    const given = isNil(value) ? undefined : value.get(field.name);
    if (isNil(given) && (field.list !== undefined || field.pointer)) continue;
    if (field.list !== undefined) encodeList(w, field, given as Json);
    else {
      const body = field.type.encode(given);
      if (field.pointer || !isEmptyBody(body)) writeField(w, field, body);
    }
  }
  return w.finish();
}

/**
 * One item of a packed list, and one value of a field: the bytes of a varint, or those after a
 * length.
 */
const readBody = (r: ProtoReader, { type }: AminoField): Uint8Array =>
  type.wire === WireType.bytes ? r.bytesCopy() : varint(r.uint64());

/** The items count as fields of `r`, which has a bound of them: each byte can be one. */
function decodePacked(field: AminoField, r: ProtoReader): string[] {
  const body = r.bytesCopy();
  const items: string[] = [];
  let start = 0;
  body.forEach((byte, at) => {
    if (byte >= 0x80) return;
    r.countItem();
    items.push(field.type.decode(body.subarray(start, at + 1)));
    start = at + 1;
  });
  if (start !== body.length) throw aminoFault("error reading array contents: buffer too small");
  return items;
}

/** JSON texts of the present fields, by number; elements of a list one after the other. */
function decodeFields(fields: readonly AminoField[], body: Uint8Array): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const r = new ProtoReader(body);
  let last = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    const number = tag >>> 3;
    const field = fields.find((each) => each.number === number);
    const repeats = number === last && field?.list !== undefined;
    if (number < last || (number === last && !repeats)) {
      throw aminoFault(`encountered fieldnNum: ${number}, but we have already seen fnum: ${last}`);
    }
    last = number;
    if (field === undefined) {
      r.skip(tag);
      continue;
    }
    const wanted = field.list === undefined ? field.type.wire : WireType.bytes;
    if ((tag & 7) !== wanted) throw aminoFault(`expected field type ${wanted} for # ${number}, got ${tag & 7}`);
    const items = found.get(number) ?? [];
    found.set(number, items);
    if (field.list === undefined) items.push(field.type.decode(readBody(r, field)));
    else if (field.type.wire === WireType.varint) items.push(...decodePacked(field, r));
    else {
      const item = r.bytesCopy();
      items.push(item.length === 0 ? (field.list.pointers ? "null" : field.type.zero) : field.type.decode(item));
    }
  }
  return found;
}

/** A field as JSON; undefined where it is omitted. */
function fieldJson(field: AminoField, items: readonly string[] | undefined): string | undefined {
  const { name, type, list, omitEmpty = false, pointer = false } = field;
  const zero = list?.empty ?? (pointer ? "null" : type.zero);
  const json = items === undefined ? zero : list === undefined ? (items[0] ?? zero) : `[${items.join(",")}]`;
  return omitEmpty && json === zero ? undefined : `${goJsonString(name)}:${json}`;
}

/** A struct; its fields are resolved at first use. */
export function structType(declare: () => readonly AminoField[]): AminoType {
  let known: readonly AminoField[] | undefined;
  const fields = (): readonly AminoField[] => {
    known ??= declare();
    return known;
  };
  const decode = (body: Uint8Array): string => {
    const found = decodeFields(fields(), body);
    const shown = fields().map((field) => fieldJson(field, found.get(field.number)));
    return `{${shown.filter((each) => each !== undefined).join(",")}}`;
  };
  return {
    wire: WireType.bytes,
    encode: (value) => encodeStruct(fields(), value),
    decode,
    get zero() {
      return decode(NOTHING);
    },
  };
}

/** A type that is registered under a name, whose hash is in the bytes. */
export interface ConcreteType {
  readonly name: string;
  /** 4 bytes. */
  readonly prefix: Uint8Array;
  readonly type: AminoType;
  /** The body has its own length: types that amino handles as bytes. */
  readonly isBytes?: boolean;
}
