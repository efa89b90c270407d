// SPDX-License-Identifier: Apache-2.0
/** The rows of modules that contracts may ask for. */
import { dec } from "@sotto/math";
import type { ModuleViews } from "@sotto/x-compute";
import { proposalReads } from "@sotto/x-gov";
import type { MintKeeper } from "@sotto/x-mint";
import { StakingError, type StakingKeeper, tokensFromShares } from "@sotto/x-staking";

export const moduleViews = (staking: StakingKeeper, mint: MintKeeper): ModuleViews => ({
  staking: {
    bondDenom: staking.bondDenom,
    bondedByPower: staking.bondedByPower,
    validator: staking.validator,
    delegation: staking.delegation,
    delegationsOf: staking.delegationsOf,
    unbondingsOf: staking.unbondingsOf,
    isReceiving: staking.isReceiving,
    tokensFromShares,
    validatorMissing: () => StakingError.noValidatorFound("can't load validator for delegation"),
  },
  mint: {
    bondedRatio: staking.bondedRatio,
    inflation: (ctx) => dec.decode(mint.minter(ctx).inflation) ?? dec.zero,
  },
  gov: proposalReads,
});
