// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { CronKeeper } from "./keeper.ts";
import { dueOf, state } from "./state.ts";

export const invariants = {
  /** The row of the number of schedules is their number. */
  count(_cron: CronKeeper, ctx: ReadCtx): string | undefined {
    let found = 0;
    for (const _ of state.schedules.keys(ctx)) found++;
    const count = state.count.get(ctx)?.count ?? 0;
    return found === count ? undefined : `there are ${found} schedules, the row says ${count}`;
  },
  /** Each schedule is due at one height, and nothing else is due. */
  due(_cron: CronKeeper, ctx: ReadCtx): string | undefined {
    let entries = 0;
    for (const [height, name] of state.due.keys(ctx)) {
      entries++;
      const schedule = state.schedules.get(ctx, name);
      if (schedule === undefined || dueOf(schedule) !== height) return `${name} is not due at ${height}`;
    }
    let schedules = 0;
    for (const _ of state.schedules.keys(ctx)) schedules++;
    return entries === schedules ? undefined : `${entries} of ${schedules} schedules are due at a height`;
  },
  /** The schedules of the next block exist. */
  next(cron: CronKeeper, ctx: ReadCtx): string | undefined {
    for (const [, name] of state.next.entries(ctx)) {
      if (cron.schedule(ctx, name) === undefined) return `${name} runs in the next block, and does not exist`;
    }
    return undefined;
  },
};
