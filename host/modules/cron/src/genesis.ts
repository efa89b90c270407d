// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { each, genesisOf, type ReadCtx } from "@sotto/kernel";
import { GenesisStateSchema, ParamsSchema } from "@sotto/proto/secret.cron";
import { assertParams, assertSchedule, named } from "./checks.ts";
import type { CronKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/** x/cron types/params.go, DefaultParams. */
const defaultParams = () => create(ParamsSchema, { limit: 5n });

/**
 * The schedules whose calls wait for the next block: a file has no place for them, so they are due
 * again.
 */
function waiting(ctx: ReadCtx): ReadonlySet<string> {
  return new Set([...state.next.entries(ctx)].map(([, name]) => name));
}

export const genesis = genesisOf<CronKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(cron, ctx, { params = defaultParams(), scheduleList }) {
    for (const schedule of scheduleList) {
      named(`schedule ${schedule.name.slice(0, 128)}`, () => assertSchedule(schedule));
      cron.add(ctx, schedule);
    }
    assertParams(params);
    cron.setParams(ctx, params);
    return undefined;
  },
  export(cron, ctx) {
    const again = waiting(ctx);
    return {
      params: cron.params(ctx),
      scheduleList: each(state.schedules.entries(ctx), ([name, schedule]) => ({
        ...schedule,
        lastExecuteHeight: again.has(name) ? schedule.lastExecuteHeight - schedule.period : schedule.lastExecuteHeight,
      })),
    };
  },
});
