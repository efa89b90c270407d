// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { ArgumentError, Code, goBase64, percentDecode, quoteBytes, StatusError, shown } from "@sotto/backend";
import { toBase64 } from "@sotto/bytes";
import type { Json } from "@sotto/codec";

// Source of the rules: grpc-gateway v1.16, runtime/query.go and convert.go.

/** A message under construction: field names to JSON, nested messages as maps of the same kind. */
export type Draft = Map<string, Json>;

const bad = (message: string): StatusError => new StatusError(Code.invalidArgument, message);

/** Characters of any 64-bit number with a prefix. */
const MOST_DIGITS = 80;
const UNSIGNED = new Set([ScalarType.UINT32, ScalarType.UINT64, ScalarType.FIXED32, ScalarType.FIXED64]);

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const quoted = (text: string): string => quoteBytes(Buffer.from(text).toString("latin1"));

/**
 * Digits of base 0: decimal, or by prefix 0x, 0b, 0o and 0, with underscores between digits of the
 * latter.
 */
const DIGITS = /^(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO]?(_?[0-7])+|0|[1-9](_?[0-9])*)$/;

/** A number as strconv.ParseInt and ParseUint read it with base 0. */
function integer(text: string, isUnsigned: boolean): bigint {
  const name = isUnsigned ? "ParseUint" : "ParseInt";
  const sign = isUnsigned ? "" : (/^[+-]/.exec(text)?.[0] ?? "");
  const digits = text.slice(sign.length);
  if (!DIGITS.test(digits)) throw bad(`strconv.${name}: parsing ${quoted(shown(text))}: invalid syntax`);
  const plain = digits.replaceAll("_", "").replace(/^0(?=[0-7])/, "0o");
  const value = plain.length > MOST_DIGITS ? MAX_UINT64 + 1n : BigInt(plain);
  const most = isUnsigned ? MAX_UINT64 : sign === "-" ? MAX_INT64 + 1n : MAX_INT64;
  if (value > most) throw bad(`strconv.${name}: parsing ${quoted(shown(text))}: value out of range`);
  return sign === "-" ? -value : value;
}

/** Base64 in either alphabet, with padding. Throws ArgumentError of the second attempt. */
function base64(text: string): Uint8Array {
  try {
    return goBase64(text);
  } catch (thrown) {
    if (!(thrown instanceof ArgumentError)) throw thrown;
  }
  try {
    // Characters of the other alphabet are invalid now.
    return goBase64(text.replaceAll(/[+/]/g, "*").replaceAll("-", "+").replaceAll("_", "/"));
  } catch (thrown) {
    throw thrown instanceof ArgumentError ? bad(thrown.message) : thrown;
  }
}

function scalarJson(scalar: ScalarType, text: string): Json {
  switch (scalar) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BOOL:
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw bad(`strconv.ParseBool: parsing ${quoted(shown(text))}: invalid syntax`);
    case ScalarType.BYTES:
      return toBase64(base64(text));
    default:
      return String(integer(text, UNSIGNED.has(scalar)));
  }
}

/** One value of a field from its text in a path or a query. */
function valueJson(field: DescField, text: string): Json {
  if (field.fieldKind === "enum" || (field.fieldKind === "list" && field.listKind === "enum")) {
    const number = DIGITS.test(text.replace(/^[+-]/, "")) ? integer(text, false) : undefined;
    const known = field.enum.values.find((each) => each.name === text || BigInt(each.number) === number);
    if (known === undefined) throw bad(`${text.slice(0, 64)} is not a valid ${field.enum.typeName}`);
    return known.number;
  }
  if (field.fieldKind === "scalar" || (field.fieldKind === "list" && field.listKind === "scalar")) {
    return scalarJson(field.scalar, text);
  }
  const type = field.fieldKind === "message" ? field.message.typeName : "";
  if (type === "google.protobuf.Timestamp" || type === "google.protobuf.Duration") return text;
  throw bad(`field "${field.name}" is not supported in query parameters`);
}

const fieldOf = (schema: DescMessage, name: string): DescField | undefined =>
  schema.fields.find((field) => field.name === name || field.jsonName === name);

/**
 * Puts the values of a parameter into a draft: `path` is a field or, with dots, a field of nested
 * messages, by proto name or in camelCase. Unknown fields are ignored; with several values of a
 * single field the first counts.
 */
export function putParameter(draft: Draft, schema: DescMessage, path: string, values: readonly string[]): void {
  const names = path.split(".");
  if (names.length > 16) return;
  let message: DescMessage = schema;
  let here = draft;
  for (const [i, name] of names.slice(0, -1).entries()) {
    const field = fieldOf(message, name);
    if (field === undefined) return;
    if (field.fieldKind === "list" || (field.fieldKind === "scalar" && field.scalar === ScalarType.BYTES)) {
      throw bad(`unexpected repeated field in ${shown(path)}`);
    }
    if (field.fieldKind !== "message") {
      throw bad(`unexpected nested field ${shown(names[i + 1] ?? "")} in ${shown(names.slice(0, i + 1).join("."))}`);
    }
    const known = here.get(field.name);
    const inner: Draft = known instanceof Map ? known : new Map<string, Json>();
    here.set(field.name, inner);
    here = inner;
    message = field.message;
  }
  const field = fieldOf(message, names.at(-1) ?? "");
  if (field === undefined) return;
  if (field.fieldKind === "map") throw bad(`field "${field.name}" is not supported in query parameters`);
  if (field.fieldKind === "list") {
    here.set(
      field.name,
      values.map((text) => valueJson(field, text)),
    );
  } else here.set(field.name, valueJson(field, values[0] ?? ""));
}

/** The parameters of a query string, in order; `+` is a space. Texts: net/url. */
export function parseQueryString(text: string): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    if (pair.includes(";")) throw bad("invalid semicolon separator in query");
    const wrong = /%(?![0-9a-fA-F]{2})[\s\S]{0,2}/.exec(pair)?.[0];
    if (wrong !== undefined) throw bad(`invalid URL escape ${quoted(wrong)}`);
    const at = pair.indexOf("=");
    const key = percentDecode((at < 0 ? pair : pair.slice(0, at)).replaceAll("+", " "));
    const value = percentDecode((at < 0 ? "" : pair.slice(at + 1)).replaceAll("+", " "));
    if (key === undefined || value === undefined) throw bad(`no UTF-8 in ${quoted(shown(pair))}`);
    const known = out.get(key);
    if (known === undefined) out.set(key, [value]);
    else known.push(value);
  }
  return out;
}
