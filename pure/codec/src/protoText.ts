// SPDX-License-Identifier: Apache-2.0
import type { DescEnum, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { type FieldPlan, type Fields, isOneof, type OneofValue, Op, planOf } from "./plan.ts";
import { type SecondsAndNanos, ZERO_DURATION, ZERO_TIME } from "./wellKnown.ts";

// Source of every rule: github.com/cosmos/gogoproto 1.7, proto/text.go.

/**
 * A message as Go's `String` prints it (gogoproto CompactTextString): fields in the order of their
 * declaration, zero values left out, a space after each field. The SDK puts this text into errors,
 * and a failed proposal stores its error, so the text is consensus. An Any shows its bytes.
 */
export const protoText = <D extends DescMessage>(schema: D, message: MessageShape<D>): string =>
  fieldsText(schema, message as Fields);

function fieldsText(schema: DescMessage, message: Fields): string {
  let text = "";
  for (const member of planOf(schema).members) {
    if (isOneof(member)) {
      const chosen = message[member.localName] as OneofValue;
      const field = member.fields.find(({ localName }) => localName === chosen.case);
      if (field !== undefined) text += `${field.name}:${valueText(field, chosen.value)} `;
      continue;
    }
    const value = message[member.localName];
    if (member.map !== undefined) {
      const { key, value: part } = member.map;
      for (const [name, each] of Object.entries(value as Record<string, unknown>)) {
        text += `${member.name}:<key:${valueText(key, name)} value:${valueText(part, each)} > `;
      }
    } else if (member.list) {
      for (const each of value as readonly unknown[]) text += `${member.name}:${valueText(member, each)} `;
    } else if (isShown(member, value)) text += `${member.name}:${valueText(member, value)} `;
  }
  return text;
}

/**
 * Whether Go prints a field: structs that it holds by value always, other zero values never. A
 * duration that it holds by value is a number.
 */
function isShown({ op, always, std }: FieldPlan, value: unknown): boolean {
  if (std === "duration" && always) return isDuration(value as SecondsAndNanos | undefined);
  if (op === Op.message) return value !== undefined || always;
  if (always && (op === Op.customString || op === Op.customBytes)) return true;
  if (value instanceof Uint8Array) return value.length > 0;
  return value !== undefined && value !== 0 && value !== 0n && value !== "" && value !== false;
}

const isDuration = (value: SecondsAndNanos | undefined): boolean =>
  value !== undefined && (value.seconds !== 0n || value.nanos !== 0);

function valueText(field: FieldPlan, value: unknown): string {
  switch (field.op) {
    case Op.enum:
      return enumText(field.enum as DescEnum, value as number);
    case Op.string:
      return quoted(fromUtf8(value as string));
    case Op.bytes:
      return quoted(value as Uint8Array);
    case Op.customString:
      // Go's zero Int and LegacyDec print as 0.
      return quoted(fromUtf8((value as string | undefined) || "0"));
    case Op.customBytes:
      return quoted(fromUtf8(toUtf8((value as Uint8Array | undefined) ?? new Uint8Array(0)) || "0"));
    case Op.message:
      return `<${messageText(field, value as Fields | undefined)}>`;
    default:
      return String(value);
  }
}

function messageText({ std, message }: FieldPlan, value: Fields | undefined): string {
  if (std === undefined) {
    const schema = message as DescMessage;
    return fieldsText(schema, value ?? planOf(schema).zero());
  }
  const zero = std === "time" ? ZERO_TIME : ZERO_DURATION;
  const { seconds, nanos } = (value as SecondsAndNanos | undefined) ?? zero;
  return `${seconds === 0n ? "" : `seconds:${seconds} `}${nanos === 0 ? "" : `nanos:${nanos} `}`;
}

/** Enums whose Go type prints an unknown value as one byte (x/gov types, Format). */
const AS_BYTE: ReadonlySet<string> = new Set([
  "cosmos.gov.v1.VoteOption",
  "cosmos.gov.v1.ProposalStatus",
  "cosmos.gov.v1beta1.VoteOption",
  "cosmos.gov.v1beta1.ProposalStatus",
]);

function enumText(type: DescEnum, value: number): string {
  const known = type.values.find(({ number }) => number === value);
  if (known !== undefined) return known.name;
  return String(AS_BYTE.has(type.typeName) ? value & 255 : value);
}

/** Text in quotes, byte by byte: bytes that are not printable ASCII are octal. */
function quoted(bytes: Uint8Array): string {
  const parts = Array.from(bytes, (byte) => {
    switch (byte) {
      case 0x0a:
        return "\\n";
      case 0x0d:
        return "\\r";
      case 0x09:
        return "\\t";
      case 0x22:
        return '\\"';
      case 0x5c:
        return "\\\\";
      default:
        return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
    }
  });
  return `"${parts.join("")}"`;
}
