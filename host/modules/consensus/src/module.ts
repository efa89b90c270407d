import { defineModule } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/cosmos.consensus.v1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { genesis } from "./genesis.ts";
import { consensusKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const consensus = defineModule({
  name: "consensus",
  version: 1,
  proto: { msg: Msg, query: Query, genesis: ConsensusParamsSchema },
  keeper: consensusKeeper,
  msg: msgs,
  query: queries,
  genesis,
});
