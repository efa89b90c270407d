// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { int } from "@sotto/math";
import { type Coins, checkCoins, mustCoins, type ParseResult, type WireCoin, wireCoins } from "@sotto/math/coins";
import { type Coin, CoinSchema } from "@sotto/proto/cosmos.base.v1beta1";
import { nilPointer } from "./errors.ts";

/** Coins of a row of this module. */
export const rowCoins = (coins: readonly WireCoin[]): Coins =>
  mustCoins(coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })));

/** Coins for a row. */
export const coinRows = (coins: Coins): Coin[] => wireCoins(coins).map((coin) => create(CoinSchema, coin));

/** Coins of a message as Go prints them, valid or not. */
export const coinsText = (coins: readonly WireCoin[]): string =>
  coins.map(({ denom, amount }) => `${amount === "" ? "<nil>" : amount}${denom}`).join(",");

/**
 * Coins of a message, or the reason why they are not a valid set. Throws a recovered panic for a
 * coin without an amount, whose Int is nil in Go, unless another fault comes first (types/coin.go
 * Coins.Validate).
 */
export function messageCoins(coins: readonly WireCoin[]): ParseResult<Coins> {
  const missing = coins.findIndex(({ amount }) => amount === "");
  const known = missing < 0 ? coins : coins.slice(0, missing + 1);
  const result = checkCoins(
    known.map(({ denom, amount }) => ({ denom, amount: amount === "" ? 1n : (int.parse(amount) ?? 0n) })),
  );
  if (missing < 0 || result.fault !== undefined) return result;
  throw nilPointer();
}
