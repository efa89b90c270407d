// SPDX-License-Identifier: Apache-2.0
export { StakingError } from "./errors.ts";
export type { StakingHooks } from "./hooks.ts";
export type { StakingKeeper } from "./keeper.ts";
export { staking } from "./module.ts";
export type { StakingNeeds } from "./needs.ts";
export type { Params as StakingParams } from "./params.ts";
export type { Delegation } from "./records.ts";
export {
  consensusPower,
  type Status,
  sharesFromTokens,
  sharesFromTokensTruncated,
  tokensFromShares,
  tokensFromSharesRoundUp,
  tokensFromSharesTruncated,
  type Validator,
} from "./validator.ts";
