// SPDX-License-Identifier: Apache-2.0
import type { SecondsAndNanos } from "@sotto/codec";
import { nanosOf, SECOND } from "@sotto/kernel";

/** A part of a unit as Go prints it: without zeros at the end. */
function decimals(rest: bigint, places: number): string {
  const text = String(rest).padStart(places, "0").replace(/0+$/, "");
  return text === "" ? "" : `.${text}`;
}

/** A duration as Go's `Duration.String` prints it: `1h0m0.5s`, `1.5ms`, `0s`. */
export function durationText(duration: SecondsAndNanos): string {
  const total = nanosOf(duration);
  if (total === 0n) return "0s";
  const sign = total < 0n ? "-" : "";
  const nanos = total < 0n ? -total : total;
  if (nanos < 1000n) return `${sign}${nanos}ns`;
  if (nanos < 1_000_000n) return `${sign}${nanos / 1000n}${decimals(nanos % 1000n, 3)}\u00b5s`;
  if (nanos < SECOND) return `${sign}${nanos / 1_000_000n}${decimals(nanos % 1_000_000n, 6)}ms`;
  const seconds = nanos / SECOND;
  const minutes = seconds / 60n;
  const shown = `${seconds % 60n}${decimals(nanos % SECOND, 9)}s`;
  if (minutes === 0n) return `${sign}${shown}`;
  return minutes < 60n ? `${sign}${minutes}m${shown}` : `${sign}${minutes / 60n}h${minutes % 60n}m${shown}`;
}
