/**
 * An instant as protobuf's Timestamp counts it. Seconds stay within the years 1 to 9999, so a number is exact.
 */
export interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

/** Go's zero time, 0001-01-01T00:00:00Z: what an absent signature carries. */
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

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar (a year that begins in March has no special case). */
function daysFromDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const inEra = y - era * 400;
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146097 + inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + inYear - 719468;
}

function dateFromDays(days: number): [year: number, month: number, day: number] {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const inEra = z - era * 146097;
  const y = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36524) - Math.floor(inEra / 146096)) / 365,
  );
  const inYear = inEra - (365 * y + Math.floor(y / 4) - Math.floor(y / 100));
  const shifted = Math.floor((5 * inYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return [y + era * 400 + (month <= 2 ? 1 : 0), month, inYear - Math.floor((153 * shifted + 2) / 5) + 1];
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/** RFC 3339 in UTC with as many decimals as are needed (Go's time.RFC3339Nano), as RPC and REST print a time. */
export function formatTime(time: Time): string {
  const days = Math.floor(time.seconds / DAY);
  const left = time.seconds - days * DAY;
  const [year, month, day] = dateFromDays(days);
  const clock = `${pad(Math.floor(left / 3600), 2)}:${pad(Math.floor(left / 60) % 60, 2)}:${pad(left % 60, 2)}`;
  let fraction = time.nanos === 0 ? "" : `.${pad(time.nanos, 9)}`;
  while (fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${fraction}Z`;
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
  return { seconds: daysFromDate(year, month, day) * DAY, nanos: 0 };
}

/** An RFC 3339 time with an optional fraction (digits past nanoseconds are dropped), or undefined. */
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
