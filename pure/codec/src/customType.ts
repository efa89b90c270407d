// SPDX-License-Identifier: Apache-2.0
import { dec, int } from "@sotto/math";
import { CodecError } from "./errors.ts";

/** Digits that always fit 256 bits. */
const SURE_DIGITS = 77;
/** Longer text cannot be in range unless padded with zeros, which no implementation writes. */
const MAX_TEXT = 400;

/**
 * The form of a Go customtype here: an Int as its decimal text, a LegacyDec as the text of the
 * value times 10^18.
 */
export type CustomKind = "int" | "dec";

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
 * The canonical text of an integer in any form that Go's `big.Int.UnmarshalText` takes (sign, 0x,
 * 0o, 0b, leading zero as octal, underscores), within the range of the type; undefined for other
 * text. Cost: a byte loop when canonical.
 */
export function canonicalInteger(text: string, custom: CustomKind): string | undefined {
  if (text.length > MAX_TEXT) return undefined;
  if (text.length <= SURE_DIGITS && isCanonical(text)) return text;
  return (custom === "int" ? int.parse(text) : dec.decode(text))?.toString();
}

/**
 * The wire text of a LegacyDec from decimal text. Throws CodecError.gatewayJson in the words of the
 * reference.
 */
export function parseDec(text: string): string {
  if (text.length > MAX_TEXT) throw CodecError.gatewayJson("decimal number is too long");
  const parsed = dec.parse(text);
  if (parsed.fault !== undefined) throw CodecError.gatewayJson(parsed.fault);
  return dec.encode(parsed.value);
}
