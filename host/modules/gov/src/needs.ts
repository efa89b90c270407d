// SPDX-License-Identifier: Apache-2.0
import type { Hooks, ReadCtx, Router, WriteCtx } from "@sotto/kernel";
import type { Dec } from "@sotto/math";
import type { Coins } from "@sotto/math/coins";
import type { ContentNeeds } from "./contents.ts";

/** Functions of other modules that run when a proposal changes. */
export interface GovHooks {
  afterProposalSubmission?(ctx: WriteCtx, id: bigint): void;
  afterProposalDeposit?(ctx: WriteCtx, id: bigint, depositor: Uint8Array): void;
  afterProposalVote?(ctx: WriteCtx, id: bigint, voter: Uint8Array): void;
  /** A failure undoes the hook's own writes, and has no other effect. */
  afterProposalFailedMinDeposit?(ctx: WriteCtx, id: bigint): void;
  /** As for `afterProposalFailedMinDeposit`. */
  afterProposalVotingPeriodEnded?(ctx: WriteCtx, id: bigint): void;
}

/** The part of a bonded validator that a tally reads. */
export interface TalliedValidator {
  readonly operator: Uint8Array;
  readonly tokens: bigint;
  readonly shares: Dec;
}

/** The functions of the chain that gov calls. It reaches nothing else. */
export interface GovNeeds extends ContentNeeds {
  /**
   * The account of governance, which is made if it does not exist. The caller pays for the read.
   */
  ensureAccount(ctx: WriteCtx): Uint8Array;
  /** The coins of that account, which holds all deposits. */
  readonly money: {
    readonly address: Uint8Array;
    collect(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
    pay(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
    burn(ctx: WriteCtx, coins: Coins): void;
  };
  allBalances(ctx: ReadCtx, address: Uint8Array): Coins;
  fundCommunityPool(ctx: WriteCtx, coins: Coins, sender: Uint8Array): void;
  /** Bonded validators, by power (x/staking IterateBondedValidatorsByPower). */
  bondedByPower(ctx: ReadCtx): Iterable<TalliedValidator>;
  delegationsOf(ctx: ReadCtx, delegator: Uint8Array): Iterable<{ readonly operator: Uint8Array; readonly shares: Dec }>;
  totalBonded(ctx: ReadCtx): bigint;
  /** Messages of all modules. Keepers may not call it while they are created. */
  router(): Router;
}

/** The same with the functions that follow gov. */
export interface GovParts extends GovNeeds {
  readonly hooks: Hooks<GovHooks>;
}
