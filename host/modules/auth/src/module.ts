// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.auth.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { authKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const auth = defineModule({
  name: "auth",
  version: 5,
  stores: ["acc"],
  accounts: { fee_collector: [] },
  keeper: authKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
});
