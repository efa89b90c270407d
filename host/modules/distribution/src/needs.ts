// SPDX-License-Identifier: Apache-2.0
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import type { Coins } from "@sotto/math/coins";

/** The data of a validator that distribution reads. */
export interface Validator {
  readonly operator: Uint8Array;
  /** The same in Bech32. */
  readonly operatorText: string;
  readonly tokens: bigint;
  readonly shares: Dec;
  readonly commissionRate: Dec;
}

export interface Delegation {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  readonly shares: Dec;
}

/** The functions of the chain that distribution calls. It reaches nothing else. */
export interface DistributionNeeds {
  /** Throw staking/3 for an unknown validator, staking/19 for an unknown delegation. */
  mustValidator(ctx: ReadCtx, operator: Uint8Array): Validator;
  mustValidatorByConsensus(ctx: ReadCtx, consensusAddress: Uint8Array): Validator;
  mustDelegation(ctx: ReadCtx, delegator: Uint8Array, operator: Uint8Array): Delegation;
  delegationsOf(ctx: ReadCtx, delegator: Uint8Array): Iterable<Delegation>;
  /** All of the chain, for invariants. */
  validators(ctx: ReadCtx): Iterable<Validator>;
  delegations(ctx: ReadCtx): Iterable<Delegation>;
  /** The coins of shares, rounded half to even or truncated. */
  tokensFromShares(validator: Validator, shares: Dec): Dec;
  tokensFromSharesTruncated(validator: Validator, shares: Dec): Dec;
  bondDenom(ctx: ReadCtx): string;
  /**
   * Delegates coins that an account has, to a validator that is read again. Throws as a message of
   * staking does.
   */
  delegate(ctx: WriteCtx, delegator: Uint8Array, operator: Uint8Array, amount: bigint): void;

  /** Whether users may not send to the account. */
  isBlocked(ctx: ReadCtx, address: Uint8Array): boolean;
  /** All coins of the collector of fees, and of the account `distribution`. */
  feeBalances(ctx: ReadCtx): Coins;
  balances(ctx: ReadCtx): Coins;
  ensureAccount(ctx: WriteCtx): void;
  /** Moves coins from the collector of fees to the account `distribution`. */
  collectFees(ctx: WriteCtx, coins: Coins): void;
  /** Moves coins of a user to the account `distribution`. */
  collect(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  /** The way back. Throws sdk/4 for an account that may not receive. */
  pay(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
}
