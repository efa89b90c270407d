// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { feegrantKeeper, prune } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

/** Expired allowances that one block removes (module/abci.go). */
const BLOCK_LIMIT = 200;

export const feegrant = defineModule({
  name: "feegrant",
  version: 2,
  stores: ["feegrant"],
  keeper: feegrantKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  endBlock(_keeper, ctx) {
    prune(ctx, BLOCK_LIMIT);
    return undefined;
  },
  invariants,
  operations: () => import("./operations.ts"),
});
