// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  addCoins,
  addDecCoins,
  amountOf,
  type Coins,
  checkCoins,
  checkDecCoins,
  coversAnyCoin,
  coversCoins,
  type DecCoins,
  decAmountOf,
  decCoinsOf,
  equalCoins,
  equalDecCoins,
  formatCoins,
  formatDecCoins,
  intersectDecCoins,
  maxCoins,
  minCoins,
  mulDecCoins,
  mulDecCoinsTruncate,
  mustCoins,
  mustDecCoins,
  type ParseResult,
  parseCoins,
  parseDecCoins,
  quoDecCoinsTruncate,
  subCoins,
  subDecCoins,
  truncateDecCoins,
  type WireCoin,
  wireCoins,
  wireDecCoins,
} from "../src/coins/index.ts";
import { dec, NumberFault } from "../src/index.ts";

type Fields = Readonly<Record<string, unknown>>;
// Made by tools/oracle with the SDK's Coins and DecCoins.
const vectors = JSON.parse(readFileSync(new URL("../../../vectors/coins.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly Fields[]>
>;

function value<T>(parsed: ParseResult<T>): T {
  if (parsed.fault !== undefined) throw new Error(parsed.fault);
  return parsed.value;
}
const textAt = (row: Fields, name: string): string => String(row[name] ?? "");
const coinsAt = (row: Fields, name: string): Coins => value(parseCoins(textAt(row, name)));
const decCoinsAt = (row: Fields, name: string): DecCoins => value(parseDecCoins(textAt(row, name)));

/** A result, or a mark that the numbers were refused. Texts of overflows are not the SDK's. */
function outcome(run: () => string | undefined): string | { readonly panic: true } {
  try {
    return run() ?? { panic: true };
  } catch (thrown) {
    if (thrown instanceof NumberFault) return { panic: true };
    throw thrown;
  }
}
const want = (row: Fields, name: string) =>
  row[`${name}_panic`] === undefined ? textAt(row, name) : ({ panic: true } as const);
const shown = (coins: Coins | undefined) => coins && formatCoins(coins);
const shownDec = (coins: DecCoins | undefined) => coins && formatDecCoins(coins);

function checkFields(row: Fields, checks: Readonly<Record<string, () => unknown>>, ...inputs: string[]): void {
  const names = new Set([...Object.keys(row).map((name) => name.replace("_panic", "")), ...Object.keys(checks)]);
  for (const name of names) {
    if (inputs.includes(name)) continue;
    const check = checks[name];
    if (check === undefined) throw new Error(`unknown field ${name}`);
    const plain = typeof row[name] === "boolean" || typeof row[name] === "object" ? row[name] : want(row, name);
    expect({ row, name, value: check() }).toEqual({ row, name, value: plain });
  }
}

const amounts = (row: Fields, of: (denom: string) => string) =>
  Object.fromEntries(Object.keys(row.amounts_of_a as object).map((denom) => [denom, of(denom)]));

/** The wire's texts of a set; Go writes no list for an empty one. */
const texts = (coins: readonly WireCoin[]) =>
  coins.length === 0 ? null : coins.map(({ denom, amount }) => [denom, amount]);

const lists: Readonly<Record<string, (row: Fields) => void>> = {
  coins(row) {
    const a = coinsAt(row, "a");
    const b = coinsAt(row, "b");
    checkFields(row, {
      a: () => formatCoins(a),
      b: () => formatCoins(b),
      add: () => outcome(() => shown(addCoins(a, b))),
      sub: () => outcome(() => shown(subCoins(a, b))),
      min: () => formatCoins(minCoins(a, b)),
      max: () => formatCoins(maxCoins(a, b)),
      all_gte: () => coversCoins(a, b),
      any_gte: () => coversAnyCoin(a, b),
      equal: () => equalCoins(a, b),
      amounts_of_a: () => amounts(row, (denom) => String(amountOf(a, denom))),
      a_dec: () => formatDecCoins(decCoinsOf(a)),
      a_wire: () => texts(wireCoins(a)),
    });
  },
  dec_coins(row) {
    const a = decCoinsAt(row, "a");
    const b = decCoinsAt(row, "b");
    const parsed = dec.parse(textAt(row, "by"));
    if (parsed.fault !== undefined) throw new Error(parsed.fault);
    const by = parsed.value;
    checkFields(
      row,
      {
        a: () => formatDecCoins(a),
        b: () => formatDecCoins(b),
        add: () => outcome(() => shownDec(addDecCoins(a, b))),
        sub: () => outcome(() => shownDec(subDecCoins(a, b))),
        mul: () => outcome(() => shownDec(mulDecCoins(a, by))),
        mul_truncate: () => outcome(() => shownDec(mulDecCoinsTruncate(a, by))),
        quo_truncate: () => outcome(() => shownDec(quoDecCoinsTruncate(a, by))),
        intersect: () => formatDecCoins(intersectDecCoins(a, b)),
        a_whole: () => formatCoins(truncateDecCoins(a).whole),
        a_change: () => formatDecCoins(truncateDecCoins(a).change),
        equal: () => equalDecCoins(a, b),
        amounts_of_a: () => amounts(row, (denom) => dec.format(decAmountOf(a, denom))),
        a_wire: () => texts(wireDecCoins(a)),
      },
      "by",
    );
  },
  sets(row) {
    const coins = listAt(row).map(([denom, amount]) => ({ denom, amount: BigInt(amount) }));
    checkSet(row, checkCoins(coins).fault, () => formatCoins(mustCoins(coins)));
  },
  dec_sets(row) {
    const coins = listAt(row).map(([denom, text]) => {
      const amount = dec.parse(text);
      if (amount.fault !== undefined) throw new Error(amount.fault);
      return { denom, amount: amount.value };
    });
    checkSet(row, checkDecCoins(coins).fault, () => formatDecCoins(mustDecCoins(coins)));
  },
  dec_parse(row) {
    for (const field of Object.keys(row)) expect(["text", "value", "error"]).toContain(field);
    const parsed = parseDecCoins(textAt(row, "text"));
    const result = parsed.fault === undefined ? { value: formatDecCoins(parsed.value) } : { error: parsed.fault };
    expect({ text: row.text, ...result }).toEqual({ value: row.error === undefined ? "" : undefined, ...row });
  },
};

const listAt = (row: Fields) => row.coins as readonly (readonly [denom: string, amount: string])[];

/**
 * The fault of an unchanged list, and the constructor's result: a set, or the text of the SDK's
 * panic.
 */
function checkSet(row: Fields, fault: string | undefined, make: () => string): void {
  for (const field of Object.keys(row)) expect(["coins", "fault", "new", "new_panic"]).toContain(field);
  expect({ row, fault }).toEqual({ row, fault: row.fault });
  let made: string;
  try {
    made = make();
  } catch (thrown) {
    if (!(thrown instanceof NumberFault)) throw thrown;
    expect({ row, panic: thrown.message }).toEqual({ row, panic: row.new_panic });
    return;
  }
  expect({ row, made, panic: row.new_panic }).toEqual({ row, made: row.new ?? "", panic: undefined });
}

test("every entry and field of coins.json", () => {
  let count = 0;
  for (const [name, rows] of Object.entries(vectors)) {
    const check = lists[name];
    if (check === undefined) throw new Error(`unknown list ${name}`);
    for (const row of rows) {
      check(row);
      count++;
    }
  }
  expect(count).toBe(605);
});
