// SPDX-License-Identifier: Apache-2.0
import { DevChainError } from "./errors.ts";

const UNITS: ReadonlyMap<string, number> = new Map(
  [
    [1e-3, "ms", "millisecond"],
    [1, "s", "second"],
    [60, "min", "minute"],
    [3_600, "h", "hour"],
    [86_400, "d", "day"],
    [604_800, "w", "week"],
  ].flatMap(([seconds, short, long]) => [short, long, `${long}s`].map((name) => [name, seconds] as [string, number])),
);

const FORM = 'a number of seconds, or a text as "3 days" or "2 hours 30 minutes"';

function secondsOf(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)[\s,]*/gy)];
  const read = parts.map(([part]) => part).join("");
  let sum = 0;
  for (const [, amount, unit] of parts) sum += Number(amount) * (UNITS.get(unit as string) ?? Number.NaN);
  return read === text.trim() && parts.length > 0 ? sum : Number.NaN;
}

/** Milliseconds of a duration. Throws DevChainError. */
export function parseDuration(duration: string | number): number {
  const seconds = typeof duration === "string" ? secondsOf(duration) : duration;
  if (!Number.isFinite(seconds)) throw new DevChainError(`${JSON.stringify(duration)} is no duration: give ${FORM}`);
  if (seconds < 0) throw new DevChainError(`time never goes backwards: ${seconds} seconds are negative`);
  return Math.round(seconds * 1_000);
}

/** Milliseconds since 1970. Throws DevChainError. */
export function parseMoment(moment: Date): number {
  const ms = moment instanceof Date ? moment.getTime() : Number.NaN;
  // Limit: times of blocks have four digits of the year.
  if (!(ms >= 0 && ms < Date.UTC(9999, 0, 1)))
    throw new DevChainError(`${String(moment)} is no time of a block: give a Date from 1970 to 9998`);
  return ms;
}
