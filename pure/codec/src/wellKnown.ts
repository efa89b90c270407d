// SPDX-License-Identifier: Apache-2.0
import { CodecError } from "./errors.ts";

/** Seconds of 0001-01-01T00:00:00Z, Go's zero time, and of the first second after year 9999. */
export const ZERO_TIME_SECONDS = -62_135_596_800n;
const TIME_LIMIT_SECONDS = 253_402_300_800n;
const MAX_DURATION_SECONDS = 315_576_000_000n;
const MAX_INT64 = 0x7fffffffffffffffn;

/** The fields of google.protobuf.Timestamp and Duration. */
export interface SecondsAndNanos {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** Go's `time.Time{}` as a Timestamp. */
export const ZERO_TIME: SecondsAndNanos = { seconds: ZERO_TIME_SECONDS, nanos: 0 };
export const ZERO_DURATION: SecondsAndNanos = { seconds: 0n, nanos: 0 };

/** Throws unless the Timestamp is one that gogoproto turns into a time.Time (years 1 to 9999). */
export function assertTime(value: SecondsAndNanos): void {
  const { seconds, nanos } = value;
  if (seconds < ZERO_TIME_SECONDS || seconds >= TIME_LIMIT_SECONDS || nanos < 0 || nanos > 999_999_999) {
    throw CodecError.value("timestamp out of range");
  }
}

/**
 * Throws unless the Duration is one that gogoproto turns into a time.Duration (64-bit nanoseconds,
 * one sign).
 */
export function assertDuration(value: SecondsAndNanos): void {
  const { seconds, nanos } = value;
  const tooLong = seconds < -MAX_DURATION_SECONDS || seconds > MAX_DURATION_SECONDS;
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (tooLong || mixed || nanos < -999_999_999 || nanos > 999_999_999) throw CodecError.value("duration out of range");
  const total = durationNanos(value);
  if (total > MAX_INT64 || total < -MAX_INT64 - 1n) throw CodecError.value("duration over 64 bits of nanoseconds");
}

export const durationNanos = (value: SecondsAndNanos): bigint => value.seconds * 1_000_000_000n + BigInt(value.nanos);

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/**
 * The civil date of a day counted from 1970-01-01, proleptic Gregorian: by 400-year eras of years
 * that begin in March, which have no special case.
 */
export function dateOfDay(day: number): readonly [year: number, month: number, date: number] {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [year, month, ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1];
}

/** The day of a civil date; the inverse of `dateOfDay`. */
export function dayOfDate(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear - 719_468;
}

/** `2006-01-02T15:04:05` in UTC, of a day and the second in it. */
export function formatDateTime(day: number, second: number): string {
  const [year, month, date] = dateOfDay(day);
  const clock = `${pad(Math.floor(second / 3600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad(second % 60, 2)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}T${clock}`;
}

function dateTime(seconds: bigint): string {
  const day = Number(seconds >= 0n ? seconds / 86_400n : (seconds - 86_399n) / 86_400n);
  return formatDateTime(day, Number(seconds - BigInt(day) * 86_400n));
}

/**
 * How many fractional digits are printed: 0, 3, 6 or 9 (jsonpb), or only those needed (Go's
 * RFC3339Nano).
 */
export type Fraction = "thousands" | "shortest";

function fraction(nanos: number, style: Fraction): string {
  if (nanos === 0) return "";
  let text = pad(nanos, 9);
  const step = style === "thousands" ? 3 : 1;
  while (text.endsWith("0".repeat(step))) text = text.slice(0, -step);
  return `.${text}`;
}

/** RFC 3339 text in UTC of a Timestamp within years 1 to 9999. */
export function formatTime(value: SecondsAndNanos, style: Fraction): string {
  assertTime(value);
  return `${dateTime(value.seconds)}${fraction(value.nanos, style)}Z`;
}

/** jsonpb text of a Duration: `3600s`, `-0.500s`. */
export function formatDuration(value: SecondsAndNanos): string {
  assertDuration(value);
  const { seconds, nanos } = value;
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  return `${sign}${seconds < 0n ? -seconds : seconds}${fraction(Math.abs(nanos), "thousands")}s`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,30}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A Timestamp from RFC 3339 text, any offset; digits past the ninth are dropped, as Go does. */
export function parseTime(text: string): SecondsAndNanos {
  const match = text.length > 64 ? null : RFC3339.exec(text);
  if (match === null) throw CodecError.gatewayJson("timestamp is not RFC 3339");
  const part = (i: number): number => Number(match[i] ?? "0");
  const [year, month, date, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (MONTH_DAYS[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
  const offset = (match[8] === "-" ? -1 : 1) * (part(9) * 60 + part(10));
  if (date < 1 || date > days || hour > 23 || minute > 59 || second > 59 || part(9) > 24 || part(10) > 59) {
    throw CodecError.gatewayJson("timestamp out of range");
  }
  const seconds = BigInt(dayOfDate(year, month, date) * 86_400 + hour * 3600 + (minute - offset) * 60 + second);
  const value = { seconds, nanos: Number((match[7] ?? "").slice(0, 9).padEnd(9, "0")) };
  assertTime(value);
  return value;
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** A Duration from the text that Go's time.ParseDuration takes: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): SecondsAndNanos {
  const bad = () => CodecError.gatewayJson("not a duration");
  if (text.length > 100) throw bad();
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return ZERO_DURATION;
  let total = 0n;
  const part = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
  while (part.lastIndex < body.length || body === "") {
    const match = part.exec(body);
    if (match === null) throw bad();
    const [, whole = "", decimals = "", unit = ""] = match;
    const scale = UNITS.get(unit);
    if (scale === undefined || whole + decimals === "") throw bad();
    total += BigInt(whole || "0") * scale;
    if (decimals !== "") total += (BigInt(decimals) * scale) / 10n ** BigInt(decimals.length);
  }
  if (negative) total = -total;
  if (total > MAX_INT64 || total < -MAX_INT64 - 1n) throw bad();
  const seconds = total / 1_000_000_000n;
  return { seconds, nanos: Number(total - seconds * 1_000_000_000n) };
}
