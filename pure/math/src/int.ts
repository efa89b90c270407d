// SPDX-License-Identifier: Apache-2.0
import { NumberFault } from "./fault.ts";

/** Widest absolute value of the SDK's Int (cosmossdk.io/math, MaxBitLen = 256). */
const LIMIT = 1n << 256n;

const inRange = (value: bigint): boolean => value < LIMIT && value > -LIMIT;

function bounded(value: bigint): bigint {
  if (!inRange(value)) throw new NumberFault("integer overflow");
  return value;
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new NumberFault("division by zero");
  return value;
}

/** Digits of a base: value of a character code, or 36 for other characters. */
const digitOf = (code: number): number =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 97 && code <= 122
      ? code - 87
      : code >= 65 && code <= 90
        ? code - 55
        : 36;

type Base = 2 | 8 | 10 | 16;

/** JavaScript's prefix for the digits of a base. */
const mark = (base: Base): string => (base === 2 ? "0b" : base === 8 ? "0o" : base === 16 ? "0x" : "");

/**
 * Base and start of the digits, as Go's big.Int.SetString finds them for base 0: 0b, 0o, 0x, or a
 * bare 0 for octal.
 */
function baseOf(text: string, at: number): { base: Base; from: number } {
  if (text.charCodeAt(at) !== 48 || at + 1 >= text.length) return { base: 10, from: at };
  switch (text[at + 1]) {
    case "b":
    case "B":
      return { base: 2, from: at + 2 };
    case "o":
    case "O":
      return { base: 8, from: at + 2 };
    case "x":
    case "X":
      return { base: 16, from: at + 2 };
    default:
      return { base: 8, from: at + 1 };
  }
}

/**
 * Any integer in one of Go's base-0 forms, of at most 512 bits; undefined when malformed or larger.
 */
export function parseInteger(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  const start = negative || text.startsWith("+") ? 1 : 0;
  const { base, from } = baseOf(text, start);
  let digits = "";
  let count = 0;
  let separable = from > start; // an underscore may follow a digit or the prefix
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 95) {
      if (!separable) return undefined;
      separable = false;
      continue;
    }
    if (digitOf(code) >= base) return undefined;
    separable = true;
    count++;
    if (digits !== "" || code !== 48) digits += text[i];
    if (digits.length > 512) return undefined;
  }
  if (count === 0 || !separable) return undefined;
  const value = digits === "" ? 0n : BigInt(mark(base) + digits);
  return negative ? -value : value;
}

/**
 * The SDK's Int: a bigint whose absolute value has at most 256 bits. Every function that can leave
 * the range throws NumberFault, where the SDK panics.
 */
export const int = {
  /**
   * Reads what the SDK's NewIntFromString reads: decimal, 0x, 0b, 0o, a leading 0 as octal, and
   * underscores between digits. Undefined for other texts and beyond 256 bits.
   */
  parse(text: string): bigint | undefined {
    const value = parseInteger(text);
    return value === undefined || !inRange(value) ? undefined : value;
  },
  format: (value: bigint): string => value.toString(),
  inRange,
  add: (a: bigint, b: bigint): bigint => bounded(a + b),
  sub: (a: bigint, b: bigint): bigint => bounded(a - b),
  mul: (a: bigint, b: bigint): bigint => bounded(a * b),
  /** Towards zero. */
  quo: (a: bigint, b: bigint): bigint => bounded(a / divisor(b)),
  /** Never negative (Euclid), as Go's big.Int.Mod. */
  mod(a: bigint, b: bigint): bigint {
    const rest = a % divisor(b);
    return rest < 0n ? rest + (b < 0n ? -b : b) : rest;
  },
  abs: (value: bigint): bigint => (value < 0n ? -value : value),
  min: (a: bigint, b: bigint): bigint => (a < b ? a : b),
  max: (a: bigint, b: bigint): bigint => (a > b ? a : b),
} as const;
