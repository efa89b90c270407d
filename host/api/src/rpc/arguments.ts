import { fromBase64, fromHex, fromUtf8, toUtf8 } from "@sotto/bytes";
import { type Json, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { ArgumentError } from "./argumentError.ts";
import { type EvidenceArgument, parseEvidence } from "./evidenceJson.ts";

export { ArgumentError } from "./argumentError.ts";

/** Kinds of arguments: `hex` and `base64` are bytes that differ in JSON only. */
export type ArgumentKind = "int" | "uint" | "string" | "bool" | "hex" | "base64" | "evidence";

export type ArgumentValue = number | string | boolean | Uint8Array | EvidenceArgument | undefined;

const wrong = (message: string): ArgumentError => new ArgumentError(message);

const INTEGER = /^-?(0|[1-9][0-9]*)$/;
const MAX_INT = 2n ** 63n - 1n;

/** The text inside the quotes that 64-bit integers have. Beyond 2^53 it is cut to that: no height is as large. */
function integer(kind: "int" | "uint", text: string): number {
  if (!INTEGER.test(text)) throw wrong(`cannot parse "${text.slice(0, 64)}" as an integer`);
  const least = kind === "uint" ? 0n : -MAX_INT - 1n;
  const value = text.length > 20 ? undefined : BigInt(text);
  if (value === undefined || value < least || value > MAX_INT) {
    throw wrong(`cannot unmarshal number ${text.slice(0, 64)} into Go value of type ${kind}64`);
  }
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > safe ? safe : value < -safe ? -safe : value);
}

/** An argument from JSON (CometBFT libs/json): 64-bit integers are strings there. */
export function fromJson(kind: ArgumentKind, value: Json | undefined): ArgumentValue {
  if (value === undefined || value === null) return undefined;
  switch (kind) {
    case "int":
    case "uint":
      if (typeof value === "string") return integer(kind, value);
      throw wrong("invalid 64-bit integer encoding, expected string");
    case "string":
      if (typeof value === "string") return value;
      throw wrong("expected a string");
    case "bool":
      if (typeof value === "boolean") return value;
      throw wrong("expected a boolean");
    case "evidence":
      return parseEvidence(value);
    default: {
      if (typeof value !== "string") throw wrong(`expected a ${kind} string`);
      const bytes = kind === "hex" ? fromHex(value) : fromBase64(value);
      if (bytes === undefined) throw wrong(`invalid ${kind} string`);
      return bytes;
    }
  }
}

/** An argument from a query string: `"quoted"`, `0xhex`, digits or JSON (rpc/jsonrpc/server/http_uri_handler.go). */
export function fromUri(kind: ArgumentKind, text: string | undefined): ArgumentValue {
  if (text === undefined || text === "") return undefined;
  const isBytes = kind === "hex" || kind === "base64";
  if ((kind === "int" || kind === "uint") && /^-?[0-9]+$/.test(text)) return integer(kind, text);
  if (/^0x/i.test(text)) {
    if (!isBytes && kind !== "string")
      throw wrong(`got a hex string arg, but expected '${kind === "int" ? "int64" : kind}'`);
    const bytes = fromHex(text.slice(2));
    if (bytes === undefined) throw wrong("invalid hex string");
    if (isBytes) return bytes;
    const string = toUtf8(bytes);
    if (string === undefined) throw wrong("the hex string is not UTF-8 text");
    return string;
  }
  let value: Json;
  try {
    value = parseJson(text);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw wrong(`${thrown.message}; strings must be in double quotes`);
    throw thrown;
  }
  // A quoted string stands for its own bytes, whatever the kind of bytes.
  return isBytes && typeof value === "string" ? fromUtf8(value) : fromJson(kind, value);
}
