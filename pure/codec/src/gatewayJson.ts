// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { dec } from "@sotto/math";
import { type TypeRegistry, unpackAny } from "./any.ts";
import { MAX_DEPTH } from "./encode.ts";
import { CodecError } from "./errors.ts";
import { GO_JSON_TYPES, goStructJson } from "./goJson.ts";
import { parseJson } from "./json.ts";
import { compareText, goJsonString } from "./jsonText.ts";
import { goJson } from "./jsonWriter.ts";
import { type FieldPlan, type Fields, isOneof, type OneofPlan, type OneofValue, Op, planOf } from "./plan.ts";
import { formatDuration, formatTime, type SecondsAndNanos, ZERO_TIME } from "./wellKnown.ts";

// Source of every rule here: github.com/cosmos/gogoproto v1.7, jsonpb.Marshaler with OrigName and
// EmitDefaults.

/**
 * The JSON of a message as the REST gateway prints it: proto names, zero values shown, 64-bit
 * integers as strings, enums by name, bytes in base64 with null for absent bytes, unset messages
 * null (or their zero value where Go holds no pointer), byte addresses in bech32. `registry`
 * resolves the messages inside Anys.
 */
export function gatewayJson<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  registry: TypeRegistry,
): string {
  return writeMessage(schema, message as Fields, registry, 0, "");
}

/**
 * The same in parts, which make the text one behind the other: a part for each item of the
 * message's own lists, for programs that print a long message in steps.
 */
export function* gatewayJsonParts<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  registry: TypeRegistry,
): Generator<string, void, void> {
  const fields = message as Fields;
  if (SPECIAL.has(schema.typeName)) {
    yield writeMessage(schema, fields, registry, 0, "");
    return;
  }
  let before = "{";
  for (const member of planOf(schema).members) {
    if (isOneof(member) || !member.list) {
      const text = writeMember(member, fields, registry, 0);
      if (text === "") continue;
      yield before + text;
    } else {
      before += `"${member.name}":[`;
      for (const item of (fields[member.localName] ?? []) as Iterable<unknown>) {
        yield before + writeValue(member, item, registry, 0);
        before = ",";
      }
      yield before === "," ? "]" : `${before}]`;
    }
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

/**
 * A message, or one of the types with a special form. `head` opens the object inside an Any.
 */
function writeMessage(
  schema: DescMessage,
  message: Fields,
  registry: TypeRegistry,
  depth: number,
  head: string,
): string {
  if (depth > MAX_DEPTH) throw CodecError.gatewayJson("nested too deep");
  const special = SPECIAL.get(schema.typeName);
  if (special !== undefined) {
    const text = special(message, registry, depth);
    return head === "" ? text : `{${head},"value":${text}}`;
  }
  // Only a field's value is asked for its MarshalJSON: neither the outermost message nor one in an
  // Any is.
  if (head === "" && depth > 0 && GO_JSON_TYPES.has(schema.typeName)) return goStructJson(schema, message);
  let out = `{${head}`;
  for (const member of planOf(schema).members) {
    const text = writeMember(member, message, registry, depth);
    if (text !== "") out += out.length === 1 ? text : `,${text}`;
  }
  return `${out}}`;
}

/**
 * Types with a special form; in an Any they are under "value". The casts follow the type name.
 */
const SPECIAL: ReadonlyMap<string, (message: Fields, registry: TypeRegistry, depth: number) => string> = new Map([
  ["google.protobuf.Timestamp", (message) => `"${formatTime(message as unknown as SecondsAndNanos, "thousands")}"`],
  ["google.protobuf.Duration", (message) => `"${formatDuration(message as unknown as SecondsAndNanos)}"`],
  ["google.protobuf.Empty", () => "{}"],
  ["google.protobuf.Any", writeAny],
]);

function writeAny(message: Fields, registry: TypeRegistry, depth: number): string {
  const any = message as unknown as { readonly typeUrl: string; readonly value: Uint8Array };
  const inner = unpackAny(any, registry);
  return writeMessage(inner.schema, inner.message, registry, depth + 1, `"@type":${goJsonString(any.typeUrl)}`);
}

function writeMember(member: FieldPlan | OneofPlan, message: Fields, registry: TypeRegistry, depth: number): string {
  if (isOneof(member)) {
    const chosen = message[member.localName] as OneofValue | undefined;
    const field = chosen?.case === undefined ? undefined : member.fields.find((each) => each.localName === chosen.case);
    return field === undefined ? "" : `"${field.name}":${writeValue(field, chosen?.value, registry, depth)}`;
  }
  const value = message[member.localName];
  return `"${member.name}":${writeField(member, value, message, registry, depth)}`;
}

function writeField(field: FieldPlan, value: unknown, message: Fields, registry: TypeRegistry, depth: number): string {
  if (field.list) {
    const items = ((value ?? []) as readonly unknown[]).map((item) => writeValue(field, item, registry, depth));
    return `[${items.join(",")}]`;
  }
  if (field.map !== undefined)
    return writeMap(field.map.value, (value ?? {}) as Readonly<Record<string, unknown>>, registry, depth);
  if (field.explicit && !Object.hasOwn(message, field.localName)) return "null";
  if (value === undefined) return writeAbsent(field, registry, depth);
  if (field.op === Op.bytes && (value as Uint8Array).length === 0 && field.cast === undefined) return "null";
  if (field.op === Op.customString || field.op === Op.customBytes) return writeCustom(field, value);
  return writeValue(field, value, registry, depth);
}

/**
 * Go's output for a message field that was not on the wire: null for a pointer, otherwise the zero
 * value.
 */
function writeAbsent(field: FieldPlan, registry: TypeRegistry, depth: number): string {
  if (field.op !== Op.message) throw CodecError.gatewayJson(`${field.desc.toString()} is missing from the message`);
  if (!field.always) return "null";
  if (field.std === "time") return `"${formatTime(ZERO_TIME, "thousands")}"`;
  if (field.std === "duration") return '"0s"';
  return writeMessage(
    field.message as DescMessage,
    planOf(field.message as DescMessage).zero(),
    registry,
    depth + 1,
    "",
  );
}

/**
 * Int and LegacyDec. A number that was not on the wire prints as "0" (no places), or null where Go
 * holds a pointer.
 */
function writeCustom(field: FieldPlan, value: unknown): string {
  const text = value instanceof Uint8Array ? (toUtf8(value) ?? "") : (value as string);
  if (text === "") return field.always ? '"0"' : "null";
  return `"${field.custom === "dec" ? dec.formatEncoded(text) : text}"`;
}

/** A present value. The casts follow the descriptor's type of the field. */
function writeValue(field: FieldPlan, value: unknown, registry: TypeRegistry, depth: number): string {
  switch (field.op) {
    case Op.string:
      return goJsonString(value as string);
    case Op.bytes:
      return writeBytes(field, value as Uint8Array);
    case Op.message:
      return writeMessage(field.message as DescMessage, value as Fields, registry, depth + 1, "");
    case Op.customString:
    case Op.customBytes:
      return writeCustom(field, value);
    case Op.enum: {
      const name = field.enum?.value[value as number]?.name;
      return name === undefined ? String(value) : `"${name}"`;
    }
    case Op.int64:
    case Op.uint64:
    case Op.fixed64:
    case Op.sfixed64:
      return `"${value as bigint}"`;
    case Op.none:
      throw CodecError.gatewayJson(`${field.desc.toString()} has a type that is not supported`);
    default:
      return String(value as number | boolean);
  }
}

function writeBytes(field: FieldPlan, bytes: Uint8Array): string {
  if (field.cast === "address") return bytes.length === 0 ? '""' : `"${formatAddress(bytes)}"`;
  if (field.cast === "json") return goJson(parseJson(bytes, { duplicates: "last" }));
  if (field.cast === "hex") return `"${toHex(bytes).toUpperCase()}"`;
  return `"${toBase64(bytes)}"`;
}

function writeMap(
  field: FieldPlan,
  map: Readonly<Record<string, unknown>>,
  registry: TypeRegistry,
  depth: number,
): string {
  const keys = Object.keys(map).sort(compareText);
  return `{${keys.map((key) => `${goJsonString(key)}:${writeValue(field, map[key], registry, depth)}`).join(",")}}`;
}
