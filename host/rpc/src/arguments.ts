// SPDX-License-Identifier: Apache-2.0
import {
  ArgumentError,
  elementsOf,
  goBase64,
  goHex,
  kindOf,
  membersOf,
  misfit,
  oneValue,
  quoteBytes,
  shown,
  stringOf,
  utf8Of,
} from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";

export { ArgumentError } from "@sotto/backend";

import { type EvidenceArgument, parseEvidence } from "@sotto/backend/comet-json";

/**
 * Kinds of arguments: `hex`, `base64` and `tx` are bytes that differ in JSON only, `int` and
 * `int64` in texts.
 */
export type ArgumentKind = "int" | "int64" | "uint" | "string" | "bool" | "hex" | "base64" | "tx" | "evidence";

/** A whole number; a bigint where a number is not exact. */
export type Int = number | bigint;

export type ArgumentValue = Int | string | boolean | Uint8Array | EvidenceArgument | undefined;

/** Go's names of the types in its errors. */
const TYPES: Readonly<Record<ArgumentKind, string>> = {
  int: "int",
  int64: "int64",
  uint: "uint",
  string: "string",
  bool: "bool",
  hex: "bytes.HexBytes",
  base64: "[]uint8",
  tx: "types.Tx",
  evidence: "interface",
};

const isInteger = (kind: ArgumentKind): boolean => kind === "int" || kind === "int64" || kind === "uint";
const isBytes = (kind: ArgumentKind): boolean => kind === "hex" || kind === "base64" || kind === "tx";

/** The number inside the quotes that 64-bit integers have. */
function integer(kind: ArgumentKind, text: string): Int {
  const value = oneValue(text);
  if (value === "null") return 0;
  if (kindOf(value) !== "number") throw misfit(value, TYPES[kind]);
  const wrong = () =>
    new ArgumentError(`json: cannot unmarshal number ${shown(value)} into Go value of type ${TYPES[kind]}`);
  if (!(kind === "uint" ? /^[0-9]+$/ : /^-?[0-9]+$/).test(value) || value.length > 20) throw wrong();
  const exact = BigInt(value);
  const fits = kind === "uint" ? exact < 2n ** 64n : BigInt.asIntN(64, exact) === exact;
  if (!fits) throw wrong();
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

function byteOf(value: string): number {
  if (value === "null") return 0;
  if (kindOf(value) !== "number") throw misfit(value, "uint8");
  if (/^[0-9]{1,3}$/.test(value) && Number(value) < 256) return Number(value);
  throw new ArgumentError(`json: cannot unmarshal number ${shown(value)} into Go value of type uint8`);
}

/** Bytes: base64, or a list of numbers. */
function bytesOf(kind: ArgumentKind, value: string): Uint8Array | undefined {
  switch (kindOf(value)) {
    case "null":
      return undefined;
    case "string":
      return goBase64(stringOf(value));
    case "array":
      return Uint8Array.from(elementsOf(value), byteOf);
    default:
      throw misfit(value, TYPES[kind]);
  }
}

function hexOf(text: string): Uint8Array {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) {
    throw new ArgumentError(`invalid hex string: ${utf8Of(shown(text))}`);
  }
  return goHex(text.slice(1, -1));
}

function evidenceOf(value: string): EvidenceArgument | undefined {
  if (kindOf(value) !== "object") throw misfit(value, "json.interfaceWrapper");
  let type = "";
  let inner: string | undefined;
  for (const [name, each] of membersOf(value)) {
    if (/^type$/iu.test(name) && each !== "null") {
      if (kindOf(each) !== "string") {
        const why = `json: cannot unmarshal ${kindOf(each)} into Go struct field interfaceWrapper.type of type string`;
        throw new ArgumentError(why);
      }
      type = stringOf(each);
    } else if (/^value$/iu.test(name)) inner = each;
  }
  try {
    const read = inner === undefined ? undefined : parseJson(utf8Of(inner), { duplicates: "last" });
    return parseEvidence(type, read);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new ArgumentError(thrown.message);
    throw thrown;
  }
}

/**
 * An argument from the text of a JSON value (CometBFT libs/json): 64-bit integers are strings
 * there.
 */
export function fromJson(kind: ArgumentKind, text: string | undefined): ArgumentValue {
  if (text === undefined || text === "null") return undefined;
  if (isInteger(kind)) {
    if (text.startsWith('"') && text.endsWith('"')) return integer(kind, text.slice(1, -1));
    throw new ArgumentError(`invalid 64-bit integer encoding ${quoteBytes(text)}, expected string`);
  }
  if (kind === "hex") return hexOf(text);
  if (kind === "evidence") return evidenceOf(text);
  if (kind === "base64" || kind === "tx") return bytesOf(kind, text);
  if (kindOf(text) !== kind) throw misfit(text, TYPES[kind]);
  return kind === "string" ? stringOf(text) : text === "true";
}

/**
 * An argument from a query string, one character a byte: `"quoted"`, `0xhex`, digits or JSON
 * (http_uri_handler.go).
 */
export function fromUri(kind: ArgumentKind, text: string): ArgumentValue {
  if (text === "") return undefined;
  if (isInteger(kind) && /^-?[0-9]+$/.test(text)) return fromJson(kind, `"${text}"`);
  if (/^0x/i.test(text)) {
    if (!isBytes(kind) && kind !== "string")
      throw new ArgumentError(`got a hex string arg, but expected '${TYPES[kind]}'`);
    const bytes = goHex(text.slice(2));
    return kind === "string" ? Buffer.from(bytes).toString("utf8") : bytes;
  }
  // A quoted string means its own bytes, for every kind of bytes.
  if (isBytes(kind) && text.startsWith('"') && text.endsWith('"')) return fromUtf8(stringOf(oneValue(text)));
  // Values with another rule than JSON's are not first read as JSON.
  return fromJson(kind, isInteger(kind) || kind === "hex" ? text : oneValue(text));
}

function unescaped(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The first value of each name in a query string or form; invalid parts are omitted (net/url). One
 * character a byte.
 */
export function parseQueryBytes(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const at = pair.indexOf("=");
    const name = unescaped(at < 0 ? pair : pair.slice(0, at));
    const value = unescaped(at < 0 ? "" : pair.slice(at + 1));
    if (name !== undefined && value !== undefined && !out.has(name)) out.set(name, value);
  }
  return out;
}
