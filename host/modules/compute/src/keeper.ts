// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { Params } from "@sotto/proto/secret.compute.v1beta1";
import { chainAnswers } from "./answers/chain.ts";
import { querySmart } from "./answers/smart.ts";
import { execute } from "./calls/execute.ts";
import { instantiate } from "./calls/instantiate.ts";
import { migrate } from "./calls/migrate.ts";
import type { CallPath } from "./calls/path.ts";
import { reply } from "./calls/reply.ts";
import { updateAdmin } from "./calls/updateAdmin.ts";
import { createDispatcher } from "./dispatch.ts";
import type { Entries } from "./inputs.ts";
import type { ComputeNeeds } from "./needs.ts";
import { state } from "./state.ts";

export type ComputeKeeper = ReturnType<typeof computeKeeper>;

export function computeKeeper(needs: ComputeNeeds) {
  const path: CallPath = {
    needs,
    answers: (ctx) => chainAnswers(needs, ctx),
    // A closure, because calls need the dispatcher and the dispatcher needs calls.
    dispatch: (ctx, contract, answer, depth) => dispatcher(ctx, contract, answer, depth),
  };
  const entries: Entries = {
    instantiate: (ctx, input, origin) => instantiate(path, ctx, input, origin),
    execute: (ctx, input, origin) => execute(path, ctx, input, origin),
    migrate: (ctx, input, origin) => migrate(path, ctx, input, origin),
    updateAdmin: (ctx, input, origin) => updateAdmin(path, ctx, input, origin),
    reply: (ctx, input) => reply(path, ctx, input),
  };
  const dispatcher = createDispatcher(needs, entries);
  return {
    instantiate: entries.instantiate,
    execute: entries.execute,
    migrate: entries.migrate,
    updateAdmin: entries.updateAdmin,
    querySmart: (ctx: ReadCtx, contract: Uint8Array, query: Uint8Array) => querySmart(path, ctx, contract, query),
    params: (ctx: ReadCtx): Params | undefined => state.params.get(ctx),
    needs,
  };
}
