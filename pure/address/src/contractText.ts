// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { encodeBech32, encodeWords, regroup, wordOf } from "./bech32.ts";
import { prefix } from "./prefix.ts";

// Compat: results that a contract sees are consensus, so these functions have the verdicts and
// texts of the reference's host functions (contract-engine, wasm3/mod.rs:
// host_canonicalize_address, host_addr_canonicalize, host_addr_validate, host_humanize_address) and
// of its decoder, bech32 0.7.2 for Rust, which differ from the SDK's.

/** The two ABI generations of contracts. */
export type Dialect = "v0.10" | "v1";

/**
 * The result of a host function for a contract: bytes; a text; or a trap, when the reference's
 * engine fails.
 */
export type CanonicalizeResult =
  | { readonly kind: "address"; readonly address: Uint8Array }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "trap" };

/** The result of `humanize_address`: an address text, or an error text. */
export type HumanizeResult =
  | { readonly kind: "human"; readonly human: string }
  | { readonly kind: "text"; readonly text: string };

/**
 * Longest input, in bytes. The reference has no limit while its price is flat, so that a megabyte
 * costs a contract as much as an address; beyond this limit the answer is "invalid length" here. An
 * address has at most 255 bytes.
 */
const MAX_INPUT = 1023;

type DecodeResult = { readonly prefix: string; readonly words: readonly number[] } | string;

const MISSING_SEPARATOR = 'missing human-readable separator, "1"';
const MIXED = "mixed-case strings not allowed";
const LENGTH = "invalid length";
const invalid = (character: string): string => `invalid character (code=${character})`;

/** Upper 1, lower 2, no letters 0, or an error text. */
function caseOf(hrp: Uint8Array): number | string {
  if (hrp.length === 0 || hrp.length > 83) return LENGTH;
  let seen = 0;
  for (const byte of hrp) {
    if (byte < 33 || byte > 126) return invalid(String.fromCharCode(byte));
    if (byte >= 97 && byte <= 122) seen |= 2;
    else if (byte >= 65 && byte <= 90) seen |= 1;
    if (seen === 3) return MIXED;
  }
  return seen;
}

/**
 * Values of the data part, or an error text. Cost: one pass; the contract pays for the length.
 */
function wordsOf(data: string, hrpCase: number): number[] | string {
  let seen = hrpCase;
  const words: number[] = [];
  for (const character of data) {
    const code = character.codePointAt(0) as number;
    if (code > 127) return invalid(character);
    const own = code >= 97 && code <= 122 ? 2 : code >= 65 && code <= 90 ? 1 : 0;
    if (own !== 0 && seen !== 0 && own !== seen) return MIXED;
    seen |= own;
    const word = wordOf(own === 1 ? code + 32 : code);
    if (word < 0) return invalid(character);
    words.push(word);
  }
  return words;
}

function decode(text: string, utf8: Uint8Array): DecodeResult {
  if (utf8.length < 8 || utf8.length > MAX_INPUT) return LENGTH;
  const one = text.lastIndexOf("1");
  if (one < 0) return MISSING_SEPARATOR;
  const hrp = text.slice(0, one);
  const data = text.slice(one + 1);
  if (fromUtf8(data).length < 6) return LENGTH;
  const hrpCase = caseOf(fromUtf8(hrp));
  if (typeof hrpCase === "string") return hrpCase;
  const words = wordsOf(data, hrpCase);
  if (typeof words === "string") return words;
  const lower = hrp.toLowerCase();
  const payload = words.slice(0, -6);
  if (encodeWords(lower, payload) !== `${lower}1${data.toLowerCase()}`) return "invalid checksum";
  return { prefix: lower, words: payload };
}

/**
 * Rust's `str::trim`: the Unicode White_Space property. JavaScript's trim removes U+FEFF and not
 * U+0085.
 */
function isSpace(code: number): boolean {
  return (
    (code >= 9 && code <= 13) ||
    code === 0x20 ||
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Rust's Debug form of a prefix, whose characters lie between 33 and 126. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** `canonicalize_address` (v0.10) and `addr_canonicalize` (v1). */
export function canonicalizeForContract(human: Uint8Array, dialect: Dialect): CanonicalizeResult {
  const say = (text: string): CanonicalizeResult => ({ kind: "text", text });
  if (human.length > MAX_INPUT) return say(LENGTH);
  const given = toUtf8(human);
  if (given === undefined) return say("input is not valid UTF-8");
  const text = dialect === "v0.10" ? trim(given) : given;
  if (text === "") return say(dialect === "v0.10" ? "input is empty" : "Input is empty");
  const decoded = decode(text, fromUtf8(text));
  if (typeof decoded === "string") return say(decoded);
  if (decoded.prefix !== prefix.account) return say(`wrong address prefix: ${quoted(decoded.prefix)}`);
  const address = regroup(decoded.words);
  return address === undefined ? { kind: "trap" } : { kind: "address", address };
}

/**
 * `addr_validate` (v1): undefined when valid, otherwise the text. The prefix only shows in the
 * comparison.
 */
export function validateForContract(human: Uint8Array): string | undefined {
  if (human.length === 0) return "Input is empty";
  if (human.length > MAX_INPUT) return LENGTH;
  const text = toUtf8(human);
  if (text === undefined) return "Input is not valid UTF-8";
  const decoded = decode(text, human);
  if (typeof decoded === "string") return decoded;
  return encodeWords(prefix.account, decoded.words) === text ? undefined : "Address is not normalized";
}

/** `humanize_address` and `addr_humanize`: any length is an address here, up to the limit above. */
export const humanizeForContract = (canonical: Uint8Array): HumanizeResult =>
  canonical.length > MAX_INPUT
    ? { kind: "text", text: LENGTH }
    : { kind: "human", human: encodeBech32(prefix.account, canonical) };
