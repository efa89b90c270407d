// SPDX-License-Identifier: Apache-2.0
import { fromBase64, isBase64 } from "@sotto/bytes";
import type { Json } from "@sotto/codec";
import { Abort } from "./abort.ts";

// Readers of the JSON that contracts write. A mismatch ends the call: "failed to (de)serialize
// data".

export type Fields = ReadonlyMap<string, Json>;

export const unfit = (): Abort => new Abort("failedDeserialize");

export function fieldsOf(value: Json | undefined): Fields {
  if (value instanceof Map) return value;
  throw unfit();
}

/** Array.isArray does not narrow readonly arrays out of a union. */
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export function listOf(value: Json | undefined): readonly Json[] {
  if (isList(value)) return value;
  throw unfit();
}

export function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw unfit();
}

export const optionalTextOf = (value: Json | undefined): string | undefined =>
  value === undefined || value === null ? undefined : textOf(value);

/** Base64 text, stored as text: strict base64 has one form for the same bytes. */
export function base64Of(value: Json | undefined): string {
  const text = textOf(value);
  if (!isBase64(text)) throw unfit();
  return text;
}

export function bytesOf(value: Json | undefined): Uint8Array {
  const bytes = fromBase64(textOf(value));
  if (bytes === undefined) throw unfit();
  return bytes;
}

const U64 = 0xffff_ffff_ffff_ffffn;

/** An unsigned 64-bit integer. */
export function u64Of(value: Json | undefined): bigint {
  if (typeof value === "number" && value >= 0) return BigInt(value);
  if (typeof value === "bigint" && value >= 0n && value <= U64) return value;
  throw unfit();
}

/** The same as a number, at most 2^53 - 1, which is more than any code id or gas limit. */
export function clampedOf(value: Json | undefined): number {
  const exact = u64Of(value);
  const top = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(exact < top ? exact : top);
}

export function flagOf(value: Json | undefined, absent: boolean): boolean {
  if (value === undefined) return absent;
  if (typeof value === "boolean") return value;
  throw unfit();
}

/** An externally tagged enum: an object with one entry. */
export function variantOf(value: Json | undefined): readonly [name: string, body: Json] {
  const fields = fieldsOf(value);
  for (const entry of fields) if (fields.size === 1) return entry;
  throw unfit();
}

/** Throws when an object has a field beyond these. */
export function onlyFields(fields: Fields, names: readonly string[]): void {
  for (const name of fields.keys()) if (!names.includes(name)) throw unfit();
}
