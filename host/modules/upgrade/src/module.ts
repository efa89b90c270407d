// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { upgradeKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const upgrade = defineModule({
  name: "upgrade",
  version: 2,
  stores: ["upgrade"],
  keeper: upgradeKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  preBlock: (keeper, ctx) => keeper.preBlock(ctx),
  invariants,
  operations: () => import("./operations.ts"),
});
