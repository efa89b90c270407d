// SPDX-License-Identifier: Apache-2.0
import { hooks, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import { delegate, getDelegation, type NewDelegation } from "./delegate.ts";
import type { StakingHooks } from "./hooks.ts";
import { createParts, type StakingNeeds } from "./needs.ts";
import { bondedRatio, stakingSupply, totalBonded } from "./pool.ts";
import type { Delegation, Unbonding } from "./records.ts";
import { isReceiving } from "./redelegations.ts";
import { jail, slash, unjail } from "./slash.ts";
import { state } from "./state.ts";
import { powerReduction, type Validator } from "./validator.ts";
import { applySetUpdates } from "./validatorSet.ts";
import { bondedByPower, getParams, getValidator, validatorByConsensus } from "./validators.ts";

export type StakingKeeper = ReturnType<typeof stakingKeeper>;

/** Delegations of an account, by operator (IterateDelegations). */
function* delegationsOf(ctx: ReadCtx, delegator: Uint8Array): Generator<Delegation, void, void> {
  for (const [, delegation] of state.delegations.entries(ctx, { prefix: [delegator] })) yield delegation;
}

/** Unbondings of an account, by operator (GetAllUnbondingDelegations). */
function* unbondingsOf(ctx: ReadCtx, delegator: Uint8Array): Generator<Unbonding, void, void> {
  for (const [, unbonding] of state.unbondings.entries(ctx, { prefix: [delegator] })) yield unbonding;
}

export function stakingKeeper(needs: StakingNeeds) {
  const followers = hooks<StakingHooks>();
  const parts = createParts(needs, followers);
  return {
    /** The parts that the module's own files share. */
    parts,
    /** The application sets the followers: distribution, then slashing. */
    hooks: followers,
    validator: getValidator,
    validatorByConsensus,
    delegation: getDelegation,
    delegationsOf,
    unbondingsOf,
    isReceiving,
    bondedByPower,
    /** All validators, by operator (IterateValidators). */
    *validators(ctx: ReadCtx): Generator<Validator, void, void> {
      for (const [, validator] of state.validators.entries(ctx)) yield validator;
    },
    /** All delegations, in the order of their rows (GetAllDelegations). */
    *allDelegations(ctx: ReadCtx): Generator<Delegation, void, void> {
      for (const [, delegation] of state.delegations.entries(ctx)) yield delegation;
    },
    params: getParams,
    bondDenom: (ctx: ReadCtx): string => getParams(ctx).bondDenom,
    unbondingTime: (ctx: ReadCtx): bigint => getParams(ctx).unbondingTime,
    maxValidators: (ctx: ReadCtx): number => getParams(ctx).maxValidators,
    totalBonded: (ctx: ReadCtx): bigint => totalBonded(parts, ctx),
    supply: (ctx: ReadCtx): bigint => stakingSupply(parts, ctx),
    bondedRatio: (ctx: ReadCtx): Dec => bondedRatio(parts, ctx),
    /** Shares of a delegation that `delegator` pays for, or that a pool pays for. */
    delegate: (ctx: WriteCtx, given: NewDelegation): Dec => delegate(parts, ctx, given),
    /** Tokens burned from the validator; heights and power of the fault. */
    slash: (ctx: WriteCtx, consensusAddress: Uint8Array, height: bigint, power: bigint, fraction: Dec): bigint =>
      slash(parts, ctx, consensusAddress, height, power, fraction),
    jail,
    unjail,
    /** After transactions of the genesis file: the bonded set (x/genutil DeliverGenTxs). */
    applySetUpdates: (ctx: WriteCtx) => applySetUpdates(parts, ctx),
    powerReduction,
  };
}
