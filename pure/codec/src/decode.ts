// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { canonicalInteger } from "./customType.ts";
import { MAX_DEPTH } from "./encode.ts";
import { CodecError } from "./errors.ts";
import { type FieldPlan, type Fields, type MessagePlan, type OneofValue, Op, planOf } from "./plan.ts";
import { ProtoReader, type ProtoReaderOptions } from "./protoReader.ts";
import { assertDuration, assertTime, type SecondsAndNanos } from "./wellKnown.ts";

/**
 * The handling of fields that the type does not declare: dropped (state, queries), refused
 * (transactions), or refused unless non-critical, which is bit 11 of the number (the SDK's rule for
 * TxBody).
 */
export type UnknownFields = "drop" | "reject" | "rejectCritical";

/**
 * Reads a message as Go's gogoproto code does: unset messages are undefined, the last of a repeated
 * scalar wins, embedded messages merge, times and custom numbers are checked. Unknown fields are
 * not stored. Invalid bytes throw ChainError of CodecError. Byte fields are copies. `options`
 * raises the number of fields for the node's own bytes. Cost: linear.
 */
export function decode<D extends DescMessage>(
  schema: D,
  bytes: Uint8Array,
  unknownFields: UnknownFields = "drop",
  options?: Pick<ProtoReaderOptions, "maxFields">,
): MessageShape<D> {
  const plan = planOf(schema);
  const message = plan.zero();
  readFields(new ProtoReader(bytes, options), plan, message, unknownFields, 0);
  // The plan was compiled from this schema.
  return message as MessageShape<D>;
}

function readFields(r: ProtoReader, plan: MessagePlan, message: Fields, unknown: UnknownFields, depth: number): void {
  if (depth > MAX_DEPTH) throw CodecError.protobuf(`${plan.schema.typeName} is nested too deep`);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    const field = tag < 128 ? plan.byShortTag[tag] : plan.byTag.get(tag);
    if (field === undefined) {
      onUnknown(r, plan, tag, unknown);
      continue;
    }
    if (field.list) readItem(r, field, message[field.localName] as unknown[], tag, unknown, depth);
    else if (field.map !== undefined) {
      readEntry(r, field.map, message[field.localName] as Record<string, unknown>, unknown, depth);
    } else if (field.oneof !== undefined) {
      message[field.oneof] = {
        case: field.localName,
        value: readValue(r, field, undefined, unknown, depth),
      } satisfies OneofValue;
    } else message[field.localName] = readValue(r, field, message[field.localName], unknown, depth);
  }
}

const WIRE_NAMES = ["varint", "fixed64", "bytes", "start_group", "end_group", "fixed32"];

function onUnknown(r: ProtoReader, plan: MessagePlan, tag: number, unknown: UnknownFields): void {
  const number = tag >>> 3;
  const wireType = tag & 7;
  if (plan.byNumber.has(number)) {
    throw CodecError.protobuf(`wrong wire type ${wireType} for field ${number} of ${plan.schema.typeName}`);
  }
  if (unknown === "reject" || (unknown === "rejectCritical" && (number & 1024) === 0)) {
    const what = `{TagNum: ${number}, WireType:"${WIRE_NAMES[wireType]}"}`;
    throw CodecError.unknownField(`${plan.schema.typeName}: ${what}`);
  }
  r.skip(tag);
}

/**
 * One value after its tag. `before` is the field's earlier value: embedded messages merge into it.
 */
function readValue(r: ProtoReader, field: FieldPlan, before: unknown, unknown: UnknownFields, depth: number): unknown {
  switch (field.op) {
    case Op.string:
      return r.string();
    case Op.bytes:
      return r.bytesCopy();
    case Op.message: {
      const plan = planOf(field.message as DescMessage);
      const message = before === undefined || field.std !== undefined ? plan.zero() : (before as Fields);
      const outer = r.enter();
      readFields(r, plan, message, unknown, depth + 1);
      r.leave(outer);
      if (field.std !== undefined) checkStd(field, message as unknown as SecondsAndNanos);
      return message;
    }
    case Op.customString:
      return customText(field, r.string());
    case Op.customBytes:
      return fromUtf8(customText(field, toUtf8(r.bytes()) ?? "not text"));
    default:
      return readNumber(r, field);
  }
}

function readNumber(r: ProtoReader, field: FieldPlan): boolean | number | bigint {
  switch (field.op) {
    case Op.bool:
      return r.bool();
    case Op.int32:
    case Op.enum:
      return r.int32();
    case Op.uint32:
      return r.uint32();
    case Op.int64:
      return r.int64();
    case Op.uint64:
      return r.uint64();
    case Op.fixed32:
      return r.fixed32();
    case Op.sfixed32:
      return r.fixed32() | 0;
    case Op.fixed64:
      return r.fixed64();
    case Op.sfixed64:
      return r.sfixed64();
    default:
      throw CodecError.protobuf(`${field.name} has a type that is not supported`);
  }
}

function readItem(
  r: ProtoReader,
  field: FieldPlan,
  list: unknown[],
  tag: number,
  unknown: UnknownFields,
  depth: number,
): void {
  if (tag !== field.packedTag) {
    list.push(readValue(r, field, undefined, unknown, depth));
    return;
  }
  const outer = r.enter();
  while (r.left > 0) {
    r.countItem();
    list.push(readNumber(r, field));
  }
  r.leave(outer);
}

function readEntry(
  r: ProtoReader,
  map: NonNullable<FieldPlan["map"]>,
  target: Record<string, unknown>,
  unknown: UnknownFields,
  depth: number,
): void {
  const outer = r.enter();
  let key = "";
  let value: unknown;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === map.key.tag) key = r.string();
    else if (tag === map.value.tag) value = readValue(r, map.value, undefined, unknown, depth);
    else if (unknown === "drop") r.skip(tag);
    else throw CodecError.unknownField(`${map.key.desc.toString()}: entry with field ${tag >>> 3}`);
  }
  r.leave(outer);
  value ??= map.value.message === undefined ? zeroScalar(map.value) : planOf(map.value.message).zero();
  // A key "__proto__" must become an entry, not the prototype.
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

const ZEROS = new Uint8Array(8);

function zeroScalar(field: FieldPlan): unknown {
  if (field.op === Op.string) return "";
  return field.op === Op.bytes ? new Uint8Array(0) : readNumber(new ProtoReader(ZEROS), field);
}

/** Present but empty text is Go's nil number: stored as "". */
function customText(field: FieldPlan, text: string): string {
  if (text === "") return text;
  const canonical = canonicalInteger(text, field.custom);
  if (canonical === undefined) throw CodecError.protobuf(`${field.desc.toString()} is not a number in range`);
  return canonical;
}

function checkStd(field: FieldPlan, value: SecondsAndNanos): void {
  try {
    if (field.std === "time") assertTime(value);
    else assertDuration(value);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw CodecError.protobuf(`${field.desc.toString()}: ${thrown.message}`);
    throw thrown;
  }
}
