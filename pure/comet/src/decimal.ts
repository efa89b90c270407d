// SPDX-License-Identifier: Apache-2.0
/** A number of the query language, exactly: mantissa / 10^scale. */
export interface Decimal {
  readonly mantissa: bigint;
  readonly scale: number;
}

/**
 * Longer numbers are treated as text. Limit of Sotto: reading a number costs the square of its
 * length.
 */
const MAX_DIGITS = 256;
const MAX_EXPONENT = 256;

function decimal(sign: string, whole: string, fraction: string, exponent: number): Decimal {
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const scale = fraction.length - exponent;
  return scale >= 0 ? { mantissa: digits, scale } : { mantissa: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** A whole text as a number (sign, fraction and exponent allowed), or undefined. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const power = Number(exponent);
  if (whole + fraction === "" || Math.abs(power) > MAX_EXPONENT) return undefined;
  return decimal(sign, whole, fraction, power);
}

/**
 * The number that a text begins with, as in `8atom` or `6.5stake`, or undefined.
 * Compat: a sign is not part of it, but a plain negative integer is no number either
 * (libs/pubsub/query extractNum).
 */
export function leadingDecimal(text: string): Decimal | undefined {
  const match = /^([0-9]{1,256})(?:\.([0-9]{1,256}))?/.exec(text);
  return match === null ? undefined : decimal("", match[1] as string, match[2] ?? "", 0);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const left = a.mantissa * 10n ** BigInt(scale - a.scale);
  const right = b.mantissa * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}
