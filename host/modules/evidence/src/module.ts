// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.evidence.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { evidenceKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const evidence = defineModule({
  name: "evidence",
  version: 1,
  stores: ["evidence"],
  keeper: evidenceKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  beginBlock: (keeper, ctx) => keeper.handleAll(ctx),
  invariants,
  operations: () => import("./operations.ts"),
});
