import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Json } from "@sotto/codec";
import { Code, StatusError } from "../status.ts";

// Source of the rules: grpc-gateway v1.16, runtime/query.go and convert.go.

/** A message being put together: field names to JSON, nested messages as maps of the same kind. */
export type Draft = Map<string, Json>;

const bad = (message: string): StatusError => new StatusError(Code.invalidArgument, message);

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Base64 in either alphabet, with or without padding; a space is a `+` that was not percent-encoded. */
const standardBase64 = (text: string): string => {
  const plain = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replaceAll(" ", "+")
    .replace(/={1,2}$/, "");
  return plain + "=".repeat((4 - (plain.length % 4)) % 4);
};

function scalarJson(field: DescField, scalar: ScalarType, text: string): Json {
  switch (scalar) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BOOL:
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw bad(`parsing field "${field.name}": "${text.slice(0, 64)}" is not a boolean`);
    case ScalarType.BYTES:
      return standardBase64(text);
    default:
      if (!/^[+-]?[0-9]{1,20}$/.test(text)) {
        throw bad(`parsing field "${field.name}": "${text.slice(0, 64)}" is not an integer`);
      }
      // One spelling of each number: parseGatewayJson takes no plus and no leading zeros.
      return String(BigInt(text));
  }
}

/** One value of a field from its text in a path or a query. */
function valueJson(field: DescField, text: string): Json {
  if (field.fieldKind === "enum" || (field.fieldKind === "list" && field.listKind === "enum")) {
    const known = field.enum.values.find((each) => each.name === text || String(each.number) === text);
    if (known === undefined) throw bad(`${text.slice(0, 64)} is not a valid ${field.enum.typeName}`);
    return known.number;
  }
  if (field.fieldKind === "scalar" || (field.fieldKind === "list" && field.listKind === "scalar")) {
    return scalarJson(field, field.scalar, text);
  }
  const type = field.fieldKind === "message" ? field.message.typeName : "";
  if (type === "google.protobuf.Timestamp" || type === "google.protobuf.Duration") return text;
  throw bad(`field "${field.name}" is not supported in query parameters`);
}

const fieldOf = (schema: DescMessage, name: string): DescField | undefined =>
  schema.fields.find((field) => field.name === name || field.jsonName === name);

/**
 * Puts the values of a parameter into a draft: `path` is a field or, with dots, a field of nested messages, by proto
 * name or in camelCase. Unknown fields are ignored, of several values of a single field the first counts.
 */
export function putParameter(draft: Draft, schema: DescMessage, path: string, values: readonly string[]): void {
  const names = path.split(".");
  if (names.length > 16) return;
  let message: DescMessage = schema;
  let here = draft;
  for (const name of names.slice(0, -1)) {
    const field = fieldOf(message, name);
    if (field === undefined) return;
    if (field.fieldKind !== "message") throw bad(`non-aggregate type in the mid of path: ${path.slice(0, 128)}`);
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

/** Percent-decoded text; undefined when it is not UTF-8 or an escape is cut. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // decodeURIComponent has no other way to say no.
    return undefined;
  }
}

/** The parameters of a query string, in order; `+` is a space. */
export function parseQueryString(text: string): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const key = percentDecode((at < 0 ? pair : pair.slice(0, at)).replaceAll("+", " "));
    const value = percentDecode((at < 0 ? "" : pair.slice(at + 1)).replaceAll("+", " "));
    if (key === undefined || value === undefined) throw bad(`invalid URL escape in "${pair.slice(0, 64)}"`);
    const known = out.get(key);
    if (known === undefined) out.set(key, [value]);
    else known.push(value);
  }
  return out;
}
