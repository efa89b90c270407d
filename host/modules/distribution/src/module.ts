// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.distribution.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { distributionKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const distribution = defineModule({
  name: "distribution",
  // The fork counts one version more than the SDK (x/distribution module.go).
  version: 4,
  stores: ["distribution"],
  accounts: { distribution: [] },
  keeper: distributionKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  beginBlock: (keeper, ctx) => keeper.beginBlock(ctx),
  invariants,
  operations: () => import("./operations.ts"),
});
