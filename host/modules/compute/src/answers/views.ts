// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";

/** A validator for contracts. */
export interface ValidatorView {
  readonly operatorText: string;
  readonly tokens: bigint;
  readonly shares: Dec;
  readonly commission: { readonly rate: Dec; readonly maxRate: Dec; readonly maxChangeRate: Dec };
}

export interface DelegationView {
  readonly delegatorText: string;
  readonly operatorText: string;
  readonly operator: Uint8Array;
  readonly shares: Dec;
}

export interface UnbondingView {
  readonly delegatorText: string;
  readonly operatorText: string;
  readonly entries: readonly { readonly balance: bigint }[];
}

/** The rows of other modules that contracts may ask for; each read is charged as in the SDK. */
export interface ModuleViews {
  readonly staking: {
    bondDenom(ctx: ReadCtx): string;
    bondedByPower(ctx: ReadCtx): Iterable<ValidatorView>;
    validator(ctx: ReadCtx, operator: Uint8Array): ValidatorView | undefined;
    delegation(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): DelegationView | undefined;
    delegationsOf(ctx: ReadCtx, delegator: Uint8Array): Iterable<DelegationView>;
    unbondingsOf(ctx: ReadCtx, delegator: Uint8Array): Iterable<UnbondingView>;
    /** Whether shares arrive by a redelegation that is not complete yet. */
    isReceiving(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): boolean;
    tokensFromShares(validator: ValidatorView, shares: Dec): Dec;
    /** The error for a delegation whose validator does not exist. */
    validatorMissing(): Error;
  };
  readonly mint: {
    bondedRatio(ctx: ReadCtx): Dec;
    inflation(ctx: ReadCtx): Dec;
  };
  readonly gov: {
    /** Proposals that can be voted on; all are read. Times in seconds since 1970. */
    voting(ctx: ReadCtx): Iterable<{ readonly id: bigint; readonly start: bigint; readonly end: bigint }>;
  };
}
