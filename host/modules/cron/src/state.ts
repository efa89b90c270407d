// SPDX-License-Identifier: Apache-2.0
import {
  type Frozen,
  indexed,
  multiIndex,
  pair,
  protoValue,
  stateOf,
  textKey,
  textValue,
  u32Key,
  u64Key,
} from "@sotto/kernel";
import { ParamsSchema, type Schedule, ScheduleCountSchema, ScheduleSchema } from "@sotto/proto/secret.cron";

const { item, keySet, table } = stateOf("cron");

const NEVER = (1n << 64n) - 1n;

/** The first height of the next execution. Compat: the reference's sum wraps at 2^64. */
export function dueOf({ lastExecuteHeight, period }: Frozen<Schedule>): bigint {
  const due = lastExecuteHeight + period;
  return due > NEVER ? NEVER : due;
}

/** Names by the height from which they are due: the reference has no such rows, and reads all. */
const due = keySet(0x04, pair(u64Key, textKey));

/** x/cron types/keys.go; 0x04 and 0x05 are rows of this chain. */
export const state = {
  schedules: indexed(table(0x01, textKey, protoValue(ScheduleSchema)), multiIndex(due, dueOf)),
  count: item(0x02, protoValue(ScheduleCountSchema)),
  params: item(0x03, protoValue(ParamsSchema)),
  due,
  /** Names of the schedules that run in the next block, numbered from 0. */
  next: table(0x05, u32Key, textValue),
} as const;
