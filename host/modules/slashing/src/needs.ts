// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";

/** A validator as slashing sees it. */
export interface SlashedValidator {
  readonly operator: Uint8Array;
  readonly consensusAddress: Uint8Array;
  readonly consensusKey: { readonly typeUrl: string; readonly value: Uint8Array };
  readonly jailed: boolean;
  readonly status: "unbonded" | "unbonding" | "bonded";
  readonly tokens: bigint;
  readonly shares: Dec;
  readonly minSelfDelegation: bigint;
}

/** The functions of staking that slashing calls. It reaches nothing else. */
export interface SlashingNeeds {
  validator(ctx: ReadCtx, operator: Uint8Array): SlashedValidator | undefined;
  validatorByConsensus(ctx: ReadCtx, consensusAddress: Uint8Array): SlashedValidator | undefined;
  validators(ctx: ReadCtx): Iterable<SlashedValidator>;
  delegation(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): { readonly shares: Dec } | undefined;
  tokensFromShares(validator: SlashedValidator, shares: Dec): Dec;
  /** Errors of a missing validator and of a missing delegation, which staking owns. */
  noValidator(): Error;
  noDelegation(): Error;
  /** Returns the burned tokens. */
  slash(ctx: WriteCtx, consensusAddress: Uint8Array, height: bigint, power: bigint, fraction: Dec): bigint;
  jail(ctx: WriteCtx, consensusAddress: Uint8Array): void;
  unjail(ctx: WriteCtx, consensusAddress: Uint8Array): void;
}
