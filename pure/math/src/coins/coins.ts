// SPDX-License-Identifier: Apache-2.0
import { NumberFault } from "../fault.ts";
import { int } from "../int.ts";
import { byDenom, findCoin, formatList, isDenom, mergeSorted, sameAmounts } from "./lists.ts";

/** An amount of one denomination, unchecked. */
export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** A coin of the wire form: the amount is unchecked text. */
export interface WireCoin {
  readonly denom: string;
  readonly amount: string;
}

declare const brand: unique symbol;

/**
 * A valid set of coins: sorted by denomination, each denomination once, all amounts positive and of
 * at most 256 bits. Only functions of this file make it.
 */
export type Coins = readonly Coin[] & { readonly [brand]: "Coins" };

/** The value, or the reason why the input is invalid, in the SDK's words. */
export type ParseResult<T> = { readonly value: T; readonly fault?: undefined } | { readonly fault: string };

// The brand has no run-time form: the caller has checked the rules.
const valid = (coins: readonly Coin[]): Coins => coins as Coins;

/** No coins. */
export const noCoins: Coins = valid([]);

/** `123uscrt`. */
const formatCoin = ({ denom, amount }: Coin): string => `${amount}${denom}`;

/** `1a,2b`; empty text for no coins. */
export const formatCoins = (coins: readonly Coin[]): string => formatList(coins, String);

/**
 * The reason why coins are not a valid set, in the SDK's words (Coins.Validate); undefined for a
 * valid set.
 */
function coinsFault(coins: readonly Coin[]): string | undefined {
  let previous: string | undefined;
  for (const coin of coins) {
    const { denom, amount } = coin;
    if (!isDenom(denom)) return `invalid denom: ${denom}`;
    if (previous !== undefined && denom < previous) return `denomination ${denom} is not sorted`;
    if (denom === previous) return `duplicate denomination ${denom}`;
    // The text has the first coin whole, and only the denomination of others.
    if (amount <= 0n) return `coin ${previous === undefined ? formatCoin(coin) : denom} amount is not positive`;
    previous = denom;
  }
  return undefined;
}

/** Returns the unchanged coins if they are a valid set. */
export function checkCoins(coins: readonly Coin[]): ParseResult<Coins> {
  if (coins.length === 0) return { value: noCoins };
  const fault = coinsFault(coins);
  return fault === undefined ? { value: valid(coins) } : { fault };
}

/**
 * Coins of a message, of state or of a file: a valid set with amounts in any form of the SDK's Int.
 */
export function parseWireCoins(coins: readonly WireCoin[]): ParseResult<Coins> {
  if (coins.length === 0) return { value: noCoins };
  const parsed: Coin[] = [];
  for (const { denom, amount } of coins) {
    const value = int.parse(amount);
    if (value === undefined) return { fault: `invalid amount: ${amount.slice(0, 80)}` };
    parsed.push({ denom, amount: value });
  }
  return checkCoins(parsed);
}

/** Go's text of a panic over a missing pointer. */
const NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference";

/**
 * Coins of a message, as Go checks them. A missing amount is empty text here and a nil pointer in
 * Go: denominations and order are checked first, then the SDK panics. Throws NumberFault for it.
 */
export function parseMessageCoins(coins: readonly WireCoin[]): ParseResult<Coins> {
  const missing = coins.findIndex(({ amount }) => amount === "");
  if (missing < 0) return parseWireCoins(coins);
  const fault = parseWireCoins(
    coins.slice(0, missing + 1).map((coin, i) => (i < missing ? coin : { ...coin, amount: "1" })),
  ).fault;
  if (fault !== undefined) return { fault };
  throw new NumberFault(NIL_POINTER);
}

/** The SDK's text of coins of a message, which may be no set. */
export const formatMessageCoins = (coins: readonly WireCoin[]): string =>
  coins.map(({ denom, amount }) => `${amount === "" ? "<nil>" : amount}${denom}`).join(",");

/** The wire form of coins, for messages, answers and files. */
export const wireCoins = (coins: Coins): WireCoin[] =>
  coins.map(({ denom, amount }) => ({ denom, amount: String(amount) }));

/**
 * Makes a set from coins in any order, without zeros (SDK NewCoins). Throws NumberFault for a
 * repeated denomination, a negative amount and an invalid denomination.
 */
export function mustCoins(coins: readonly Coin[]): Coins {
  const sorted = coins.filter(({ amount }) => amount !== 0n).sort(byDenom);
  const fault = coinsFault(sorted);
  if (fault !== undefined) throw new NumberFault(`invalid coin set ${formatCoins(sorted)}: ${fault}`);
  return valid(sorted);
}

const same = (coin: Coin): Coin => coin;
const none = (): undefined => undefined;
const sum = ({ denom, amount }: Coin, b: Coin): Coin => ({ denom, amount: int.add(amount, b.amount) });
const smaller = (a: Coin, b: Coin): Coin => (a.amount < b.amount ? a : b);
const larger = (a: Coin, b: Coin): Coin => (a.amount > b.amount ? a : b);
function difference({ denom, amount }: Coin, b: Coin): Coin | undefined {
  return amount === b.amount ? undefined : { denom, amount: amount - b.amount };
}
const negative = ({ denom, amount }: Coin): Coin => ({ denom, amount: -amount });

/** The sum. Throws NumberFault beyond 256 bits. */
export function addCoins(a: Coins, b: Coins): Coins {
  if (a.length === 0) return b;
  return b.length === 0 ? a : valid(mergeSorted(a, b, { left: same, right: same, both: sum }));
}

/** A sum of many sets. Cost: each coin is visited once, whereas `addCoins` visits both sets. */
export function coinSum() {
  const amounts = new Map<string, bigint>();
  return {
    /** Throws NumberFault beyond 256 bits. */
    add(coins: Coins): void {
      for (const { denom, amount } of coins) amounts.set(denom, int.add(amounts.get(denom) ?? 0n, amount));
    },
    total: (): Coins => valid([...amounts].map(([denom, amount]) => ({ denom, amount })).sort(byDenom)),
  };
}

/** The difference; undefined when `a` has too little of a denomination. */
export function subCoins(a: Coins, b: Coins): Coins | undefined {
  const rest = mergeSorted(a, b, { left: same, right: negative, both: difference });
  return rest.some(({ amount }) => amount < 0n) ? undefined : valid(rest);
}

/** The smaller amount of each denomination that both have. */
export const minCoins = (a: Coins, b: Coins): Coins =>
  valid(mergeSorted(a, b, { left: none, right: none, both: smaller }));

/** The larger amount of each denomination. */
export const maxCoins = (a: Coins, b: Coins): Coins =>
  valid(mergeSorted(a, b, { left: same, right: same, both: larger }));

/** The coins whose denominations pass. */
export const coinsWhere = (coins: Coins, passes: (denom: string) => boolean): Coins =>
  coins.every(({ denom }) => passes(denom)) ? coins : valid(coins.filter(({ denom }) => passes(denom)));

/** The amount of a denomination, zero when absent. */
export const amountOf = (coins: Coins, denom: string): bigint => findCoin(coins, denom)?.amount ?? 0n;

/** Whether `a` has at least the amount of `b`, for every denomination (SDK IsAllGTE). */
export const coversCoins = (a: Coins, b: Coins): boolean =>
  b.every(({ denom, amount }) => amountOf(a, denom) >= amount);

/**
 * Whether `a`, which need not be a valid set, has at least the amount of `b` for one denomination
 * of `b` (SDK IsAnyGTE).
 */
export const coversAnyCoin = (a: readonly Coin[], b: Coins): boolean =>
  a.some(({ denom, amount }) => {
    const wanted = amountOf(b, denom);
    return wanted !== 0n && amount >= wanted;
  });

/** Whether two sets are the same. */
export const equalCoins = (a: Coins, b: Coins): boolean => sameAmounts(a, b);
