import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addCoins,
  amountOf,
  coinFault,
  coinsFault,
  coversCoins,
  dec,
  formatCoins,
  isDenom,
  NumberFault,
  parseCoins,
  parseDecCoins,
  sortCoins,
  subCoins,
  sumCoins,
} from "../src/index.ts";

const coin = (amount: bigint, denom: string) => ({ denom, amount });

describe("denominations", () => {
  test.each(["uscrt", "abc", "aBC", "ibc/27394FB0", "factory/secret1x/a-b.c_d:e", "A12", `a${"b".repeat(127)}`])(
    "%s is one",
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
  ])("%j is none", (text) => {
    expect(isDenom(text)).toBe(false);
  });
});

describe("sets of coins", () => {
  test("are sorted, unique and positive, and say in the SDK's words when not", () => {
    expect(coinsFault([])).toBeUndefined();
    expect(coinsFault([coin(1n, "abc"), coin(2n, "abd")])).toBeUndefined();
    expect(coinsFault([coin(1n, "a")])).toBe("invalid denom: a");
    expect(coinsFault([coin(0n, "abc")])).toBe("coin 0abc amount is not positive");
    expect(coinsFault([coin(-1n, "abc")])).toBe("coin -1abc amount is not positive");
    expect(coinsFault([coin(1n, "abd"), coin(2n, "abc")])).toBe("denomination abc is not sorted");
    expect(coinsFault([coin(1n, "abc"), coin(2n, "abc")])).toBe("duplicate denomination abc");
    expect(coinsFault([coin(1n, "abc"), coin(0n, "abd")])).toBe("coin abd amount is not positive");
    expect(coinsFault([coin(1n, "abc"), coin(2n, "a")])).toBe("invalid denom: a");
    expect(coinFault(coin(0n, "abc"))).toBeUndefined();
    expect(coinFault(coin(-1n, "abc"))).toBe("negative coin amount: -1");
    expect(coinFault(coin(1n, "?"))).toBe("invalid denom: ?");
  });

  test("add, subtract, compare", () => {
    const a = [coin(5n, "aaa"), coin(1n, "ccc")];
    const b = [coin(2n, "aaa"), coin(3n, "bbb")];
    expect(formatCoins(addCoins(a, b))).toBe("7aaa,3bbb,1ccc");
    expect(subCoins(a, b)).toBeUndefined();
    expect(subCoins(addCoins(a, b), b)).toEqual(a);
    expect(subCoins(a, a)).toEqual([]);
    expect(amountOf(a, "ccc")).toBe(1n);
    expect(amountOf(a, "zzz")).toBe(0n);
    expect(coversCoins(a, [coin(5n, "aaa")])).toBe(true);
    expect(coversCoins(a, b)).toBe(false);
    expect(formatCoins(sortCoins([coin(1n, "b/x"), coin(2n, "B.x"), coin(3n, "b.x")]))).toBe("2B.x,3b.x,1b/x");
    expect(() => addCoins([coin(2n ** 256n - 1n, "aaa")], [coin(1n, "aaa")])).toThrow(NumberFault);
  });

  test("a sum is always a valid set, whatever the order", () => {
    const any = fc.record({
      denom: fc.constantFrom("aaa", "bbb", "ccc"),
      amount: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (coins) => {
        const sum = sumCoins(coins);
        expect(coinsFault(sum)).toBeUndefined();
        expect(sumCoins([...coins].reverse())).toEqual(sum);
      }),
    );
  });
});

describe("coins in text", () => {
  test("parse sorts, drops zeros and cuts decimals off", () => {
    expect(parseCoins("")).toEqual({ value: [] });
    expect(parseCoins(" 2bbb , 1.9 aaa,0ccc ")).toEqual({ value: [coin(1n, "aaa"), coin(2n, "bbb")] });
    expect(parseCoins("1000000uscrt")).toEqual({ value: [coin(1_000_000n, "uscrt")] });
    const price = parseDecCoins("0.25uscrt");
    expect(price.fault ?? price.value.map((c) => [dec.format(c.amount), c.denom])).toEqual([
      ["0.250000000000000000", "uscrt"],
    ]);
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

  test("parse is the inverse of format on valid sets, and never crashes", () => {
    const any = fc.record({
      denom: fc.constantFrom("aaa", "ibc/B", "uscrt"),
      amount: fc.bigInt({ min: 1n, max: 2n ** 255n }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(any, { selector: (c) => c.denom }), (coins) => {
        const sorted = sortCoins(coins);
        expect(parseCoins(formatCoins(sorted))).toEqual({ value: sorted });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseCoins(text)));
  });
});
