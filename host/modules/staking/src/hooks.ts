// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "@sotto/errors";
import { type Hooks, isPanic, type WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";

/**
 * Functions of the modules that follow validators and delegations (x/staking types StakingHooks).
 */
export interface StakingHooks {
  readonly afterValidatorCreated?: (ctx: WriteCtx, operator: Uint8Array) => void;
  readonly beforeValidatorModified?: (ctx: WriteCtx, operator: Uint8Array) => void;
  readonly afterValidatorRemoved?: (ctx: WriteCtx, consensusAddress: Uint8Array, operator: Uint8Array) => void;
  readonly afterValidatorBonded?: (ctx: WriteCtx, consensusAddress: Uint8Array, operator: Uint8Array) => void;
  readonly afterValidatorBeginUnbonding?: (ctx: WriteCtx, consensusAddress: Uint8Array, operator: Uint8Array) => void;
  readonly beforeDelegationCreated?: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array) => void;
  readonly beforeDelegationSharesModified?: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array) => void;
  readonly beforeDelegationRemoved?: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array) => void;
  readonly afterDelegationModified?: (ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array) => void;
  readonly beforeValidatorSlashed?: (ctx: WriteCtx, operator: Uint8Array, fraction: Dec) => void;
  readonly afterUnbondingInitiated?: (ctx: WriteCtx, id: bigint) => void;
}

type Name = keyof StakingHooks;
type Arguments<N extends Name> = Parameters<NonNullable<StakingHooks[N]>>;

/** Calls one function of every follower, in order. */
export function callHooks<N extends Name>({ all }: Hooks<StakingHooks>, name: N, ...given: Arguments<N>): void {
  for (const follower of all) {
    // The parameters of the function with this name.
    (follower[name] as ((...args: Arguments<N>) => void) | undefined)?.(...given);
  }
}

/**
 * Runs functions whose error the SDK only logs. Their writes stay. A panic is not an error: it ends
 * the transaction.
 */
export function ignoringErrors(run: () => void): void {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
  }
}
