// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addCoins,
  addDecCoins,
  amountOf,
  type Coin,
  type Coins,
  checkCoins,
  coinDifference,
  coinSum,
  coinsWhere,
  coversAnyCoin,
  coversCoins,
  type DecCoins,
  decCoinsOf,
  equalCoins,
  equalDecCoins,
  formatCoins,
  formatDecCoins,
  formatMessageCoins,
  intersectDecCoins,
  isDenom,
  maxCoins,
  minCoins,
  mulDecCoins,
  mulDecCoinsTruncate,
  mustCoins,
  mustDecCoins,
  noCoins,
  type ParseResult,
  parseCoins,
  parseDecCoins,
  parseMessageCoins,
  parseWireCoins,
  parseWireDecCoins,
  quoDecCoinsTruncate,
  subCoins,
  subDecCoins,
  truncateDecCoins,
  wireCoins,
  wireDecCoins,
} from "../src/coins/index.ts";
import { dec, NumberFault } from "../src/index.ts";

const coin = (amount: bigint, denom: string): Coin => ({ denom, amount });
const set = (...coins: Coin[]): Coins => mustCoins(coins);

function value<T>(parsed: ParseResult<T>): T {
  if (parsed.fault !== undefined) throw new Error(parsed.fault);
  return parsed.value;
}

const denomination = fc.constantFrom("aaa", "bbb", "ccc", "ibc/B", "uscrt");
/** Amounts that are often equal, and some whose sums are beyond 256 bits. */
const amount = fc.oneof(fc.bigInt({ min: 1n, max: 3n }), fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }));
const anyCoins = fc
  .uniqueArray(fc.record({ denom: denomination, amount }), { selector: ({ denom }) => denom })
  .map(mustCoins);
const smallCoins = fc
  .uniqueArray(fc.record({ denom: denomination, amount: fc.bigInt({ min: 1n, max: 9n }) }), {
    selector: ({ denom }) => denom,
  })
  .map(mustCoins);
const decimal = fc.bigInt({ min: 1n, max: 10n ** 30n }).map(dec.fromAtoms);
const anyDecCoins = fc
  .uniqueArray(fc.record({ denom: denomination, amount: decimal }), { selector: ({ denom }) => denom })
  .map(mustDecCoins);

describe("denominations", () => {
  test.each(["uscrt", "abc", "aBC", "ibc/27394FB0", "factory/secret1x/a-b.c_d:e", "A12", `a${"b".repeat(127)}`])(
    "%s is a denomination",
    (text) => {
      expect(isDenom(text)).toBe(true);
    },
  );
  test.each([
    "",
    "ab",
    "1ab",
    "a b",
    "a,b",
    "abc ",
    "ab\u00e9",
    "abc\n",
    "-ab",
    "/ab",
    "ab+",
    "ab@",
    "ab[",
    "ab`",
    "ab{",
    `a${"b".repeat(128)}`,
  ])("%j is not a denomination", (text) => {
    expect(isDenom(text)).toBe(false);
  });
});

describe("sets of coins", () => {
  test("are accepted unchanged, or refused in the SDK's words", () => {
    expect(checkCoins([])).toEqual({ value: [] });
    expect(checkCoins([coin(1n, "abc"), coin(2n, "abd")])).toEqual({ value: [coin(1n, "abc"), coin(2n, "abd")] });
    expect(checkCoins([coin(0n, "abc")])).toEqual({ fault: "coin 0abc amount is not positive" });
    expect(checkCoins([coin(1n, "abc"), coin(2n, "a")])).toEqual({ fault: "invalid denom: a" });
  });

  test("come from the wire with amounts in any form of an Int", () => {
    const read = (...amounts: string[]) =>
      parseWireCoins(amounts.map((text, i) => ({ denom: `aa${i}`, amount: text })));
    expect(parseWireCoins([])).toEqual({ value: noCoins });
    expect(read("0x10", "1_0")).toEqual({ value: [coin(16n, "aa0"), coin(10n, "aa1")] });
    expect(read("1", "")).toEqual({ fault: "invalid amount: " });
    expect(read(String(2n ** 256n - 1n))).toEqual({ value: [coin(2n ** 256n - 1n, "aa0")] });
    expect(read(String(2n ** 256n)).fault).toBe(`invalid amount: ${2n ** 256n}`);
    expect(read("-1")).toEqual({ fault: "coin -1aa0 amount is not positive" });
  });

  test("are made of coins in any order", () => {
    expect(formatCoins(set(coin(1n, "b/x"), coin(0n, "ccc"), coin(2n, "B.x"), coin(3n, "b.x")))).toBe("2B.x,3b.x,1b/x");
    expect(() => set(coin(1n, "aaa"), coin(2n, "aaa"))).toThrow(
      new NumberFault("invalid coin set 1aaa,2aaa: duplicate denomination aaa"),
    );
  });

  test("a part has the denominations that pass", () => {
    const coins = set(coin(1n, "cw20:x"), coin(2n, "uscrt"));
    expect(coinsWhere(coins, (denom) => denom.startsWith("u"))).toEqual([coin(2n, "uscrt")]);
    expect(coinsWhere(coins, () => true)).toBe(coins);
  });

  test("a sum of many sets equals repeated addition", () => {
    fc.assert(
      fc.property(fc.array(smallCoins), (sets) => {
        const sum = coinSum();
        for (const each of sets) sum.add(each);
        expect(sum.total()).toEqual(sets.reduce(addCoins, noCoins));
      }),
    );
    const full = coinSum();
    full.add(set(coin(2n ** 256n - 1n, "aaa")));
    expect(() => full.add(set(coin(1n, "aaa")))).toThrow(NumberFault);
  });

  test("results are sets, and the laws of arithmetic hold", () => {
    fc.assert(
      fc.property(smallCoins, smallCoins, smallCoins, (a, b, c) => {
        const sum = addCoins(a, b);
        for (const each of [sum, minCoins(a, b), maxCoins(a, b), subCoins(a, b) ?? noCoins])
          expect(checkCoins(each)).toEqual({ value: each });
        expect(addCoins(b, a)).toEqual(sum);
        expect(addCoins(addCoins(a, b), c)).toEqual(addCoins(a, addCoins(b, c)));
        expect(subCoins(sum, b)).toEqual(a);
        expect(subCoins(a, a)).toEqual([]);
        expect(addCoins(minCoins(a, b), maxCoins(a, b))).toEqual(sum);
        expect(coversCoins(sum, a)).toBe(true);
        expect(coversCoins(a, b)).toBe(subCoins(a, b) !== undefined);
        expect(coversCoins(a, b)).toBe(b.every(({ denom, amount: wanted }) => amountOf(a, denom) >= wanted));
        expect(coversAnyCoin(a, b)).toBe(b.some(({ denom, amount: wanted }) => amountOf(a, denom) >= wanted));
        expect(equalCoins(a, b)).toBe(coversCoins(a, b) && coversCoins(b, a));
      }),
    );
  });

  test("only a sum beyond 256 bits is refused", () => {
    fc.assert(
      fc.property(anyCoins, anyCoins, (a, b) => {
        const fits = a.every(({ denom, amount: one }) => one + amountOf(b, denom) < 2n ** 256n);
        if (fits) expect(subCoins(addCoins(a, b), a)).toEqual(b);
        else expect(() => addCoins(a, b)).toThrow(NumberFault);
      }),
    );
  });

  test("survive the wire", () => {
    fc.assert(
      fc.property(anyCoins, (coins) => void expect(parseWireCoins(wireCoins(coins))).toEqual({ value: coins })),
    );
  });
});

describe("sets of decimal coins", () => {
  const half = value(parseDecCoins("0.5aaa"));

  test("the laws of arithmetic hold", () => {
    fc.assert(
      fc.property(anyDecCoins, anyDecCoins, (a, b) => {
        const sum = addDecCoins(a, b);
        expect(addDecCoins(b, a)).toEqual(sum);
        expect(subDecCoins(sum, b)).toEqual(a);
        const common = intersectDecCoins(a, b);
        expect(subDecCoins(a, common)).toBeDefined();
        expect(subDecCoins(b, common)).toBeDefined();
        expect(intersectDecCoins(a, a)).toEqual(a);
        expect(equalDecCoins(a, b)).toBe(formatDecCoins(a) === formatDecCoins(b));
        expect(parseDecCoins(formatDecCoins(a))).toEqual({ value: a });
        expect(parseWireDecCoins(wireDecCoins(a))).toEqual({ value: a });
      }),
    );
  });

  test("truncation loses nothing", () => {
    fc.assert(
      fc.property(anyDecCoins, (coins) => {
        const { whole, change } = truncateDecCoins(coins);
        expect(checkCoins(whole)).toEqual({ value: whole });
        expect(change.every(({ amount: rest }) => rest > 0n && rest < dec.one)).toBe(true);
        expect(addDecCoins(decCoinsOf(whole), change)).toEqual(coins);
      }),
    );
  });

  test("truncated products and quotients are never too large", () => {
    const covers = (a: DecCoins, b: DecCoins): boolean => subDecCoins(a, b) !== undefined;
    fc.assert(
      fc.property(anyDecCoins, decimal, (coins, by) => {
        expect(covers(mulDecCoins(coins, by), mulDecCoinsTruncate(coins, by))).toBe(true);
        expect(covers(coins, mulDecCoinsTruncate(quoDecCoinsTruncate(coins, by), by))).toBe(true);
      }),
    );
  });

  test("negative factors are refused, with which the SDK makes an invalid set", () => {
    for (const by of [mulDecCoins, mulDecCoinsTruncate, quoDecCoinsTruncate])
      expect(() => by(half, dec.neg(dec.one))).toThrow(NumberFault);
    expect(() => quoDecCoinsTruncate(half, dec.zero)).toThrow(NumberFault);
    expect(mulDecCoins(half, dec.zero)).toEqual([]);
  });

  test("text from the wire is checked", () => {
    expect(parseWireDecCoins([{ denom: "aaa", amount: "1.5" }])).toEqual({ fault: "invalid amount: 1.5" });
    expect(parseWireDecCoins([{ denom: "aaa", amount: "0" }])).toEqual({
      fault: "coin 0.000000000000000000aaa amount is not positive",
    });
    expect(parseWireDecCoins([])).toEqual({ value: [] });
  });
});

describe("coins in text", () => {
  test("parse sorts, drops zeros and cuts decimals off", () => {
    expect(parseCoins("")).toEqual({ value: [] });
    expect(parseCoins(" 2bbb , 1.9 aaa,0ccc,0.9ddd ")).toEqual({ value: [coin(1n, "aaa"), coin(2n, "bbb")] });
    expect(parseCoins("1000000uscrt")).toEqual({ value: [coin(1_000_000n, "uscrt")] });
    expect(formatDecCoins(value(parseDecCoins("0.25uscrt")))).toBe("0.250000000000000000uscrt");
  });

  test.each([
    ["uscrt", "invalid decimal coin expression: uscrt"],
    ["1", "invalid decimal coin expression: 1"],
    ["-1uscrt", "invalid decimal coin expression: -1uscrt"],
    ["1.uscrt", "invalid decimal coin expression: 1.uscrt"],
    ["1uscrt,", "invalid decimal coin expression: "],
    ["1us crt", "invalid decimal coin expression: 1us crt"],
    ["1aaa,2aaa", "duplicate denomination aaa"],
    [".5uscrt", "failed to parse decimal coin amount: .5: invalid decimal length"],
    [
      "1.0000000000000000001uscrt",
      "failed to parse decimal coin amount: 1.0000000000000000001: value '1.0000000000000000001' exceeds max precision by -1 decimal places: max precision 18",
    ],
  ])("%j is refused", (text, fault) => {
    expect(parseCoins(text)).toEqual({ fault });
  });

  test("parse is the inverse of format, and never crashes", () => {
    fc.assert(fc.property(anyCoins, (coins) => void expect(parseCoins(formatCoins(coins))).toEqual({ value: coins })));
    fc.assert(fc.property(fc.string(), (text) => void parseCoins(text)));
  });
});

describe("coins without others", () => {
  const coin = (denom: string, amount: bigint) => ({ denom, amount });

  test("may be negative, and have no zeros", () => {
    const held = [coin("a", 5n), coin("b", 3n)];
    expect(coinDifference(held, [coin("a", 5n), coin("b", 1n)])).toEqual({ left: [coin("b", 2n)], isNegative: false });
    expect(coinDifference(held, [coin("c", 1n)])).toEqual({ left: [...held, coin("c", -1n)], isNegative: true });
    expect(coinDifference(held, [coin("a", 2n), coin("a", 4n)]).left).toEqual([coin("a", -1n), coin("b", 3n)]);
    expect(coinDifference([], [])).toEqual({ left: [], isNegative: false });
  });

  test("are in order, as the SDK demands", () => {
    const wrong = [coin("b", 1n), coin("a", 1n)];
    expect(() => coinDifference(wrong, [])).toThrow("Coins (self) must be sorted");
    expect(() => coinDifference([], wrong)).toThrow("Wrong argument: coins must be sorted");
    expect(() => coinDifference([coin("a", 2n ** 256n - 1n)], [coin("a", -1n)])).toThrow("integer overflow");
  });
});

describe("coins of a message", () => {
  const uscrt = (amount: string, denom = "uscrt") => ({ denom, amount });

  test("are a set as any others when no amount is missing", () => {
    for (const list of [[], [uscrt("5")], [uscrt("0")], [uscrt("1"), uscrt("1")], [uscrt("1", "1x")]]) {
      expect(parseMessageCoins(list)).toEqual(parseWireCoins(list));
    }
  });

  // Recorded from the Cosmos SDK 0.50.13: denominations and order come before the amount.
  test.each([
    [[uscrt("")], undefined],
    [[uscrt("1", "aaa"), uscrt("")], undefined],
    [[uscrt(""), uscrt("1", "uaaa")], undefined],
    [[uscrt("", "1x")], "<nil>1x"],
    [[uscrt("1", "zzz"), uscrt("")], "1zzz,<nil>uscrt"],
  ])("%j without an amount are a panic, or a fault with the text %s", (list, text) => {
    if (text === undefined) expect(() => parseMessageCoins(list)).toThrow(NumberFault);
    else {
      expect(parseMessageCoins(list).fault).toBeDefined();
      expect(formatMessageCoins(list)).toBe(text);
    }
  });
});
