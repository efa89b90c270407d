// SPDX-License-Identifier: Apache-2.0
import { ChainError, GrpcError } from "@sotto/errors";
import { type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/secret.cron";
import type { CronKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const queries = (cron: CronKeeper): Handlers<typeof Query, ReadCtx> => ({
  params: (ctx) => ({ params: cron.params(ctx) }),
  schedule(ctx, { name }) {
    const schedule = cron.schedule(ctx, name);
    if (schedule === undefined) throw GrpcError.notFound("schedule not found");
    return { schedule };
  },
  schedules(ctx, { pagination: request }) {
    try {
      const { rows, pagination } = paginate(ctx, state.schedules, request, {}, (_name, each) => each, "store");
      return { schedules: rows, pagination };
    } catch (thrown) {
      throw thrown instanceof ChainError ? GrpcError.internal(thrown.message, thrown) : thrown;
    }
  },
});
