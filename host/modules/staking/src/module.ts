// SPDX-License-Identifier: Apache-2.0
import { defineModule } from "@sotto/kernel";
import { genesis } from "./genesis.ts";
import { trackHistory } from "./history.ts";
import { stakingKeeper } from "./keeper.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "./needs.ts";
import { endBlock } from "./validatorSet.ts";

export const staking = defineModule({
  name: "staking",
  version: 5,
  stores: ["staking"],
  accounts: { [BONDED_POOL]: ["burner", "staking"], [NOT_BONDED_POOL]: ["burner", "staking"] },
  keeper: stakingKeeper,
  genesis,
  beginBlock: (_keeper, ctx) => trackHistory(ctx),
  endBlock: ({ parts }, ctx) => endBlock(parts, ctx),
});
