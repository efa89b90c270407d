import { defineModule } from "@sotto/kernel";
import { GenesisStateSchema, Msg, Query } from "@sotto/proto/secret.compute.v1beta1";
import { checks } from "./checks.ts";
import { genesis } from "./genesis.ts";
import { computeKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const compute = defineModule({
  name: "compute",
  version: 9,
  proto: { msg: Msg, query: Query, genesis: GenesisStateSchema },
  keeper: computeKeeper,
  msg: msgs,
  query: queries,
  checks,
  genesis,
  // The enclave verifies the block before any of its transactions runs.
  beginBlock(keeper, ctx) {
    if (ctx.proof !== undefined) keeper.needs.enclave.submitBlock({ ...ctx.proof });
  },
});
