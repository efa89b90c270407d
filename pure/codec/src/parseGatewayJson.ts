// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { getAddress } from "@sotto/address";
import { fromBase64, fromHex, fromUtf8 } from "@sotto/bytes";
import { resolveType, type TypeRegistry } from "./any.ts";
import { canonicalInteger, parseDec } from "./customType.ts";
import { encode, MAX_DEPTH } from "./encode.ts";
import { CodecError } from "./errors.ts";
import { type Json, type JsonLimits, parseJson } from "./json.ts";
import { compactJson } from "./jsonWriter.ts";
import { type FieldPlan, type Fields, isOneof, type MessagePlan, Op, planOf } from "./plan.ts";
import { parseDuration, parseTime } from "./wellKnown.ts";

// Source of every rule here: github.com/cosmos/gogoproto v1.7, jsonpb.Unmarshaler.

/** How message JSON is read. */
export interface GatewayJsonOptions {
  /**
   * "ignore" is the REST gateway's mode for request bodies; "reject" (default) the mode for files
   * and genesis.
   */
  readonly unknownFields?: "reject" | "ignore";
  readonly limits?: JsonLimits;
}

interface Context {
  readonly registry: TypeRegistry;
  readonly ignore: boolean;
}

/**
 * A message from the JSON that `gatewayJson` prints or a client sends: proto names or camelCase,
 * numbers or their text, enums by name or number, null for unset. Other JSON throws ChainError of
 * CodecError.gatewayJson or json.
 */
export function parseGatewayJson<D extends DescMessage>(
  schema: D,
  json: Uint8Array | string | ReadonlyMap<string, Json>,
  registry: TypeRegistry,
  options: GatewayJsonOptions = {},
): MessageShape<D> {
  const limits = { duplicates: "last", ...options.limits } as const;
  const value: Json = typeof json === "string" || json instanceof Uint8Array ? parseJson(json, limits) : json;
  const context = { registry, ignore: options.unknownFields === "ignore" };
  // The plan behind readMessage was compiled from this schema.
  return readMessage(schema, value, context, 0) as MessageShape<D>;
}

/** Messages nest no deeper than the JSON did; the bound is for a document given as a value. */
function readMessage(schema: DescMessage, value: Json, context: Context, depth: number): Fields {
  if (depth > MAX_DEPTH) throw CodecError.gatewayJson("nested too deep");
  const plan = planOf(schema);
  const message = plan.zero();
  switch (schema.typeName) {
    case "google.protobuf.Timestamp":
      return Object.assign(message, parseTime(needText(value, schema)));
    case "google.protobuf.Duration":
      return Object.assign(message, parseDuration(needText(value, schema)));
    case "google.protobuf.Any":
      return readAny(message, needObject(value, schema), context, depth);
  }
  // Go ignores null for a struct.
  if (value === null) return message;
  readFields(plan, message, needObject(value, schema), context, depth);
  return message;
}

function needText(value: Json, schema: DescMessage): string {
  if (typeof value !== "string") throw CodecError.gatewayJson(`${schema.typeName} must be a string`);
  return value;
}

function needObject(value: Json, schema: DescMessage): ReadonlyMap<string, Json> {
  if (!(value instanceof Map)) throw CodecError.gatewayJson(`${schema.typeName} must be an object`);
  return value;
}

function readFields(
  plan: MessagePlan,
  message: Fields,
  object: ReadonlyMap<string, Json>,
  context: Context,
  depth: number,
): void {
  let used = 0;
  const take = (field: FieldPlan): Json | undefined => {
    const camel = field.desc.jsonName;
    const byName = object.get(field.name);
    const byCamel = camel === field.name ? undefined : object.get(camel);
    used += (byName === undefined ? 0 : 1) + (byCamel === undefined ? 0 : 1);
    return byCamel ?? byName;
  };
  for (const member of plan.members) {
    if (!isOneof(member)) {
      const value = take(member);
      if (value !== undefined) readField(member, message, value, context, depth);
      continue;
    }
    for (const field of member.fields) {
      const value = take(field);
      if (value !== undefined)
        message[member.localName] = { case: field.localName, value: readValue(field, value, context, depth) };
    }
  }
  if (used === object.size || context.ignore) return;
  const known = new Set([...plan.byNumber.values()].flatMap((field) => [field.name, field.desc.jsonName]));
  const stranger = [...object.keys()].find((key) => !known.has(key));
  throw CodecError.gatewayJson(`unknown field ${JSON.stringify(stranger)} in ${plan.schema.typeName}`);
}

function readField(field: FieldPlan, message: Fields, value: Json, context: Context, depth: number): void {
  if (value === null) return;
  if (field.list) {
    if (!Array.isArray(value)) throw wrong(field, "an array");
    message[field.localName] = value.map((item: Json) => readValue(field, item, context, depth));
  } else if (field.map !== undefined) {
    if (!(value instanceof Map)) throw wrong(field, "an object");
    const target = message[field.localName] as Record<string, unknown>;
    for (const [key, item] of value) {
      const entry = readValue(field.map.value, item, context, depth);
      Object.defineProperty(target, key, { value: entry, writable: true, enumerable: true, configurable: true });
    }
  } else message[field.localName] = readValue(field, value, context, depth);
}

/** One element of a repeated field, as `parseGatewayJson` reads it in its message. */
export const readElement = (field: FieldPlan, value: Json, registry: TypeRegistry): unknown =>
  readValue(field, value, { registry, ignore: false }, 0);

const wrong = (field: FieldPlan, what: string): Error =>
  CodecError.gatewayJson(`${field.desc.toString()} must be ${what}`);

function readValue(field: FieldPlan, value: Json, context: Context, depth: number): unknown {
  switch (field.op) {
    case Op.message:
      return readMessage(field.message as DescMessage, value, context, depth + 1);
    case Op.string:
      if (typeof value !== "string") throw wrong(field, "a string");
      return value;
    case Op.customString:
      return readCustom(field, value);
    case Op.customBytes:
      return fromUtf8(readCustom(field, value));
    case Op.bytes:
      return readBytes(field, value);
    case Op.bool:
      if (typeof value !== "boolean") throw wrong(field, "true or false");
      return value;
    case Op.enum:
      return readEnum(field, value);
    default:
      return readInteger(field, value);
  }
}

function readCustom(field: FieldPlan, value: Json): string {
  if (typeof value !== "string") throw wrong(field, "a number in a string");
  if (field.custom === "dec") return parseDec(value);
  const text = canonicalInteger(value, "int");
  if (text === undefined) throw wrong(field, "an integer in a string");
  return text;
}

function readBytes(field: FieldPlan, value: Json): Uint8Array {
  if (field.cast === "json") return fromUtf8(compactJson(value));
  if (value === null) return new Uint8Array(0);
  if (typeof value !== "string") throw wrong(field, "a string");
  let bytes: Uint8Array | undefined;
  if (field.cast === "address") bytes = value === "" ? new Uint8Array(0) : getAddress(value);
  else if (field.cast === "hex") bytes = fromHex(value);
  else bytes = fromLooseBase64(value);
  if (bytes === undefined)
    throw wrong(field, field.cast === "address" ? "a bech32 address" : field.cast === "hex" ? "hex" : "base64");
  return bytes;
}

/**
 * Go's base64.StdEncoding: line breaks are skipped and the bits behind the last byte are not looked
 * at.
 */
function fromLooseBase64(text: string): Uint8Array | undefined {
  const strict = fromBase64(text);
  if (strict !== undefined) return strict;
  const clean = text.replaceAll("\n", "").replaceAll("\r", "");
  const pad = clean.endsWith("==") ? 2 : clean.endsWith("=") ? 1 : 0;
  const at = clean.length - pad - 1;
  const last = pad === 0 ? -1 : ALPHABET.indexOf(clean[at] ?? " ");
  if (last < 0) return fromBase64(clean);
  const kept = pad === 2 ? last & 0x30 : last & 0x3c;
  return fromBase64(clean.slice(0, at) + ALPHABET[kept] + clean.slice(at + 1));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function readEnum(field: FieldPlan, value: Json): number {
  if (typeof value !== "string") return readInteger(field, value) as number;
  const known = field.enum?.values.find((each) => each.name === value);
  if (known === undefined) throw wrong(field, `a value of ${field.enum?.typeName}`);
  return known.number;
}

/** Range by Op of the integer kinds; 64-bit kinds are bigint in a message. */
const RANGES: ReadonlyMap<number, readonly [min: bigint, max: bigint, wide: boolean]> = new Map([
  [Op.int32, [-0x80000000n, 0x7fffffffn, false]],
  [Op.sfixed32, [-0x80000000n, 0x7fffffffn, false]],
  [Op.enum, [-0x80000000n, 0x7fffffffn, false]],
  [Op.uint32, [0n, 0xffffffffn, false]],
  [Op.fixed32, [0n, 0xffffffffn, false]],
  [Op.int64, [-0x8000000000000000n, 0x7fffffffffffffffn, true]],
  [Op.sfixed64, [-0x8000000000000000n, 0x7fffffffffffffffn, true]],
  [Op.uint64, [0n, 0xffffffffffffffffn, true]],
  [Op.fixed64, [0n, 0xffffffffffffffffn, true]],
]);

function readInteger(field: FieldPlan, value: Json): number | bigint {
  const range = RANGES.get(field.op);
  if (range === undefined) throw wrong(field, "of a type that is supported");
  const [min, max, wide] = range;
  const integer = typeof value === "number" || typeof value === "bigint" ? BigInt(value) : textInteger(value);
  if (integer === undefined || integer < min || integer > max) throw wrong(field, `an integer from ${min} to ${max}`);
  return wide ? integer : Number(integer);
}

function textInteger(value: Json): bigint | undefined {
  return typeof value === "string" && /^-?(?:0|[1-9][0-9]{0,19})$/.test(value) ? BigInt(value) : undefined;
}

/** Types whose JSON inside an Any is under "value". */
const IN_VALUE = new Set([
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
  "google.protobuf.Empty",
  "google.protobuf.Any",
]);

function readAny(message: Fields, object: ReadonlyMap<string, Json>, context: Context, depth: number): Fields {
  const typeUrl = object.get("@type");
  if (typeof typeUrl !== "string") throw CodecError.gatewayJson("an Any needs its @type");
  const schema = resolveType(context.registry, typeUrl);
  let body: Json = object.get("value") ?? null;
  if (!IN_VALUE.has(schema.typeName)) {
    const rest = new Map(object);
    rest.delete("@type");
    body = rest;
  }
  message["typeUrl"] = typeUrl;
  message["value"] = encode(schema, readMessage(schema, body, context, depth + 1) as MessageShape<DescMessage>);
  return message;
}
