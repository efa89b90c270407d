export { type ConsensusKeeper, consensusKeeper, defaultParams } from "./keeper.ts";
export { consensus } from "./module.ts";
