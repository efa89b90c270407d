// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { emergencyKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const emergencyButton = defineModule({
  name: "emergencybutton",
  version: 2,
  stores: ["emergencybutton"],
  accounts: { emergencybutton: [] },
  keeper: emergencyKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
});
