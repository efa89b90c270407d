// SPDX-License-Identifier: Apache-2.0
import { formatTime, type SecondsAndNanos } from "@sotto/codec";

/** Go's zero time, 0001-01-01T00:00:00Z, in nanoseconds since 1970. */
export const ZERO_TIME = -62_135_596_800_000_000_000n;

const SECOND = 1_000_000_000n;

/**
 * Nanoseconds since 1970 of a time, or of a duration. An absent time is Go's zero time, an absent
 * duration zero.
 */
export const nanosOf = (time: SecondsAndNanos | undefined, absent: bigint = ZERO_TIME): bigint =>
  time === undefined ? absent : time.seconds * SECOND + BigInt(time.nanos);

/** A time as protobuf has it. */
export function timestampOf(nanos: bigint): SecondsAndNanos {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  return { seconds: (nanos - rest) / SECOND, nanos: Number(rest) };
}

/** A duration as protobuf has it: seconds and nanoseconds have the same sign. */
export const durationOf = (nanos: bigint): SecondsAndNanos => ({
  seconds: nanos / SECOND,
  nanos: Number(nanos % SECOND),
});

/** RFC 3339 in UTC without a fraction of the second (Go's time.RFC3339). */
export const rfc3339 = (nanos: bigint): string =>
  formatTime({ seconds: timestampOf(nanos).seconds, nanos: 0 }, "shortest");
