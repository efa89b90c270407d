// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { toUtf8 } from "@sotto/bytes";
import { canonicalInteger } from "./customType.ts";
import { CodecError } from "./errors.ts";
import { compareText } from "./jsonText.ts";
import { type FieldPlan, type Fields, type MessagePlan, type OneofValue, Op, planOf } from "./plan.ts";
import { ProtoWriter } from "./protoWriter.ts";
import { assertDuration, assertTime, type SecondsAndNanos, ZERO_DURATION, ZERO_TIME } from "./wellKnown.ts";

/** Reused by every `encode`: encoding calls no code that could encode in between. */
let shared = new ProtoWriter(1024);
const KEEP = 1 << 16;

/** Bound of nesting when encoding, as when decoding. */
export const MAX_DEPTH = 100;

/**
 * The protobuf bytes of a message as Go's gogoproto code writes them: fields in ascending order,
 * zero scalars left out, `nullable = false` messages, times and numbers always written (an unset
 * one as its Go zero value). Deterministic.
 */
export function encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Uint8Array {
  const writer = shared.reset();
  writeMessage(writer, planOf(schema), message as Fields, 0);
  const bytes = writer.finish();
  if (bytes.length > KEEP) shared = new ProtoWriter(1024);
  return bytes;
}

/**
 * Writes the fields of a message into a writer, without tag or length: for hand-written codecs
 * around it.
 */
export function encodeInto<D extends DescMessage>(writer: ProtoWriter, schema: D, message: MessageShape<D>): void {
  writeMessage(writer, planOf(schema), message as Fields, 0);
}

function writeMessage(w: ProtoWriter, plan: MessagePlan, message: Fields, depth: number): void {
  if (depth > MAX_DEPTH) throw CodecError.value(`${plan.schema.typeName} is nested too deep`);
  for (const field of plan.wire) {
    if (field.oneof !== undefined) {
      const chosen = message[field.oneof] as OneofValue | undefined;
      if (chosen !== undefined && chosen.case === field.localName) writeValue(w, field, chosen.value, depth);
      continue;
    }
    const value = message[field.localName];
    if (field.list) {
      if (value !== undefined) writeList(w, field, value as readonly unknown[], depth);
    } else if (field.map !== undefined) {
      if (value !== undefined) writeMap(w, field.map, field.tag, value as Readonly<Record<string, unknown>>, depth);
    } else if (field.explicit) {
      if (value !== undefined && Object.hasOwn(message, field.localName)) writeValue(w, field, value, depth);
    } else if (field.always) writeAlways(w, field, value, depth);
    else if (!isZero(value)) writeValue(w, field, value, depth);
  }
}

/** Whether a field is left out: proto3's zero scalars and unset messages. */
function isZero(value: unknown): boolean {
  if (value === undefined || value === 0 || value === "" || value === 0n || value === false) return true;
  return value instanceof Uint8Array && value.length === 0;
}

/**
 * A field that Go holds by value: a message, time, duration or custom number is written with any
 * value.
 */
function writeAlways(w: ProtoWriter, field: FieldPlan, value: unknown, depth: number): void {
  if (field.op === Op.message) {
    const zero = field.std === "time" ? ZERO_TIME : field.std === "duration" ? ZERO_DURATION : {};
    writeValue(w, field, value ?? zero, depth);
  } else if (field.op === Op.customString || field.op === Op.customBytes) writeValue(w, field, value ?? "", depth);
  else if (!isZero(value)) writeValue(w, field, value, depth);
}

/**
 * Tag and value, also where the value is zero. The casts follow the descriptor's type of the field.
 */
function writeValue(w: ProtoWriter, field: FieldPlan, value: unknown, depth: number): void {
  w.varint32(field.tag);
  switch (field.op) {
    case Op.string:
      w.text(value as string);
      return;
    case Op.bytes:
      w.varint32((value as Uint8Array).length).raw(value as Uint8Array);
      return;
    case Op.message: {
      if (field.std !== undefined) assertStd(field, value as SecondsAndNanos);
      const mark = w.begin();
      writeMessage(w, planOf(field.message as DescMessage), value as Fields, depth + 1);
      w.end(mark);
      return;
    }
    case Op.customString:
      w.text(customText(field, value as string));
      return;
    case Op.customBytes:
      w.text(customText(field, value === "" ? "" : (toUtf8(value as Uint8Array) ?? "not text")));
      return;
    default:
      writeNumber(w, field, value);
  }
}

function writeNumber(w: ProtoWriter, field: FieldPlan, value: unknown): void {
  switch (field.op) {
    case Op.bool:
      w.byte(value === true ? 1 : 0);
      return;
    case Op.int32:
    case Op.enum:
    case Op.sfixed32:
      if (((value as number) | 0) !== value) throw outOfRange(field);
      if (field.op === Op.sfixed32) w.raw32(value);
      else w.varint64(value);
      return;
    case Op.uint32:
    case Op.fixed32:
      if ((value as number) >>> 0 !== value) throw outOfRange(field);
      if (field.op === Op.fixed32) w.raw32(value);
      else w.varint32(value);
      return;
    case Op.int64:
    case Op.sfixed64:
      if (BigInt.asIntN(64, value as bigint) !== value) throw outOfRange(field);
      break;
    case Op.uint64:
    case Op.fixed64:
      if (BigInt.asUintN(64, value as bigint) !== value) throw outOfRange(field);
      break;
    default:
      throw CodecError.value(`${field.name} has a type that is not supported`);
  }
  if (field.op === Op.int64 || field.op === Op.uint64) w.varint64(value);
  else w.raw64(value);
}

const outOfRange = (field: FieldPlan): Error => CodecError.value(`${field.desc.toString()} is out of range`);

function assertStd(field: FieldPlan, value: SecondsAndNanos): void {
  if (field.std === "time") assertTime(value);
  else assertDuration(value);
}

/** The text that Go writes for an Int or LegacyDec: its zero value is "0". */
function customText(field: FieldPlan, text: string): string {
  const canonical = text === "" ? "0" : canonicalInteger(text, field.custom);
  if (canonical === undefined) throw outOfRange(field);
  return canonical;
}

function writeList(w: ProtoWriter, field: FieldPlan, list: readonly unknown[], depth: number): void {
  if (list.length === 0) return;
  if (!field.packed) {
    for (const value of list) writeValue(w, field, value, depth);
    return;
  }
  const mark = w.varint32(field.packedTag).begin();
  for (const value of list) writeNumber(w, field, value);
  w.end(mark);
}

/**
 * Map entries in the order of their keys, so that the bytes are the same everywhere (Go's own order
 * is random).
 */
function writeMap(
  w: ProtoWriter,
  map: NonNullable<FieldPlan["map"]>,
  tag: number,
  value: Readonly<Record<string, unknown>>,
  depth: number,
): void {
  for (const key of Object.keys(value).sort(compareText)) {
    const mark = w.varint32(tag).begin();
    writeValue(w, map.key, key, depth);
    writeValue(w, map.value, value[key], depth);
    w.end(mark);
  }
}
