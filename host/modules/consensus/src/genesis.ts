import type { Genesis } from "@sotto/kernel";
import type { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { type ConsensusKeeper, defaultParams } from "./keeper.ts";

/** The module has no state of its own in a genesis file: consensus brings the parameters. An empty one gives defaults. */
export const genesis: Genesis<ConsensusKeeper, typeof ConsensusParamsSchema> = {
  init(consensus, ctx, params) {
    consensus.setParams(ctx, params.block === undefined ? defaultParams() : params);
    return undefined;
  },
  export: (consensus, ctx) => consensus.params(ctx),
};
