export { type ConsensusKeeper, consensusKeeper, DEFAULT_PARAMS } from "./keeper.ts";
export { consensus } from "./module.ts";
