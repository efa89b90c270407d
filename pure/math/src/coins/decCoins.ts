// SPDX-License-Identifier: Apache-2.0
import { type Dec, dec } from "../dec.ts";
import { NumberFault } from "../fault.ts";
import { type Coins, mustCoins, type ParseResult } from "./coins.ts";
import { byDenom, findCoin, formatList, isDenom, mergeSorted, sameAmounts } from "./lists.ts";

/** A decimal amount of one denomination, unchecked. */
export interface DecCoin {
  readonly denom: string;
  readonly amount: Dec;
}

/**
 * A decimal coin of the wire form: the amount is unchecked text, an integer that is 10^18 times as
 * large.
 */
export interface WireDecCoin {
  readonly denom: string;
  readonly amount: string;
}

declare const brand: unique symbol;

/**
 * A valid set of decimal coins: sorted by denomination, each denomination once, all amounts
 * positive. Only functions of this file make it.
 */
export type DecCoins = readonly DecCoin[] & { readonly [brand]: "DecCoins" };

// The brand has no run-time form: the caller has checked the rules.
const valid = (coins: readonly DecCoin[]): DecCoins => coins as DecCoins;

/** No coins. */
export const noDecCoins: DecCoins = valid([]);

/** `0.250000000000000000uscrt`, separated by commas; empty text for no coins. */
export const formatDecCoins = (coins: readonly DecCoin[]): string => formatList(coins, dec.format);

/**
 * The reason why coins are not a valid set, in the SDK's words (DecCoins.Validate); undefined for a
 * valid set.
 */
function decCoinsFault(coins: readonly DecCoin[]): string | undefined {
  const seen = new Set<string>();
  let previous = "";
  for (const coin of coins) {
    const { denom, amount } = coin;
    if (seen.has(denom)) return `duplicate denomination ${denom}`;
    if (!isDenom(denom)) return `invalid denom: ${denom}`;
    if (denom < previous) return `denomination ${denom} is not sorted`;
    // The text has the first coin whole, and only the denomination of others.
    if (amount <= 0n) return `coin ${seen.size === 0 ? formatDecCoins([coin]) : denom} amount is not positive`;
    seen.add(denom);
    previous = denom;
  }
  return undefined;
}

/** Returns the unchanged coins if they are a valid set. */
export function checkDecCoins(coins: readonly DecCoin[]): ParseResult<DecCoins> {
  if (coins.length === 0) return { value: noDecCoins };
  const fault = decCoinsFault(coins);
  return fault === undefined ? { value: valid(coins) } : { fault };
}

/** Decimal coins of a message, of state or of a file. */
export function parseWireDecCoins(coins: readonly WireDecCoin[]): ParseResult<DecCoins> {
  const parsed: DecCoin[] = [];
  for (const { denom, amount } of coins) {
    const value = dec.decode(amount);
    if (value === undefined) return { fault: `invalid amount: ${amount.slice(0, 80)}` };
    parsed.push({ denom, amount: value });
  }
  return checkDecCoins(parsed);
}

/** The wire form of decimal coins, for messages, answers and state. */
export const wireDecCoins = (coins: DecCoins): WireDecCoin[] =>
  coins.map(({ denom, amount }) => ({ denom, amount: dec.encode(amount) }));

const byName = (coins: readonly DecCoin[]): DecCoin[] => coins.filter(({ amount }) => amount !== 0n).sort(byDenom);

/**
 * Makes a set from decimal coins in any order, without zeros (SDK NewDecCoins). Throws NumberFault
 * for a repeated denomination, a negative amount and an invalid denomination.
 */
export function mustDecCoins(coins: readonly DecCoin[]): DecCoins {
  const sorted = byName(coins);
  const fault = decCoinsFault(sorted);
  if (fault !== undefined) throw new NumberFault(`invalid coin set ${formatDecCoins(sorted)}: ${fault}`);
  return valid(sorted);
}

/** The same amounts as decimals. */
export const decCoinsOf = (coins: Coins): DecCoins =>
  valid(coins.map(({ denom, amount }) => ({ denom, amount: dec.fromInt(amount) })));

const same = (coin: DecCoin): DecCoin => coin;
const none = (): undefined => undefined;
const sum = ({ denom, amount }: DecCoin, b: DecCoin): DecCoin => ({ denom, amount: dec.add(amount, b.amount) });
const smaller = (a: DecCoin, b: DecCoin): DecCoin => (a.amount < b.amount ? a : b);
function difference({ denom, amount }: DecCoin, b: DecCoin): DecCoin | undefined {
  return amount === b.amount ? undefined : { denom, amount: dec.sub(amount, b.amount) };
}
const negative = ({ denom, amount }: DecCoin): DecCoin => ({ denom, amount: dec.neg(amount) });

/** The sum. Throws NumberFault out of range. */
export function addDecCoins(a: DecCoins, b: DecCoins): DecCoins {
  if (a.length === 0) return b;
  return b.length === 0 ? a : valid(mergeSorted(a, b, { left: same, right: same, both: sum }));
}

/** The difference; undefined when `a` has too little of a denomination. */
export function subDecCoins(a: DecCoins, b: DecCoins): DecCoins | undefined {
  const rest = mergeSorted(a, b, { left: same, right: negative, both: difference });
  return rest.some(({ amount }) => amount < 0n) ? undefined : valid(rest);
}

/** The smaller amount of each denomination that both have. */
export const intersectDecCoins = (a: DecCoins, b: DecCoins): DecCoins =>
  valid(mergeSorted(a, b, { left: none, right: none, both: smaller }));

/**
 * Applies `change` with a factor or divisor that is not negative to each amount, and omits zeros.
 */
function scaled(coins: DecCoins, by: Dec, change: (amount: Dec, by: Dec) => Dec): DecCoins {
  // The SDK continues with an invalid set.
  if (by < 0n) throw new NumberFault(`decimal coins by a negative decimal: ${dec.format(by)}`);
  const out: DecCoin[] = [];
  for (const { denom, amount } of coins) {
    const changed = change(amount, by);
    if (changed !== 0n) out.push({ denom, amount: changed });
  }
  return valid(out);
}

/** Each amount times a decimal of zero or more, halves to even. Throws NumberFault out of range. */
export const mulDecCoins = (coins: DecCoins, by: Dec): DecCoins => scaled(coins, by, dec.mul);

/** The same, towards zero. */
export const mulDecCoinsTruncate = (coins: DecCoins, by: Dec): DecCoins => scaled(coins, by, dec.mulTruncate);

/**
 * Each amount divided by a positive decimal, towards zero. Throws NumberFault out of range, and for
 * a divisor of zero even without coins.
 */
export function quoDecCoinsTruncate(coins: DecCoins, by: Dec): DecCoins {
  if (by === 0n) throw new NumberFault("invalid zero decimal");
  return scaled(coins, by, dec.quoTruncate);
}

/** The whole amounts, and the fractions that remain. */
export function truncateDecCoins(coins: DecCoins): { readonly whole: Coins; readonly change: DecCoins } {
  const whole = coins.map(({ denom, amount }) => ({ denom, amount: dec.truncateInt(amount) }));
  const change = coins.map(({ denom, amount }) => ({ denom, amount: dec.sub(amount, dec.truncate(amount)) }));
  return { whole: mustCoins(whole), change: valid(change.filter(({ amount }) => amount !== 0n)) };
}

/** The amount of a denomination, zero when absent. */
export const decAmountOf = (coins: DecCoins, denom: string): Dec => findCoin(coins, denom)?.amount ?? dec.zero;

/** Whether two sets are the same. */
export const equalDecCoins = (a: DecCoins, b: DecCoins): boolean => sameAmounts(a, b);

/** POSIX [[:space:]]. */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

function trimSpaces(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * End of a decimal number at the start of the text: digits, or digits "." digits, or "." digits; 0
 * without a number.
 */
function amountEnd(text: string): number {
  let at = 0;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  if (text[at] !== ".") return at;
  let after = at + 1;
  while (after < text.length && isDigit(text.charCodeAt(after))) after++;
  return after > at + 1 ? after : at;
}

/** One decimal coin, as the SDK's ParseDecCoin reads it: `0.25uscrt`, with optional spaces. */
export function parseDecCoin(given: string): ParseResult<DecCoin> {
  const text = trimSpaces(given);
  const end = amountEnd(text);
  let at = end;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  const denom = text.slice(at);
  if (end === 0 || !isDenom(denom)) return { fault: `invalid decimal coin expression: ${text}` };
  const number = text.slice(0, end);
  const amount = dec.parse(number);
  if (amount.fault !== undefined) return { fault: `failed to parse decimal coin amount: ${number}: ${amount.fault}` };
  return { value: { denom, amount: amount.value } };
}

/**
 * A set of decimal coins: sorted, without zeros; duplicates are refused. Empty text is the empty
 * set.
 */
export function parseDecCoins(given: string): ParseResult<DecCoins> {
  const text = trimSpaces(given);
  if (text === "") return { value: noDecCoins };
  const out: DecCoin[] = [];
  for (const part of text.split(",")) {
    const coin = parseDecCoin(part);
    if (coin.fault !== undefined) return coin;
    out.push(coin.value);
  }
  return checkDecCoins(byName(out));
}

/**
 * A set of coins, as the SDK's ParseCoinsNormalized reads it: decimals are allowed and truncated.
 * Amounts below 1 are omitted.
 */
export function parseCoins(text: string): ParseResult<Coins> {
  const coins = parseDecCoins(text);
  return coins.fault === undefined ? { value: truncateDecCoins(coins.value).whole } : coins;
}
