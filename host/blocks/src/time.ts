// SPDX-License-Identifier: Apache-2.0
import type { Time } from "@sotto/comet";

const NANOS = 1_000_000_000n;

export const toTime = (nanoseconds: bigint): Time => ({
  seconds: Number(nanoseconds / NANOS),
  nanos: Number(nanoseconds % NANOS),
});

export const fromTime = ({ seconds, nanos }: Time): bigint => BigInt(seconds) * NANOS + BigInt(nanos);
