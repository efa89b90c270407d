import { type Dec, dec } from "./dec.ts";
import { int } from "./int.ts";

/** An amount of one denomination. */
export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** A coin as the wire has it: the amount is unchecked text. */
export interface WireCoin {
  readonly denom: string;
  readonly amount: string;
}

/** Coins of a valid set: sorted by denomination, each once, all positive. */
export type Coins = readonly Coin[];

/** A decimal amount of one denomination, e.g. a gas price. */
export interface DecCoin {
  readonly denom: string;
  readonly amount: Dec;
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Whether a text is a denomination: the SDK's [a-zA-Z][a-zA-Z0-9/:._-]{2,127}. */
export function isDenom(text: string): boolean {
  if (text.length < 3 || text.length > 128 || !isLetter(text.charCodeAt(0))) return false;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // "-", ".", "/" are neighbours; ":" and "_"
    if (!isLetter(code) && !isDigit(code) && !(code >= 45 && code <= 47) && code !== 58 && code !== 95) return false;
  }
  return true;
}

/** `123uscrt`. */
export const formatCoin = (coin: Coin): string => `${coin.amount}${coin.denom}`;

/** `1a,2b`; empty text for no coins. */
export const formatCoins = (coins: readonly Coin[]): string => coins.map(formatCoin).join(",");

/** Why this is not a valid coin, in the SDK's words; undefined when it is one. Zero is valid. */
export function coinFault(coin: Coin): string | undefined {
  if (!isDenom(coin.denom)) return `invalid denom: ${coin.denom}`;
  return coin.amount < 0n ? `negative coin amount: ${coin.amount}` : undefined;
}

/** Why this is not a valid set of coins, in the SDK's words (Coins.Validate); undefined when it is one. */
export function coinsFault(coins: readonly Coin[]): string | undefined {
  let previous: string | undefined;
  for (const coin of coins) {
    if (!isDenom(coin.denom)) return `invalid denom: ${coin.denom}`;
    if (previous !== undefined && coin.denom < previous) return `denomination ${coin.denom} is not sorted`;
    if (coin.denom === previous) return `duplicate denomination ${coin.denom}`;
    // The first coin is shown whole, the others by denomination.
    if (coin.amount <= 0n)
      return `coin ${previous === undefined ? formatCoin(coin) : coin.denom} amount is not positive`;
    previous = coin.denom;
  }
  return undefined;
}

const byDenom = (a: { readonly denom: string }, b: { readonly denom: string }): number =>
  a.denom < b.denom ? -1 : a.denom > b.denom ? 1 : 0;

/** Sorted by denomination. */
export const sortCoins = (coins: readonly Coin[]): Coin[] => coins.toSorted(byDenom);

/** A valid set of any coins: equal denominations summed, zeros left out, sorted. NumberFault beyond 256 bits. */
export function sumCoins(coins: readonly Coin[]): Coin[] {
  const sums = new Map<string, bigint>();
  for (const { denom, amount } of coins) sums.set(denom, int.add(sums.get(denom) ?? 0n, amount));
  const out: Coin[] = [];
  for (const [denom, amount] of sums) if (amount !== 0n) out.push({ denom, amount });
  return out.sort(byDenom);
}

/** The sum of two sets. */
export const addCoins = (a: Coins, b: Coins): Coin[] => sumCoins([...a, ...b]);

/** The difference of two sets; undefined when any amount would be negative. */
export function subCoins(a: Coins, b: Coins): Coin[] | undefined {
  const out = sumCoins([...a, ...b.map(({ denom, amount }) => ({ denom, amount: -amount }))]);
  return out.some((coin) => coin.amount < 0n) ? undefined : out;
}

/** The amount of a denomination, zero when absent. */
export function amountOf(coins: readonly Coin[], denom: string): bigint {
  for (const coin of coins) if (coin.denom === denom) return coin.amount;
  return 0n;
}

/** Whether `a` has at least what `b` has, of every denomination. */
export const coversCoins = (a: Coins, b: Coins): boolean => b.every((coin) => amountOf(a, coin.denom) >= coin.amount);

/** Coins read from a text, or why it has none, in the SDK's words. */
export type Parsed<T> = { readonly value: T; readonly fault?: undefined } | { readonly fault: string };

/** POSIX [[:space:]]. */
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

function trimSpaces(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** End of a decimal number at the start of the text: digits, or digits "." digits, or "." digits; 0 when there is none. */
function amountEnd(text: string): number {
  let at = 0;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  if (text[at] !== ".") return at;
  let after = at + 1;
  while (after < text.length && isDigit(text.charCodeAt(after))) after++;
  return after > at + 1 ? after : at;
}

/** One decimal coin, as the SDK's ParseDecCoin reads it: `0.25uscrt`, spaces between allowed. */
export function parseDecCoin(given: string): Parsed<DecCoin> {
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

/** A set of decimal coins: zeros left out, sorted; duplicates are refused. Empty text gives none. */
export function parseDecCoins(given: string): Parsed<DecCoin[]> {
  const text = trimSpaces(given);
  if (text === "") return { value: [] };
  const out: DecCoin[] = [];
  for (const part of text.split(",")) {
    const coin = parseDecCoin(part);
    if (coin.fault !== undefined) return coin;
    if (coin.value.amount !== 0n) out.push(coin.value);
  }
  out.sort(byDenom);
  for (let i = 1; i < out.length; i++) {
    const denom = (out[i] as DecCoin).denom;
    if (denom === (out[i - 1] as DecCoin).denom) return { fault: `duplicate denomination ${denom}` };
  }
  return { value: out };
}

/** A set of coins, as the SDK's ParseCoinsNormalized reads it: decimals are allowed and cut off. */
export function parseCoins(text: string): Parsed<Coin[]> {
  const coins = parseDecCoins(text);
  if (coins.fault !== undefined) return coins;
  return { value: coins.value.map(({ denom, amount }) => ({ denom, amount: dec.truncateInt(amount) })) };
}

/** Why coins in their wire form (amounts as text) are not a valid set, in the SDK's words; undefined when they are one. */
export function wireCoinsFault(coins: readonly WireCoin[]): string | undefined {
  const parsed: Coin[] = [];
  for (const { denom, amount } of coins) {
    const value = int.parse(amount);
    if (value === undefined) return `invalid amount: ${amount.slice(0, 80)}`;
    parsed.push({ denom, amount: value });
  }
  return coinsFault(parsed);
}
