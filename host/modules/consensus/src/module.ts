// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.consensus.v1";
import { invariants } from "./invariants.ts";
import { consensusKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const consensus = defineModule({
  name: "consensus",
  version: 1,
  stores: ["consensus"],
  keeper: consensusKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  invariants,
  operations: () => import("./operations.ts"),
});
