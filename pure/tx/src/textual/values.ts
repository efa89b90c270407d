// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { SdkError } from "@sotto/errors";
import { dec } from "@sotto/math";

// Source of every rule here: ADR-050 annex 1, cosmossdk.io/x/tx v0.13 signing/textual,
// cosmossdk.io/math FormatInt and FormatDec.

const isDigits = (text: string): boolean => {
  if (text === "") return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
};

const bad = (what: string): Error => SdkError.invalidRequest(`cannot show ${what}`);

/**
 * Apostrophes separate thousands: `-1'234'567`. Compat: "00" is refused, "0" and "01" are
 * not.
 */
export function formatInt(text: string): string {
  const sign = text.startsWith("-") ? "-" : "";
  let from = sign.length;
  if (text.length - from > 1) while (text.charCodeAt(from) === 48) from++;
  const digits = text.slice(from);
  if (!isDigits(digits)) throw bad("an integer with a character that is not a digit");
  let out = digits.slice(0, digits.length % 3 || 3);
  for (let i = out.length; i < digits.length; i += 3) out += `'${digits.slice(i, i + 3)}`;
  return sign + out;
}

/** Decimal text as an integer part with apostrophes and a fraction without trailing zeros. */
export function formatPlainDec(text: string): string {
  const parts = text.split(".", 3);
  if (parts.length > 2) throw bad("a decimal with two points");
  const whole = formatInt(parts[0] as string);
  const fraction = trimZeros(parts[1] ?? "");
  if (fraction === "") return whole;
  if (!isDigits(fraction)) throw bad("a decimal with a character that is not a digit");
  return `${whole}.${fraction}`;
}

/** A cosmos.Dec field: text without a point is a LegacyDec, the value times 10^18. */
export function formatDec(text: string): string {
  if (text.includes(".")) return formatPlainDec(text);
  const sign = text.startsWith("-") ? "-" : "";
  let from = sign !== "" || text.startsWith("+") ? 1 : 0;
  if (!isDigits(text.slice(from))) throw bad("a decimal with a character that is not a digit");
  while (from < text.length - 1 && text.charCodeAt(from) === 48) from++;
  const digits = text.slice(from);
  return formatPlainDec(dec.formatEncoded(digits === "0" ? digits : sign + digits));
}

function trimZeros(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 48) end--;
  return text.slice(0, end);
}

/** Longer bytes are shown as their hash. */
const MAX_BYTES = 35;

export const formatBytes = (bytes: Uint8Array): string =>
  bytes.length <= MAX_BYTES ? spacedHex(bytes) : `SHA-256=${spacedHex(sha256(bytes))}`;

/** Upper case hex digits in groups of four. */
function spacedHex(bytes: Uint8Array): string {
  const hex = toHex(bytes).toUpperCase();
  let out = hex.slice(0, 4);
  for (let i = 4; i < hex.length; i += 4) out += ` ${hex.slice(i, i + 4)}`;
  return out;
}

const MAX_SECONDS = 315_576_000_000n;

/**
 * `1 day, 0 hours, 0 minutes, 1.5 seconds`: from the largest to the smallest unit that is not zero.
 */
export function formatSpan(seconds: bigint, nanos: number): string {
  const negative = seconds < 0n || nanos < 0;
  const mixed = negative && (seconds > 0n || nanos > 0);
  const abs = seconds < 0n ? -seconds : seconds;
  const fraction = nanos < 0 ? -nanos : nanos;
  if (mixed || abs > MAX_SECONDS || fraction > 999_999_999) throw bad("a duration out of range");
  // At most 3,652,500 days, so it is a safe integer.
  const total = Number(abs);
  const rest = total % 60;
  const parts: string[] = [];
  const add = (n: number, unit: string, more: boolean): void => {
    if (n > 0 || (parts.length > 0 && more)) parts.push(`${n} ${unit}${n === 1 ? "" : "s"}`);
  };
  add(Math.floor(total / 86_400), "day", false);
  add(Math.floor(total / 3600) % 24, "hour", total % 3600 > 0 || fraction > 0);
  add(Math.floor(total / 60) % 60, "minute", rest > 0 || fraction > 0);
  if (fraction > 0) parts.push(`${rest}.${trimZeros(String(fraction).padStart(9, "0"))} seconds`);
  else add(rest, "second", false);
  return `${negative ? "-" : ""}${parts.length === 0 ? "0 seconds" : parts.join(", ")}`;
}
