// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.staking.v1beta1";
import { genesis } from "./genesis.ts";
import { trackHistory } from "./history.ts";
import { invariants } from "./invariants.ts";
import { stakingKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./needs.ts";
import { queries } from "./queries.ts";
import { endBlock } from "./validatorSet.ts";

export const staking = defineModule({
  name: "staking",
  version: 5,
  stores: ["staking"],
  accounts: { [BONDED_POOL]: ["burner", "staking"], [NOT_BONDED_POOL]: ["burner", "staking"] },
  keeper: stakingKeeper,
  services: [serveMessages(Msg, msgs), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
  beginBlock: (_keeper, ctx) => trackHistory(ctx),
  endBlock: ({ parts }, ctx) => endBlock(parts, ctx),
});
