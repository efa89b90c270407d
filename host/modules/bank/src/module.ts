// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.bank.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { bankKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const bank = defineModule({
  name: "bank",
  version: 4,
  stores: ["bank"],
  keeper: bankKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
});
