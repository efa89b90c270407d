// SPDX-License-Identifier: Apache-2.0
import { defineModule, type ReadCtx, stateOf, u64Value, type WriteCtx } from "@sotto/kernel";
import type { CounterHooks } from "./keeper.ts";

const calls = stateOf("watcher").item(0x01, u64Value);

/** A module that uses another module's hooks and has no messages and queries. */
export const watcher = defineModule({
  name: "watcher",
  version: 1,
  stores: ["watcher"],
  keeper: () => ({
    calls: (ctx: ReadCtx): bigint => calls.get(ctx) ?? 0n,
    counterHooks: {
      afterAdd(ctx: WriteCtx) {
        calls.set(ctx, (calls.get(ctx) ?? 0n) + 1n);
      },
    } satisfies CounterHooks,
  }),
});
