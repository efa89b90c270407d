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
  if (!Number.isFinite(seconds)) throw new DevChainError(`"${String(duration)}" is no duration: give ${FORM}`);
  if (seconds < 0) throw new DevChainError(`time never goes backwards: ${seconds} seconds are negative`);
  return Math.round(seconds * 1_000);
}

/** The first block is a second older than the first moment. */
const EARLIEST = Date.UTC(1970, 0, 2);
// Limit: contracts read nanoseconds, which have 64 bits with a sign: they end in 2262.
const LATEST = Date.UTC(2262, 0, 1);

/** Throws DevChainError for a moment at which no block can be. */
export function assertMoment(ms: number, shown: string): void {
  if (!(ms >= EARLIEST && ms < LATEST))
    throw new DevChainError(`${shown} is no time of a block: give a Date from 1970-01-02 to 2261-12-31`);
}

/** Milliseconds since 1970. Throws DevChainError. */
export function parseMoment(moment: Date): number {
  const ms = moment instanceof Date ? moment.getTime() : Number.NaN;
  assertMoment(ms, String(moment));
  return ms;
}
