// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/secret.cron";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { cronKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const cron = defineModule({
  name: "cron",
  version: 1,
  stores: ["cron"],
  accounts: { cron: [] },
  keeper: cronKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  endBlock(keeper, ctx) {
    keeper.prepare(ctx);
    return undefined;
  },
  invariants,
  operations: () => import("./operations.ts"),
});
