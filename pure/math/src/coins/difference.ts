// SPDX-License-Identifier: Apache-2.0
import { NumberFault } from "../fault.ts";
import { int } from "../int.ts";
import type { Coin } from "./coins.ts";
import { byDenom } from "./lists.ts";

const isInOrder = (coins: readonly Coin[]): boolean =>
  coins.every(({ denom }, i) => i === 0 || (coins[i - 1]?.denom ?? "") <= denom);

/**
 * Coins without others (SDK Coins.SafeSub): in the order of denominations, without zeros, perhaps
 * negative. Both lists may name a denomination twice. Throws NumberFault for a list that is not in
 * order, as the SDK panics.
 */
export function coinDifference(
  coins: readonly Coin[],
  others: readonly Coin[],
): { readonly left: readonly Coin[]; readonly isNegative: boolean } {
  if (!isInOrder(coins)) throw new NumberFault("Coins (self) must be sorted");
  if (!isInOrder(others)) throw new NumberFault("Wrong argument: coins must be sorted");
  const sums = new Map<string, bigint>();
  const add = (denom: string, amount: bigint): void => {
    const sum = (sums.get(denom) ?? 0n) + amount;
    if (!int.inRange(sum)) throw new NumberFault("integer overflow");
    sums.set(denom, sum);
  };
  for (const { denom, amount } of coins) add(denom, amount);
  for (const { denom, amount } of others) add(denom, -amount);
  const left = Array.from(sums, ([denom, amount]) => ({ denom, amount }))
    .filter(({ amount }) => amount !== 0n)
    .sort(byDenom);
  return { left, isNegative: left.some(({ amount }) => amount < 0n) };
}
