// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { type Msg, ParamsSchema, ScheduleSchema } from "@sotto/proto/secret.cron";
import { assertName, assertParams, assertSchedule, named } from "./checks.ts";
import type { CronKeeper } from "./keeper.ts";

/** The checks of a message come before the one of its sender (x/cron keeper/msg_server.go). */
function validate(message: string, authority: string, check: () => void): void {
  named(`failed to validate ${message}`, () => {
    named("authority is invalid", () => mustAddress(authority));
    check();
  });
  assertGovAuthority(authority, SdkError.unauthorized);
}

export const msgs = (cron: CronKeeper): Handlers<typeof Msg, WriteCtx> => ({
  addSchedule(ctx, { authority, name, period, msgs: calls }) {
    validate("MsgAddSchedule", authority, () => assertSchedule({ name, period, msgs: calls }));
    const lastExecuteHeight = BigInt(ctx.block.height);
    const added = create(ScheduleSchema, { name, period, msgs: calls, lastExecuteHeight });
    named("failed to add schedule", () => cron.add(ctx, added));
    return {};
  },
  removeSchedule(ctx, { authority, name }) {
    validate("MsgRemoveSchedule", authority, () => assertName(name));
    cron.remove(ctx, name);
    return {};
  },
  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    validate("MsgUpdateParams", authority, () => named("params validation failed", () => assertParams(params)));
    cron.setParams(ctx, params);
    return {};
  },
});
