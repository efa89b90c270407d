// SPDX-License-Identifier: Apache-2.0
import { type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import { InvariantBroken } from "@sotto/errors";
import { dec } from "@sotto/math";
import { nullable } from "@sotto/proto/gogoproto";
import { goJsonString } from "./jsonText.ts";
import { type FieldPlan, type Fields, isOneof, Op, planOf } from "./plan.ts";
import { formatTime, type SecondsAndNanos, ZERO_TIME } from "./wellKnown.ts";

/**
 * Types whose Go struct has a MarshalJSON that calls encoding/json, which jsonpb then uses for
 * fields of the type (x/staking/types/delegation.go): numbers unquoted, empty fields omitted, a nil
 * slice null.
 */
export const GO_JSON_TYPES: ReadonlySet<string> = new Set([
  "cosmos.staking.v1beta1.DelegationResponse",
  "cosmos.staking.v1beta1.RedelegationResponse",
]);

/**
 * The JSON of a message as encoding/json prints its Go struct. Only the kinds of fields that the
 * types above have.
 */
export function goStructJson(schema: DescMessage, message: Fields): string {
  let out = "{";
  for (const field of planOf(schema).members) {
    if (isOneof(field)) throw new InvariantBroken(`${schema.typeName} has a oneof`);
    const value = message[field.localName];
    // The tag of a field held by value has no omitempty.
    const omitEmpty = !(hasOption(field.desc, nullable) && !getOption(field.desc, nullable));
    if (omitEmpty && (value === "" || value === 0n || value === 0 || value === false)) continue;
    out += `${out.length === 1 ? "" : ","}"${field.name}":${writeField(field, value)}`;
  }
  return `${out}}`;
}

function writeField(field: FieldPlan, value: unknown): string {
  if (!field.list) return writeValue(field, value);
  const items = value as readonly unknown[];
  return items.length === 0 ? "null" : `[${items.map((item) => writeValue(field, item)).join(",")}]`;
}

function writeValue(field: FieldPlan, value: unknown): string {
  switch (field.op) {
    case Op.string:
      return goJsonString(value as string);
    case Op.customString:
      if (value === "") return '"0"';
      return `"${field.custom === "dec" ? dec.formatEncoded(value as string) : value}"`;
    case Op.int64:
    case Op.uint64:
      return String(value as bigint);
    case Op.message: {
      if (field.std === "time") return `"${formatTime((value ?? ZERO_TIME) as SecondsAndNanos, "shortest")}"`;
      const schema = field.message as DescMessage;
      return goStructJson(schema, (value as Fields | undefined) ?? planOf(schema).zero());
    }
    default:
      throw new InvariantBroken(`${field.desc.toString()} has no encoding/json form here`);
  }
}
