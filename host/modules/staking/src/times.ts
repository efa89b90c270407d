// SPDX-License-Identifier: Apache-2.0
import { formatTime, type SecondsAndNanos } from "@sotto/codec";
import { SECOND, timestampOf } from "@sotto/kernel";

/** A duration as protobuf has it: seconds and nanoseconds have the same sign. */
export const durationOf = (nanos: bigint): SecondsAndNanos => ({
  seconds: nanos / SECOND,
  nanos: Number(nanos % SECOND),
});

/** RFC 3339 in UTC without a fraction of the second (Go's time.RFC3339). */
export const rfc3339 = (nanos: bigint): string =>
  formatTime({ seconds: timestampOf(nanos).seconds, nanos: 0 }, "shortest");
