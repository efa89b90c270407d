// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromUtf8 } from "@sotto/bytes";
import { type FieldPlan, type Fields, isOneof, type OneofPlan, type OneofValue, Op, planOf } from "./plan.ts";

// Source of every rule here: github.com/cosmos/gogoproto v1.7, proto/text.go, in its compact form
// without expanded Anys.

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [9, "\\t"],
  [10, "\\n"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

function quoted(bytes: Uint8Array): string {
  let out = '"';
  for (const byte of bytes) {
    out +=
      ESCAPES.get(byte) ?? (isPrintable(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`);
  }
  return `${out}"`;
}

function scalarText(field: FieldPlan, value: unknown): string {
  // Hazard: Go prints a number that its type does not set as 0.
  if (field.op === Op.customString || field.op === Op.customBytes)
    return quoted(fromUtf8(value === "" ? "0" : String(value)));
  if (field.op === Op.string) return quoted(fromUtf8(String(value)));
  if (value instanceof Uint8Array) return quoted(value);
  if (field.enum !== undefined) return field.enum.value[Number(value)]?.name ?? String(value);
  return String(value);
}

const valueText = (field: FieldPlan, value: unknown): string =>
  field.message === undefined
    ? scalarText(field, value)
    : `<${fieldsText(field.message, value as Fields | undefined)}>`;

const named = (field: FieldPlan, value: unknown): string => `${field.name}:${valueText(field, value)} `;

const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === "" ||
  value === false ||
  value === 0 ||
  value === 0n ||
  (value instanceof Uint8Array && value.length === 0);

function memberText(member: FieldPlan | OneofPlan, fields: Fields): string {
  if (isOneof(member)) {
    const set = fields[member.localName] as OneofValue | undefined;
    const field = member.fields.find(({ localName }) => localName === set?.case);
    return field === undefined ? "" : named(field, set?.value);
  }
  const value = fields[member.localName];
  if (member.list) return Array.from((value ?? []) as Iterable<unknown>, (each) => named(member, each)).join("");
  if (member.map !== undefined) {
    const { key, value: of } = member.map;
    const entries = Object.entries((value ?? {}) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([k, v]) => `${member.name}:<${named(key, k)}${named(of, v)}> `).join("");
  }
  return !member.always && isZero(value) ? "" : named(member, value);
}

function fieldsText(schema: DescMessage, fields: Fields = {} as Fields): string {
  return planOf(schema)
    .members.map((member) => memberText(member, fields))
    .join("");
}

/**
 * Go's text of a message (gogoproto CompactTextString), which events and error texts of the SDK
 * contain: fields in the order of their declaration, zero values left out, messages that Go holds
 * without a pointer always shown.
 */
export const protoText = <D extends DescMessage>(schema: D, message: MessageShape<D>): string =>
  fieldsText(schema, message as Fields);
