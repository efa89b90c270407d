// SPDX-License-Identifier: Apache-2.0
import { type DescMessage, getOption, hasOption, type MessageShape } from "@bufbuild/protobuf";
import { toBase64, toUtf8 } from "@sotto/bytes";
import { dec } from "@sotto/math";
import {
  name as aminoName,
  dont_omitempty,
  encoding,
  field_name,
  message_encoding,
  oneof_name,
} from "@sotto/proto/amino";
import { scalar } from "@sotto/proto/cosmos_proto";
import { customtype } from "@sotto/proto/gogoproto";
import { type TypeRegistry, unpackAny } from "./any.ts";
import { MAX_DEPTH } from "./encode.ts";
import { CodecError } from "./errors.ts";
import { parseJson } from "./json.ts";
import { compareText, goJsonString } from "./jsonText.ts";
import { sortedJson } from "./jsonWriter.ts";
import { type FieldPlan, type Fields, type OneofValue, Op, planOf } from "./plan.ts";
import { assertDuration, durationNanos, formatTime, type SecondsAndNanos } from "./wellKnown.ts";

// Source of every rule here: cosmossdk.io/x/tx v0.13, signing/aminojson.

type Encoder = "coins" | "inline" | "int" | "dec";

interface Entry {
  readonly field: FieldPlan;
  /** `"name":` */
  readonly key: string;
  readonly omitEmpty: boolean;
  readonly encoder: Encoder | undefined;
  /** `"Name"` of the oneof, and the start of its wrapped value; undefined outside a oneof. */
  readonly oneof: { readonly name: string; readonly open: string } | undefined;
}

interface AminoPlan {
  readonly name: string | undefined;
  readonly form: string;
  readonly entries: readonly Entry[];
}

interface Context {
  readonly registry: TypeRegistry | undefined;
}

/**
 * The legacy amino JSON of a message, keys sorted: wrapped as {"type","value"} where the type has
 * an amino name. Presence decides which fields are omitted, so the message must be unchanged after
 * its decoding. `registry` resolves the messages inside Anys.
 */
export function aminoJson<D extends DescMessage>(schema: D, message: MessageShape<D>, registry?: TypeRegistry): string {
  const { name } = aminoPlanOf(schema);
  const body = writeMessage(schema, message as Fields, { registry }, 0);
  return name === undefined ? body : wrap(name, body);
}

/**
 * The legacy amino JSON of an Any, always wrapped; the type URL replaces a missing amino name.
 */
export function aminoAnyJson(
  any: { readonly typeUrl: string; readonly value: Uint8Array },
  registry: TypeRegistry,
): string {
  return writeAny(any, { registry }, 0);
}

const wrap = (name: string, body: string): string => `{"type":"${name}","value":${body}}`;

const plans = new WeakMap<DescMessage, AminoPlan>();

function aminoPlanOf(schema: DescMessage): AminoPlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = compile(schema);
    plans.set(schema, plan);
  }
  return plan;
}

function compile(schema: DescMessage): AminoPlan {
  const entries = [...planOf(schema).byNumber.values()].map(compileEntry);
  const place = (entry: Entry) => entry.oneof?.name ?? entry.key;
  entries.sort((a, b) => compareText(place(a), place(b)));
  return {
    name: hasOption(schema, aminoName) ? getOption(schema, aminoName) : undefined,
    form: getOption(schema, message_encoding) || schema.typeName,
    entries,
  };
}

function compileEntry(field: FieldPlan): Entry {
  const { desc } = field;
  const name = hasOption(desc, field_name) ? getOption(desc, field_name) : desc.name;
  return {
    field,
    key: `${goJsonString(name)}:`,
    omitEmpty: !getOption(desc, dont_omitempty),
    encoder: encoderOf(field),
    oneof: desc.oneof === undefined ? undefined : compileOneof(field, desc.oneof.name),
  };
}

function compileOneof(field: FieldPlan, oneofName: string): Entry["oneof"] {
  const typeName = getOption(field.desc, oneof_name);
  const name = `${goJsonString(toCamel(oneofName))}:`;
  // Empty `open` marks a type that amino JSON cannot show; it fails when it is written, not when it
  // is compiled.
  return { name, open: typeName === "" ? "" : `${name}{"type":"${typeName}","value":{` };
}

/** Go's strcase.ToCamel for a proto name. */
function toCamel(name: string): string {
  let out = "";
  let upper = true;
  for (const character of name) {
    if (character === "_") upper = true;
    else {
      out += upper ? character.toUpperCase() : character;
      upper = character >= "0" && character <= "9";
    }
  }
  return out;
}

function encoderOf(field: FieldPlan): Encoder | undefined {
  const { desc } = field;
  const named = getOption(desc, encoding);
  if (named === "legacy_coins") return "coins";
  if (named === "inline_json") return "inline";
  const kind = getOption(desc, scalar);
  if (kind === "cosmos.Int") return "int";
  return kind === "cosmos.Dec" && getOption(desc, customtype) === "cosmossdk.io/math.LegacyDec" ? "dec" : undefined;
}

function writeMessage(schema: DescMessage, message: Fields, context: Context, depth: number): string {
  if (depth > MAX_DEPTH) throw CodecError.aminoJson("nested too deep");
  const plan = aminoPlanOf(schema);
  switch (plan.form) {
    case "google.protobuf.Timestamp":
      return `"${formatTime(message as unknown as SecondsAndNanos, "shortest")}"`;
    case "google.protobuf.Duration":
      assertDuration(message as unknown as SecondsAndNanos);
      return `"${durationNanos(message as unknown as SecondsAndNanos)}"`;
    case "google.protobuf.Any":
      return writeAny(message as unknown as { typeUrl: string; value: Uint8Array }, context, depth);
    case "key_field":
      return writeKey(message);
    case "module_account":
      return writeModuleAccount(message);
    case "threshold_string":
      return writeThreshold(schema, message, context, depth);
    default:
      return writeFields(schema, plan, message, context, depth);
  }
}

function writeFields(schema: DescMessage, plan: AminoPlan, message: Fields, context: Context, depth: number): string {
  let out = "{";
  let emptyOneof = "";
  for (const entry of plan.entries) {
    const { field, oneof } = entry;
    if (oneof?.open === "" || field.explicit)
      throw CodecError.aminoJson(`${schema.typeName} has a oneof without amino names`);
    const chosen = field.oneof === undefined ? undefined : (message[field.oneof] as OneofValue);
    const value =
      chosen === undefined ? message[field.localName] : chosen.case === field.localName ? chosen.value : undefined;
    const comma = out.length === 1 ? "" : ",";
    if (!(chosen === undefined ? isPresent(value) : value !== undefined)) {
      if (oneof !== undefined && chosen?.case === undefined && emptyOneof !== oneof.name) {
        emptyOneof = oneof.name;
        out += `${comma}${oneof.name}null`;
        continue;
      }
      if (entry.omitEmpty) continue;
      if (field.op === Op.message && !field.list)
        throw CodecError.aminoJson(`${schema.typeName}.${field.name} is not set`);
    }
    const text = `${entry.key}${writeField(entry, value, context, depth)}`;
    out += oneof === undefined ? comma + text : `${comma}${oneof.open}${text}}}`;
  }
  return `${out}}`;
}

/** protoreflect's Has for a field outside oneofs. */
function isPresent(value: unknown): boolean {
  if (value === undefined || value === 0 || value === "" || value === 0n || value === false) return false;
  return !((value instanceof Uint8Array || Array.isArray(value)) && value.length === 0);
}

/** The casts here and below follow the descriptor's type of the field. */
function writeField(entry: Entry, value: unknown, context: Context, depth: number): string {
  const { field } = entry;
  if (field.map !== undefined) throw CodecError.aminoJson(`${field.desc.toString()}: maps are not supported`);
  if (field.list && (entry.encoder === undefined || entry.encoder === "coins")) {
    const items = (value as readonly unknown[]).map((item) => writeValue(field, item, context, depth));
    // An absent list that must be shown is a nil slice to Go, except where it is marked as coins.
    return items.length === 0 && entry.encoder === undefined ? "null" : `[${items.join(",")}]`;
  }
  if (entry.encoder === undefined) return writeValue(field, value, context, depth);
  if (field.list || entry.encoder === "coins")
    throw CodecError.aminoJson(`${field.desc.toString()} has an encoding for another type`);
  if (entry.encoder === "inline") return writeInline(value as Uint8Array);
  const text = value instanceof Uint8Array ? (toUtf8(value) ?? "") : (value as string);
  if (text === "") return '"0"';
  return goJsonString(entry.encoder === "dec" ? dec.formatEncoded(text) : text);
}

/**
 * Source: aminojson.cosmosInlineJSON. Numbers pass unchanged; Go's detour over float64 is not
 * copied.
 */
function writeInline(bytes: Uint8Array): string {
  return sortedJson(parseJson(bytes, { duplicates: "last" }));
}

function writeValue(field: FieldPlan, value: unknown, context: Context, depth: number): string {
  switch (field.op) {
    case Op.string:
    case Op.customString:
      return goJsonString(value as string);
    case Op.bytes:
    case Op.customBytes:
      // Go's nil bytes: a list has no such items.
      return (value as Uint8Array).length === 0 && !field.list ? "null" : `"${toBase64(value as Uint8Array)}"`;
    case Op.message:
      return writeMessage(field.message as DescMessage, value as Fields, context, depth + 1);
    case Op.int64:
    case Op.uint64:
    case Op.fixed64:
    case Op.sfixed64:
      return `"${value as bigint}"`;
    case Op.none:
      throw CodecError.aminoJson(`${field.desc.toString()} has a type that is not supported`);
    default:
      return String(value as number | boolean);
  }
}

function writeAny(
  any: { readonly typeUrl: string; readonly value: Uint8Array },
  context: Context,
  depth: number,
): string {
  if (context.registry === undefined) throw CodecError.aminoJson("an Any needs a type registry");
  const { schema, message } = unpackAny(any, context.registry);
  const body = writeMessage(schema, message, context, depth + 1);
  return wrap(aminoPlanOf(schema).name ?? `/${schema.typeName}`, body);
}

/** A public or private key is its bytes. */
function writeKey(message: Fields): string {
  const key = message["key"];
  if (!(key instanceof Uint8Array)) throw CodecError.aminoJson("key_field without a bytes field named key");
  return key.length === 0 ? "null" : `"${toBase64(key)}"`;
}

function writeModuleAccount(message: Fields): string {
  const account = (message["baseAccount"] ?? { address: "", accountNumber: 0n, sequence: 0n }) as Readonly<
    Record<string, unknown>
  >;
  const permissions = message["permissions"] as readonly string[];
  const list = permissions.length === 0 ? "null" : `[${permissions.map(goJsonString).join(",")}]`;
  const address = goJsonString(account["address"] as string);
  const name = goJsonString(message["name"] as string);
  return `{"account_number":${account["accountNumber"]},"address":${address},"name":${name},"permissions":${list},"public_key":"","sequence":${account["sequence"]}}`;
}

/** A multisig key: the threshold as a string. */
function writeThreshold(schema: DescMessage, message: Fields, context: Context, depth: number): string {
  const keys = planOf(schema).byNumber.get(2) as FieldPlan;
  const items = (message[keys.localName] as readonly unknown[]).map((item) => writeValue(keys, item, context, depth));
  return `{"pubkeys":[${items.join(",")}],"threshold":"${message["threshold"]}"}`;
}
