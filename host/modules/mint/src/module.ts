// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.mint.v1beta1";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { mintKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const mint = defineModule({
  name: "mint",
  version: 2,
  stores: ["mint"],
  accounts: { mint: ["minter"] },
  keeper: mintKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  beginBlock: (keeper, ctx) => keeper.mintBlock(ctx),
  invariants,
  operations: () => import("./operations.ts"),
});
