// SPDX-License-Identifier: Apache-2.0
import { dayOfDate, formatDateTime } from "@sotto/codec";

/**
 * An instant as protobuf's Timestamp counts it. Seconds stay within the years 1 to 9999, so a
 * number is exact.
 */
export interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

/** Go's zero time, 0001-01-01T00:00:00Z: the time of an absent signature. */
export const ZERO_TIME: Time = { seconds: -62135596800, nanos: 0 };
/** 9999-12-31T23:59:59Z, the last second that protobuf allows. */
export const MAX_SECONDS = 253402300799;

const DAY = 86400;
const NANOS = 1_000_000_000;

export const isZeroTime = (time: Time): boolean => time.seconds === ZERO_TIME.seconds && time.nanos === 0;

/** Negative, zero or positive as `a` is before, at or after `b`. */
export const compareTime = (a: Time, b: Time): number => a.seconds - b.seconds || a.nanos - b.nanos;

/** `time` moved by whole seconds and nanoseconds, either of which may be negative. */
export function addTime(time: Time, seconds: number, nanos = 0): Time {
  const sum = time.nanos + nanos;
  const carry = Math.floor(sum / NANOS);
  return { seconds: time.seconds + seconds + carry, nanos: sum - carry * NANOS };
}

/**
 * RFC 3339 in UTC with as many decimals as are needed (Go's time.RFC3339Nano), as RPC and REST
 * print a time.
 */
export function formatTime(time: Time): string {
  const days = Math.floor(time.seconds / DAY);
  let fraction = time.nanos === 0 ? "" : `.${String(time.nanos).padStart(9, "0")}`;
  while (fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return `${formatDateTime(days, time.seconds - days * DAY)}${fraction}Z`;
}

const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31;

/** Midnight of `yyyy-mm-dd`, or undefined. */
export function parseDate(text: string): Time | undefined {
  if (text.length !== 10 || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return { seconds: dayOfDate(year, month, day) * DAY, nanos: 0 };
}

/**
 * An RFC 3339 time with an optional fraction (digits past nanoseconds are dropped), or undefined.
 */
export function parseTime(text: string): Time | undefined {
  if (text.length > 64) return undefined;
  const match = /^(.{10})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/.exec(text);
  const day = match === null ? undefined : parseDate(match[1] as string);
  if (match === null || day === undefined) return undefined;
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[6] as string;
  let offset = 0;
  if (zone !== "Z") {
    const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
    if (hours > 24 || minutes > 60) return undefined;
    offset = (hours * 3600 + minutes * 60) * (zone.startsWith("-") ? -1 : 1);
  }
  const nanos = Number((match[5] ?? "").slice(0, 9).padEnd(9, "0"));
  return { seconds: day.seconds + hour * 3600 + minute * 60 + second - offset, nanos };
}
