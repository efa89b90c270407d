// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.gov.v1";
import { Msg as LegacyMsg, Query as LegacyQuery } from "@sotto/proto/cosmos.gov.v1beta1";
import { endBlock } from "./endBlock.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { govKeeper } from "./keeper.ts";
import { legacyMsgs } from "./legacyMsgs.ts";
import { legacyQueries } from "./legacyQueries.ts";
import { checks, msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const gov = defineModule({
  name: "gov",
  version: 6,
  stores: ["gov"],
  accounts: { gov: ["burner"] },
  keeper: govKeeper,
  services: [
    serveMessages(LegacyMsg, legacyMsgs),
    serveMessages(Msg, msgs, checks),
    serveQueries(LegacyQuery, legacyQueries),
    serveQueries(Query, queries),
  ],
  genesis,
  endBlock(keeper, ctx) {
    endBlock(keeper, ctx);
    return undefined;
  },
  invariants,
  operations: () => import("./operations.ts"),
});
