// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.authz.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { authzKeeper, removeExpired } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const authz = defineModule({
  name: "authz",
  version: 2,
  stores: ["authz"],
  keeper: authzKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  beginBlock: (_keeper, ctx) => removeExpired(ctx),
  invariants,
  operations: () => import("./operations.ts"),
});
