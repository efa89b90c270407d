import { parseInteger } from "@sotto/math";
import { CodecError } from "./errors.ts";

/** cosmossdk.io/math: MaxBitLen, and the same plus the bits of 10^18 for a decimal. */
const INT_BITS = 256;
const DEC_BITS = 315;
/** Digits that always fit 256 bits. */
const SURE_DIGITS = 77;
/** Longer text cannot be in range unless padded with zeros, which no implementation writes. */
const MAX_TEXT = 400;
const DEC_PLACES = 18;

/** How a Go customtype is kept: an Int as its decimal text, a LegacyDec as the text of the value times 10^18. */
export type Custom = "int" | "dec";

/** Whether text is a decimal integer as Go writes one: no plus, no leading zeros, no "-0". */
function isCanonical(text: string): boolean {
  const length = text.length;
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  if (length === start) return false;
  const first = text.charCodeAt(start);
  if (first === 0x30) return length === 1;
  for (let i = start; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/**
 * The canonical text of an integer in any form that Go's `big.Int.UnmarshalText` takes (sign, 0x, 0o, 0b, leading zero
 * as octal, underscores), within the range of the type; undefined when it takes none. Cost: a byte loop when canonical.
 */
export function canonicalInteger(text: string, custom: Custom): string | undefined {
  if (text.length > MAX_TEXT) return undefined;
  if (isCanonical(text)) {
    if (text.length <= SURE_DIGITS) return text;
    return inRange(BigInt(text), custom) ? text : undefined;
  }
  const value = parseInteger(text);
  return value !== undefined && inRange(value, custom) ? value.toString() : undefined;
}

function inRange(value: bigint, custom: Custom): boolean {
  const magnitude = value < 0n ? -value : value;
  return magnitude >> BigInt(custom === "int" ? INT_BITS : DEC_BITS) === 0n;
}

/** A LegacyDec's text with its 18 places ("0.100000000000000000") from its wire text. */
export function formatDec(wire: string): string {
  const negative = wire.charCodeAt(0) === 0x2d;
  const digits = (negative ? wire.slice(1) : wire).padStart(DEC_PLACES + 1, "0");
  const point = digits.length - DEC_PLACES;
  return `${negative ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The wire text of a LegacyDec from decimal text. Source: cosmossdk.io/math, LegacyNewDecFromStr. */
export function parseDec(text: string): string {
  const negative = text.charCodeAt(0) === 0x2d;
  const parts = (negative ? text.slice(1) : text).split(".", 3);
  const [whole = "", fraction = ""] = parts;
  const bad =
    parts.length > 2 || whole === "" || (parts.length === 2 && fraction === "") || fraction.length > DEC_PLACES;
  if (bad || text.length > MAX_TEXT || !isDigits(whole) || !isDigits(fraction)) {
    throw CodecError.gatewayJson("not a decimal number of at most 18 places");
  }
  const value = BigInt(whole + fraction.padEnd(DEC_PLACES, "0"));
  if (!inRange(value, "dec")) throw CodecError.gatewayJson("decimal number out of range");
  return (negative ? -value : value).toString();
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
