// SPDX-License-Identifier: Apache-2.0
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

/** An amount of one denomination, of any type of number. */
interface Amount {
  readonly denom: string;
  readonly amount: bigint;
}

export const byDenom = (a: Amount, b: Amount): number => (a.denom < b.denom ? -1 : a.denom > b.denom ? 1 : 0);

/** `1a,2b`; empty text for no coins. */
export function formatList<C extends Amount>(coins: readonly C[], format: (amount: C["amount"]) => string): string {
  let text = "";
  for (const { denom, amount } of coins) text += `${text === "" ? "" : ","}${format(amount)}${denom}`;
  return text;
}

/**
 * Results for a denomination that only the left list has, only the right list, or both; undefined
 * omits it.
 */
interface Merge<C> {
  readonly left: (coin: C) => C | undefined;
  readonly right: (coin: C) => C | undefined;
  readonly both: (a: C, b: C) => C | undefined;
}

/** Merges two sorted lists into one. */
export function mergeSorted<C extends Amount>(a: readonly C[], b: readonly C[], { left, right, both }: Merge<C>): C[] {
  const out: C[] = [];
  const put = (coin: C | undefined): void => {
    if (coin !== undefined) out.push(coin);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    if (y === undefined || (x !== undefined && x.denom < y.denom)) {
      put(left(x as C)); // one of the lists continues
      i++;
    } else if (x === undefined || y.denom < x.denom) {
      put(right(y));
      j++;
    } else {
      put(both(x, y));
      i++;
      j++;
    }
  }
  return out;
}

/** Whether two sorted lists are the same. */
export const sameAmounts = (a: readonly Amount[], b: readonly Amount[]): boolean =>
  a.length === b.length && a.every(({ denom, amount }, i) => b[i]?.denom === denom && b[i]?.amount === amount);

/** The coin of a denomination in a sorted list. */
export function findCoin<C extends Amount>(coins: readonly C[], denom: string): C | undefined {
  let low = 0;
  let high = coins.length;
  while (low < high) {
    const at = (low + high) >> 1;
    const coin = coins[at] as C; // low <= at < high
    if (coin.denom === denom) return coin;
    if (coin.denom < denom) low = at + 1;
    else high = at;
  }
  return undefined;
}
