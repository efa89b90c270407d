// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, getOption, hasOption, ScalarType } from "@bufbuild/protobuf";
import { StatusError, upperHex } from "@sotto/backend";
import { concat, equals, fromUtf8 } from "@sotto/bytes";
import { type Json, ProtoReader, ProtoWriter, parseJson, WireType } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { name as aminoName, encoding } from "@sotto/proto/amino";
import { casttype, customtype, jsontag, nullable } from "@sotto/proto/gogoproto";
import { chainMessages } from "@sotto/tx";
import {
  type AminoField,
  type AminoType,
  addressType,
  aminoFault,
  boolType,
  bytesType,
  type ConcreteType,
  decType,
  integerType,
  intType,
  stringType,
  structType,
} from "./types.ts";

// The legacy transaction, which no chain of this SDK accepts any more: cosmos-sdk v0.50.13,
// x/auth/migrations/legacytx.

const int64 = integerType(true, 64);
const uint64 = integerType(false, 64);
const int32 = integerType(true, 32);
const uint32 = integerType(false, 32);

const SCALARS: Readonly<Partial<Record<ScalarType, AminoType>>> = {
  [ScalarType.STRING]: stringType,
  [ScalarType.BYTES]: bytesType,
  [ScalarType.BOOL]: boolType,
  [ScalarType.INT32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.UINT64]: uint64,
};

const CUSTOM: Readonly<Partial<Record<string, AminoType>>> = {
  "cosmossdk.io/math.Int": intType,
  "cosmossdk.io/math.LegacyDec": decType,
};

const structs = new WeakMap<DescMessage, AminoType>();

function structOf(schema: DescMessage): AminoType {
  let type = structs.get(schema);
  if (type === undefined) {
    type = structType(() => schema.fields.map(fieldOf));
    structs.set(schema, type);
  }
  return type;
}

function typeOf(desc: DescField): AminoType | undefined {
  const custom = getOption(desc, customtype);
  if (custom !== "") return CUSTOM[custom];
  if (getOption(desc, casttype).endsWith("/types.AccAddress")) return addressType;
  if (desc.message?.typeName === "google.protobuf.Duration") return int64;
  if (desc.message !== undefined) {
    return desc.message.typeName.startsWith("google.protobuf.") ? undefined : structOf(desc.message);
  }
  if (desc.enum !== undefined) return int32;
  return desc.scalar === undefined ? undefined : SCALARS[desc.scalar];
}

/**
 * A field of the struct that gogoproto generates: numbered by its place, with that struct's JSON
 * tag.
 */
function fieldOf(desc: DescField, place: number): AminoField {
  const type = typeOf(desc);
  if (type === undefined || desc.oneof !== undefined || desc.fieldKind === "map") {
    throw aminoFault(`${desc.toString()} has no legacy amino form`);
  }
  const isNullable = !hasOption(desc, nullable) || getOption(desc, nullable);
  const tag = hasOption(desc, jsontag) ? getOption(desc, jsontag) : `${desc.name}${isNullable ? ",omitempty" : ""}`;
  const isList = desc.fieldKind === "list";
  const isStruct = desc.message !== undefined && type !== int64;
  return {
    number: place + 1,
    name: tag.split(",")[0] || desc.name,
    type,
    omitEmpty: tag.endsWith(",omitempty"),
    pointer: !isList && isStruct && isNullable,
    ...(isList && {
      list: {
        empty: getOption(desc, encoding) === "legacy_coins" ? ("[]" as const) : ("null" as const),
        pointers: isStruct && isNullable,
      },
    }),
  };
}

/**
 * The first bytes of a name's hash that identify a type: skip zeros and three bytes for ambiguous
 * cases, skip zeros, then these.
 */
function prefixOf(name: string): Uint8Array {
  const hash = sha256(fromUtf8(name));
  const skip = (from: number): number => {
    let at = from;
    while (hash[at] === 0) at++;
    return at;
  };
  const at = skip(skip(0) + 3);
  return hash.slice(at, at + 4);
}

const concrete = (name: string, type: AminoType, isBytes = false): ConcreteType => ({
  name,
  prefix: prefixOf(name),
  type,
  isBytes,
});

const lengthOf = (body: Uint8Array): Uint8Array => new ProtoWriter(10).varint64(body.length).finish();

/** {"type","value"} of registered JSON. */
function unwrap(value: Json): { readonly name: string; readonly inner: Json } {
  const name = value instanceof Map ? (value.get("type") ?? "") : "";
  if (typeof name !== "string" || name === "") {
    throw aminoFault("JSON encoding of interfaces require non-empty type field.");
  }
  const inner = (value as ReadonlyMap<string, Json>).get("value");
  if (inner === undefined) throw aminoFault("interface JSON wrapper should have non-empty value field");
  return { name, inner };
}

/** Limit of Sotto: multisig keys can nest, and each level copies the levels below. */
const MAX_DEPTH = 16;

/** A Go interface: a value of one of these types. The types are resolved at first use. */
function interfaceType(declare: () => readonly ConcreteType[]): AminoType {
  let depth = 0;
  const deeper = <T>(run: () => T): T => {
    if (depth === MAX_DEPTH) throw aminoFault("nested too deep");
    depth++;
    try {
      return run();
    } finally {
      depth--;
    }
  };
  return {
    wire: WireType.bytes,
    encode(value) {
      if (value === undefined || value === null) return new Uint8Array(0);
      const { name, inner } = unwrap(value);
      const found = declare().find((each) => each.name === name);
      if (found === undefined) throw aminoFault(`unrecognized concrete type name ${name}`);
      const body = deeper(() => found.type.encode(inner));
      return found.isBytes ? concat(found.prefix, lengthOf(body), body) : concat(found.prefix, body);
    },
    decode(body) {
      if (body.length < 4) throw aminoFault("EOF while reading prefix bytes.");
      const prefix = body.subarray(0, 4);
      const found = declare().find((each) => equals(each.prefix, prefix));
      if (found === undefined) throw aminoFault(`unrecognized prefix bytes ${upperHex(prefix)}`);
      const rest = body.slice(4);
      const inner = found.isBytes ? unprefixed(rest) : rest;
      return `{"type":"${found.name}","value":${deeper(() => found.type.decode(inner))}}`;
    },
    zero: "null",
  };
}

function unprefixed(body: Uint8Array): Uint8Array {
  const bytes = new ProtoReader(body).bytesCopy();
  if (bytes.length + lengthOf(bytes).length !== body.length) {
    throw aminoFault("bytes left over after reading interface contents");
  }
  return bytes;
}

const publicKey: AminoType = interfaceType(() => publicKeys);
const LIST = { empty: "null", pointers: false } as const;
const publicKeys: readonly ConcreteType[] = [
  concrete("tendermint/PubKeySecp256k1", bytesType, true),
  concrete("tendermint/PubKeyEd25519", bytesType, true),
  concrete(
    "tendermint/PubKeyMultisigThreshold",
    structType(() => [
      { number: 1, name: "threshold", type: uint64 },
      { number: 2, name: "pubkeys", type: publicKey, list: LIST },
    ]),
  ),
];

let messages: readonly ConcreteType[] | undefined;
/** Every message of the chain that has an amino name. */
function messageTypes(): readonly ConcreteType[] {
  messages ??= chainMessages()
    .filter((schema) => hasOption(schema, aminoName))
    .map((schema) => concrete(getOption(schema, aminoName), structOf(schema)));
  return messages;
}

const coin = structType(() => [
  { number: 1, name: "denom", type: stringType, omitEmpty: true },
  { number: 2, name: "amount", type: intType },
]);
const fee = structType(() => [
  { number: 1, name: "amount", type: coin, list: { empty: "[]", pointers: false } },
  { number: 2, name: "gas", type: uint64 },
  { number: 3, name: "payer", type: stringType, omitEmpty: true },
  { number: 4, name: "granter", type: stringType, omitEmpty: true },
]);
const signature = structType(() => [
  { number: 1, name: "pub_key", type: publicKey },
  { number: 2, name: "signature", type: bytesType },
]);
const STD_TX = concrete(
  "cosmos-sdk/StdTx",
  structType(() => [
    { number: 1, name: "msg", type: interfaceType(messageTypes), list: LIST },
    { number: 2, name: "fee", type: fee },
    { number: 3, name: "signatures", type: signature, list: LIST },
    { number: 4, name: "memo", type: stringType },
    { number: 5, name: "timeout_height", type: uint64 },
  ]),
);

/**
 * Amino binary of a StdTx in amino JSON. Throws StatusError with go-amino's text; invalid JSON
 * throws ChainError.
 */
export function encodeStdTx(json: string): Uint8Array {
  const { name, inner } = unwrap(parseJson(json, { duplicates: "last" }));
  if (name !== STD_TX.name) throw aminoFault(`UnmarshalJSON wants to decode a ${STD_TX.name} but found a ${name}`);
  return concat(STD_TX.prefix, STD_TX.type.encode(inner));
}

/** Amino JSON of a StdTx in amino binary, its fields in Go's order. Throws StatusError. */
export function decodeStdTx(bytes: Uint8Array): string {
  if (bytes.length < 4 || !equals(bytes.subarray(0, 4), STD_TX.prefix)) {
    const got = bytes.length < 4 ? upperHex(bytes) : `${upperHex(bytes.subarray(0, 4))}...`;
    throw aminoFault(
      `UnmarshalBinaryBare expected to read prefix bytes ${upperHex(STD_TX.prefix)} (since it is registered concrete) but got ${got}`,
    );
  }
  try {
    return `{"type":"${STD_TX.name}","value":${STD_TX.type.decode(bytes.slice(4))}}`;
  } catch (thrown) {
    if (!(thrown instanceof ChainError || thrown instanceof StatusError)) throw thrown;
    // The reference's text also has the number of bytes, and repeats them all.
    throw aminoFault(`unmarshal to legacytx.StdTx failed (${thrown.message})`);
  }
}
