// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/secret.compute.v1beta1";
import { checks } from "./checks.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { computeKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const compute = defineModule({
  name: "compute",
  version: 9,
  stores: ["compute"],
  accounts: { compute: ["burner"] },
  keeper: computeKeeper,
  services: [serveMessages(Msg, msgs, checks), serveQueries(Query, queries)],
  genesis,
  // The enclave verifies the block before any of its transactions runs.
  beginBlock(keeper, ctx) {
    if (ctx.proof !== undefined) keeper.needs.enclave.submitBlock({ ...ctx.proof });
  },
  invariants,
  operations: () => import("./operations.ts"),
});
