// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.slashing.v1beta1";
import { handleVotes } from "./downtime.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { slashingKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const slashing = defineModule({
  name: "slashing",
  version: 4,
  stores: ["slashing"],
  keeper: slashingKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  beginBlock: handleVotes,
  invariants,
  operations: () => import("./operations.ts"),
});
