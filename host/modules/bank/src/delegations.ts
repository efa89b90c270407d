// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import type { ReadCtx, WriteCtx } from "@sotto/kernel";
import { type Coin, type Coins, formatCoins, mustCoins } from "@sotto/math/coins";
import { coinSpent } from "./events.ts";

export interface DelegationNeeds {
  account(ctx: ReadCtx, address: Uint8Array): unknown;
  trackDelegation(ctx: WriteCtx, address: Uint8Array, balance: Coins, amount: Coins): void;
  trackUndelegation(ctx: WriteCtx, address: Uint8Array, amount: Coins): void;
  balance(ctx: ReadCtx, owner: Uint8Array, denom: string): bigint;
  put(ctx: WriteCtx, owner: Uint8Array, denom: string, amount: bigint): void;
  subtract(ctx: WriteCtx, from: Uint8Array, coins: Coins): void;
  add(ctx: WriteCtx, to: Uint8Array, coins: Coins): void;
}

function tracked(kind: string, track: () => void): void {
  try {
    track();
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(`failed to track ${kind}`) : thrown;
  }
}

/** Coins between accounts and the pools of delegated coins (x/bank keeper/keeper.go). */
export function createDelegations(needs: DelegationNeeds) {
  const { trackDelegation, trackUndelegation, balance, put, subtract, add } = needs;

  /** The pool's account is read a second time, and the transaction pays for it. */
  function assertModule(ctx: ReadCtx, address: Uint8Array): void {
    if (needs.account(ctx, address) !== undefined) return;
    throw SdkError.unknownAddress(`module account ${formatAddress(address)} does not exist`);
  }

  return {
    /** DelegateCoins: coins that are locked may be delegated. */
    delegateCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void {
      assertModule(ctx, to);
      const before: Coin[] = [];
      for (const { denom, amount } of coins) {
        const had = balance(ctx, from, denom);
        if (had < amount) {
          const missing = `failed to delegate; ${had}${denom} is smaller than ${formatCoins(coins)}`;
          throw SdkError.insufficientFunds(missing);
        }
        before.push({ denom, amount: had });
        put(ctx, from, denom, had - amount);
      }
      tracked("delegation", () => trackDelegation(ctx, from, mustCoins(before), coins));
      ctx.emit(coinSpent(formatAddress(from), formatCoins(coins)));
      add(ctx, to, coins);
    },
    /** UndelegateCoins. */
    undelegateCoins(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, coins: Coins): void {
      assertModule(ctx, from);
      subtract(ctx, from, coins);
      tracked("undelegation", () => trackUndelegation(ctx, to, coins));
      add(ctx, to, coins);
    },
  };
}
