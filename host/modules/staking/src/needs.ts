// SPDX-License-Identifier: Apache-2.0
import type { Hooks, ReadCtx, WriteCtx } from "@sotto/kernel";
import type { Coins } from "@sotto/math/coins";
import type { StakingHooks } from "./hooks.ts";

/** A module's account that holds delegated coins. */
export interface StakePool {
  readonly address: Uint8Array;
  delegate(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  undelegate(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
}

/** The functions of bank that staking calls for an account that may burn. */
export interface Money {
  readonly address: Uint8Array;
  collect(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  burn(ctx: WriteCtx, coins: Coins): void;
}

/** The functions of the chain that staking calls. It reaches nothing else. */
export interface StakingNeeds {
  stakePool(name: string): StakePool;
  burner(name: string): Money;
  balance(ctx: ReadCtx, owner: Uint8Array, denom: string): bigint;
  allBalances(ctx: ReadCtx, owner: Uint8Array): Coins;
  supply(ctx: ReadCtx, denom: string): bigint;
  /** Reads an account. Staking pays for the read and does not use the account. */
  account(ctx: ReadCtx, address: Uint8Array): unknown;
  ensureModule(ctx: WriteCtx, name: string): Uint8Array;
  /** Types of consensus keys that CometBFT accepts, without a charge; undefined: all. */
  publicKeyTypes(ctx: ReadCtx): readonly string[] | undefined;
}

export const BONDED_POOL = "bonded_tokens_pool";
export const NOT_BONDED_POOL = "not_bonded_tokens_pool";

export type Pool = StakePool & Money;

/** The parts that the functions of this module share. */
export interface Staking {
  readonly hooks: Hooks<StakingHooks>;
  readonly needs: StakingNeeds;
  /** The tokens of bonded validators. */
  readonly bonded: Pool;
  /** Those of other validators and of unbondings. */
  readonly notBonded: Pool;
}

export function createParts(needs: StakingNeeds, hooks: Hooks<StakingHooks>): Staking {
  const pool = (name: string): Pool => ({ ...needs.stakePool(name), ...needs.burner(name) });
  return { hooks, needs, bonded: pool(BONDED_POOL), notBonded: pool(NOT_BONDED_POOL) };
}
