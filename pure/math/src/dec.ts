// SPDX-License-Identifier: Apache-2.0
import { NumberFault } from "./fault.ts";
import { int, parseInteger } from "./int.ts";

declare const brand: unique symbol;

/**
 * The SDK's LegacyDec: a decimal number with 18 places, stored as the integer that is 10^18 times
 * as large.
 */
export type Dec = bigint & { readonly [brand]: "Dec" };

const PLACES = 18;
const ONE = 10n ** 18n;
const HALF = ONE / 2n;
/** (2^256 - 1/10^18) as atoms: cosmossdk.io/math, upperLimit. */
const LIMIT = (1n << 256n) * ONE - 1n;
/** cosmossdk.io/math, maxApproxRootIterations. */
const MAX_ITERATIONS = 300;

// The brand has no run-time form; only these two functions make the type.
const atoms = (value: bigint): Dec => value as Dec;

function bounded(value: bigint): Dec {
  if (value > LIMIT || value < -LIMIT) throw new NumberFault("Int overflow");
  return atoms(value);
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new NumberFault("division by zero");
  return value;
}

/** Divides by 10^18 and rounds to the nearest integer, halves to the even one. */
function roundHalfEven(value: bigint): bigint {
  if (value < 0n) return -roundHalfEven(-value);
  const quotient = value / ONE;
  const rest = value % ONE;
  if (rest < HALF || (rest === HALF && (quotient & 1n) === 0n)) return quotient;
  return quotient + 1n;
}

/** Divides by 10^18 towards plus infinity. */
const roundUp = (value: bigint): bigint => (value > 0n && value % ONE !== 0n ? value / ONE + 1n : value / ONE);

function asInt(value: bigint): bigint {
  if (!int.inRange(value)) throw new NumberFault("integer overflow");
  return value;
}

/**
 * A decimal, or the reason why the text is invalid, in the words of the SDK's LegacyNewDecFromStr.
 */
export type DecParseResult = { readonly value: Dec; readonly fault?: undefined } | { readonly fault: string };

const bad = (fault: string): DecParseResult => ({ fault });

const isSigned = (text: string): boolean => {
  const from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
  if (text.length === from) return false;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
};

/**
 * The integer of a text; undefined for more than 120 digits after leading zeros, because a long
 * conversion is slow. The largest value in range has 96 digits: 78 of 2^256, and 18 decimals.
 */
function toInteger(text: string): bigint | undefined {
  let from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
  const sign = text.startsWith("-") ? -1n : 1n;
  while (from < text.length - 1 && text.charCodeAt(from) === 48) from++;
  return text.length - from > 120 ? undefined : sign * BigInt(text.slice(from));
}

function parse(text: string): DecParseResult {
  const negative = text.startsWith("-");
  const rest = negative ? text.slice(1) : text;
  if (rest === "") return bad("decimal string cannot be empty");
  const parts = rest.split(".", 3);
  if (parts.length > 2) return bad("invalid decimal string");
  const whole = parts[0] as string;
  const fraction = parts[1] ?? "";
  if (parts.length === 2 && (fraction === "" || whole === "")) return bad("invalid decimal length");
  if (fraction.length > PLACES)
    return bad(
      `value '${rest}' exceeds max precision by ${PLACES - fraction.length} decimal places: max precision ${PLACES}`,
    );
  const combined = whole + fraction + "0".repeat(PLACES - fraction.length);
  // Compat: a second sign is read, as by the reference.
  if (!isSigned(combined)) return bad(`failed to set decimal string with base 10: ${combined}`);
  const value = toInteger(combined);
  if (value === undefined || value > LIMIT || value < -LIMIT) return bad("out of range: invalid decimal string");
  return { value: atoms(negative ? -value : value) };
}

function formatEncoded(text: string): string {
  const negative = text.startsWith("-");
  const digits = (negative ? text.slice(1) : text).padStart(PLACES + 1, "0");
  const at = digits.length - PLACES;
  return `${negative ? "-" : ""}${digits.slice(0, at)}.${digits.slice(at)}`;
}

function power(base: Dec, exponent: number): Dec {
  if (exponent === 0) return atoms(ONE);
  let result = atoms(ONE);
  let square = base;
  for (let rest = exponent; rest > 1; rest = Math.floor(rest / 2)) {
    if (rest % 2 !== 0) result = dec.mul(result, square);
    square = dec.mul(square, square);
  }
  return dec.mul(square, result);
}

/**
 * Newton's method with the reference's start, order of roundings and stop, so that the last digit
 * agrees.
 */
function approxRoot(value: Dec, root: number): Dec {
  if (root === 0) return atoms(ONE);
  if (value < 0n) return atoms(-approxRoot(atoms(-value), root));
  if (root === 1 || value === 0n || value === ONE) return value;
  let guess = atoms(ONE);
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const raised = power(guess, root - 1);
    const change = dec.quoInt(dec.sub(dec.quo(value, raised === 0n ? atoms(1n) : raised), guess), BigInt(root));
    guess = dec.add(guess, change);
    if (change <= 1n && change >= -1n) break;
  }
  return guess;
}

/**
 * Arithmetic of the SDK's LegacyDec, digit for digit. Functions that can leave the range of 2^256
 * throw NumberFault, where the SDK panics. Compare with < and ===.
 */
export const dec = {
  zero: atoms(0n),
  one: atoms(ONE),
  smallest: atoms(1n),
  fromInt: (value: bigint): Dec => atoms(value * ONE),
  /** The decimal `value` times 10^-18. */
  fromAtoms: (value: bigint): Dec => bounded(value),
  toAtoms: (value: Dec): bigint => value,
  parse,
  /** Always with 18 places. */
  format: (value: Dec): string => formatEncoded(value.toString()),
  /** The same for the protobuf form, which must be an integer of any length as Go writes it. */
  formatEncoded,
  /** The text of the protobuf form: the atoms as an integer. */
  encode: (value: Dec): string => value.toString(),
  /** Reads the protobuf form; undefined when malformed or out of range. */
  decode(text: string): Dec | undefined {
    const value = parseInteger(text);
    return value === undefined || value > LIMIT || value < -LIMIT ? undefined : atoms(value);
  },
  add: (a: Dec, b: Dec): Dec => bounded(a + b),
  sub: (a: Dec, b: Dec): Dec => bounded(a - b),
  neg: (a: Dec): Dec => atoms(-a),
  abs: (a: Dec): Dec => (a < 0n ? atoms(-a) : a),
  mul: (a: Dec, b: Dec): Dec => bounded(roundHalfEven(a * b)),
  mulTruncate: (a: Dec, b: Dec): Dec => bounded((a * b) / ONE),
  mulRoundUp: (a: Dec, b: Dec): Dec => bounded(roundUp(a * b)),
  mulInt: (a: Dec, b: bigint): Dec => bounded(a * b),
  /**
   * Compat: rounds twice, first to 36 places towards zero, then half to even (LegacyDec.QuoMut).
   */
  quo: (a: Dec, b: Dec): Dec => bounded(roundHalfEven((a * ONE * ONE) / nonZero(b))),
  quoTruncate: (a: Dec, b: Dec): Dec => bounded((a * ONE) / nonZero(b)),
  /**
   * Rounds quotients of zero or more towards plus infinity. Compat: the reference tests the sign of
   * the quotient instead of the dividend's, so an inexact negative quotient is one atom too large
   * (LegacyDec.QuoRoundupMut).
   */
  quoRoundUp(a: Dec, b: Dec): Dec {
    const scaled = a * ONE;
    const quotient = scaled / nonZero(b);
    const rest = scaled % b;
    const alike = quotient < 0n === b < 0n;
    return bounded((rest > 0n && alike) || (rest < 0n && !alike) ? quotient + 1n : quotient);
  },
  /** Towards zero. */
  quoInt: (a: Dec, b: bigint): Dec => atoms(a / nonZero(b)),
  roundInt: (a: Dec): bigint => asInt(roundHalfEven(a)),
  truncateInt: (a: Dec): bigint => asInt(a / ONE),
  truncate: (a: Dec): Dec => atoms((a / ONE) * ONE),
  ceil: (a: Dec): Dec => bounded(roundUp(a) * ONE),
  isInteger: (a: Dec): boolean => a % ONE === 0n,
  power,
  approxRoot,
  approxSqrt: (a: Dec): Dec => approxRoot(a, 2),
  min: (a: Dec, b: Dec): Dec => (a < b ? a : b),
  max: (a: Dec, b: Dec): Dec => (a > b ? a : b),
} as const;
