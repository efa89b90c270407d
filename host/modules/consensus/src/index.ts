// SPDX-License-Identifier: Apache-2.0
export { type ConsensusKeeper, consensusKeeper, DEFAULT_PARAMS } from "./keeper.ts";
export { consensus } from "./module.ts";
