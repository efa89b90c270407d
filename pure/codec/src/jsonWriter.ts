// SPDX-License-Identifier: Apache-2.0
import { CodecError } from "./errors.ts";
import { type Json, JsonDecimal } from "./json.ts";
import { compareText, goJsonString, jsonString } from "./jsonText.ts";

/** Bound of the writers' recursion; above the depth of parseJson. */
const MAX_DEPTH = 1100;

type Style = { readonly quote: (text: string) => string; readonly sorted: boolean };

const SORTED: Style = { quote: goJsonString, sorted: true };
const SORTED_PLAIN: Style = { quote: jsonString, sorted: true };
const GO: Style = { quote: goJsonString, sorted: false };
const COMPACT: Style = { quote: jsonString, sorted: false };

/**
 * JSON without spaces, keys in byte order, strings escaped as Go does: the form of sign documents.
 */
export const sortedJson = (value: Json): string => write(value, SORTED, MAX_DEPTH);

/**
 * JSON without spaces, keys in byte order, strings escaped as serde_json does: a generic Value
 * re-serialised in Rust.
 */
export const sortedPlainJson = (value: Json): string => write(value, SORTED_PLAIN, MAX_DEPTH);

/**
 * JSON without spaces, keys in input order, strings escaped as in serde_json: the form for
 * contracts.
 */
export const compactJson = (value: Json): string => write(value, COMPACT, MAX_DEPTH);

/**
 * JSON without spaces, keys as given, strings escaped as Go does: a json.RawMessage that
 * encoding/json compacts.
 */
export const goJson = (value: Json): string => write(value, GO, MAX_DEPTH);

function write(value: Json, style: Style, left: number): string {
  if (typeof value === "string") return style.quote(value);
  if (value === null) return "null";
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw CodecError.value(`${value} is not a safe integer`);
    // Adding 0 turns -0, which is an integer to JavaScript, into 0.
    return String(value + 0);
  }
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof JsonDecimal) return value.text;
  if (left === 0) throw CodecError.jsonLimit("nested too deep to write");
  if (isArray(value)) {
    let out = "[";
    for (let i = 0; i < value.length; i++) out += (i === 0 ? "" : ",") + write(value[i] as Json, style, left - 1);
    return `${out}]`;
  }
  let out = "{";
  const entries = style.sorted ? [...value].sort((a, b) => compareText(a[0], b[0])) : value;
  for (const [key, item] of entries) {
    out += `${out.length === 1 ? "" : ","}${style.quote(key)}:${write(item, style, left - 1)}`;
  }
  return `${out}}`;
}

/** Array.isArray does not narrow readonly arrays out of a union. */
const isArray = (value: readonly Json[] | ReadonlyMap<string, Json>): value is readonly Json[] => Array.isArray(value);

/** A JSON object from entries in the given order; entries that are undefined are left out. */
export function jsonObject(entries: Iterable<readonly [string, Json | undefined]>): Map<string, Json> {
  const out = new Map<string, Json>();
  for (const [key, value] of entries) if (value !== undefined) out.set(key, value);
  return out;
}
