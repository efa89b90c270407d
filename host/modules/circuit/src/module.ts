// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.circuit.v1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { circuitKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const circuit = defineModule({
  name: "circuit",
  version: 1,
  stores: ["circuit"],
  keeper: circuitKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
});
