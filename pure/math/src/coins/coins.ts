import { NumberFault } from "../fault.ts";
import { int } from "../int.ts";
import { byDenom, findCoin, formatList, isDenom, mergeSorted, sameAmounts } from "./lists.ts";

/** An amount of one denomination, unchecked. */
export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** A coin as the wire has it: the amount is unchecked text. */
export interface WireCoin {
  readonly denom: string;
  readonly amount: string;
}

declare const brand: unique symbol;

/**
 * A valid set of coins: sorted by denomination, each once, all positive and of at most 256 bits.
 * Made by functions of this file only.
 */
export type Coins = readonly Coin[] & { readonly [brand]: "Coins" };

/** What was read, or why it is none, in the SDK's words. */
export type Parsed<T> = { readonly value: T; readonly fault?: undefined } | { readonly fault: string };

// The brand has no run-time form: whoever calls this has made sure of the rules.
const valid = (coins: readonly Coin[]): Coins => coins as Coins;

/** No coins. */
export const noCoins: Coins = valid([]);

/** `123uscrt`. */
const formatCoin = ({ denom, amount }: Coin): string => `${amount}${denom}`;

/** `1a,2b`; empty text for no coins. */
export const formatCoins = (coins: readonly Coin[]): string => formatList(coins, String);

/**
 * Why these are not a valid set, in the SDK's words (Coins.Validate); undefined when they are one.
 */
function coinsFault(coins: readonly Coin[]): string | undefined {
  let previous: string | undefined;
  for (const coin of coins) {
    const { denom, amount } = coin;
    if (!isDenom(denom)) return `invalid denom: ${denom}`;
    if (previous !== undefined && denom < previous) return `denomination ${denom} is not sorted`;
    if (denom === previous) return `duplicate denomination ${denom}`;
    // The first coin is shown whole, the others by denomination.
    if (amount <= 0n) return `coin ${previous === undefined ? formatCoin(coin) : denom} amount is not positive`;
    previous = denom;
  }
  return undefined;
}

/** The coins, when they are a valid set as they stand. */
export function checkCoins(coins: readonly Coin[]): Parsed<Coins> {
  if (coins.length === 0) return { value: noCoins };
  const fault = coinsFault(coins);
  return fault === undefined ? { value: valid(coins) } : { fault };
}

/**
 * Coins of a message, of state or of a file: a valid set with amounts in any form of the SDK's Int.
 */
export function parseWireCoins(coins: readonly WireCoin[]): Parsed<Coins> {
  if (coins.length === 0) return { value: noCoins };
  const parsed: Coin[] = [];
  for (const { denom, amount } of coins) {
    const value = int.parse(amount);
    if (value === undefined) return { fault: `invalid amount: ${amount.slice(0, 80)}` };
    parsed.push({ denom, amount: value });
  }
  return checkCoins(parsed);
}

/** Coins for a message, an answer or a file. */
export const wireCoins = (coins: Coins): WireCoin[] =>
  coins.map(({ denom, amount }) => ({ denom, amount: String(amount) }));

/**
 * A set of coins in any order, zeros left out (SDK NewCoins). Throws NumberFault for what cannot be
 * one: twice a denomination, a negative amount, a text that is no denomination.
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

/** A sum of many sets. Cost: each coin once, whereas `addCoins` goes through both sets. */
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

/** The difference; undefined when there is too little of any denomination. */
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

/** The part whose denominations pass. */
export const coinsWhere = (coins: Coins, passes: (denom: string) => boolean): Coins =>
  coins.every(({ denom }) => passes(denom)) ? coins : valid(coins.filter(({ denom }) => passes(denom)));

/** The amount of a denomination, zero when absent. */
export const amountOf = (coins: Coins, denom: string): bigint => findCoin(coins, denom)?.amount ?? 0n;

/** Whether `a` has at least what `b` has, of every denomination (SDK IsAllGTE). */
export const coversCoins = (a: Coins, b: Coins): boolean =>
  b.every(({ denom, amount }) => amountOf(a, denom) >= amount);

/**
 * Whether `a`, which need not be a valid set, has at least what `b` has of one of its denominations
 * (SDK IsAnyGTE).
 */
export const coversAnyCoin = (a: readonly Coin[], b: Coins): boolean =>
  a.some(({ denom, amount }) => {
    const wanted = amountOf(b, denom);
    return wanted !== 0n && amount >= wanted;
  });

/** Whether two sets are the same. */
export const equalCoins = (a: Coins, b: Coins): boolean => sameAmounts(a, b);
