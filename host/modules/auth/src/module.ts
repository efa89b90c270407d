import { defineModule } from "@sotto/kernel";
import { GenesisStateSchema, Msg, Query } from "@sotto/proto/cosmos.auth.v1beta1";
import { genesis } from "./genesis.ts";
import { authKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const auth = defineModule({
  name: "auth",
  version: 5,
  proto: { msg: Msg, query: Query, genesis: GenesisStateSchema },
  keeper: authKeeper,
  msg: msgs,
  query: queries,
  genesis,
});
