// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { SecondsAndNanos } from "@sotto/codec";

/** Nanoseconds of a second. */
export const SECOND = 1_000_000_000n;

/** Go's zero time, 0001-01-01T00:00:00Z, in nanoseconds since 1970. */
export const ZERO_TIME = -62_135_596_800n * SECOND;

/**
 * Nanoseconds since 1970 of a time, or of a duration. An absent time is Go's zero time, an absent
 * duration has to be zero.
 */
export const nanosOf = (time: SecondsAndNanos | undefined, absent: bigint = ZERO_TIME): bigint =>
  time === undefined ? absent : time.seconds * SECOND + BigInt(time.nanos);

/** The Timestamp of nanoseconds since 1970. */
export function timestampOf(nanos: bigint): Timestamp {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  return create(TimestampSchema, { seconds: (nanos - rest) / SECOND, nanos: Number(rest) });
}
