// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { limitOf, priceText } from "../src/index.ts";

describe("prices in words", () => {
  const decimals = { base: 18, quote: 6, exponent: 18 };

  it.each([
    ["1.25", decimals, 1_250_000n],
    ["0.000001", decimals, 1n],
    ["300", decimals, 300_000_000n],
    ["1.25", { base: 6, quote: 6, exponent: 18 }, 1_250_000_000_000_000_000n],
    ["2500", { base: 8, quote: 2, exponent: 4 }, 25n],
    ["0", decimals, 0n],
  ])("%s", (text, pair, limit) => {
    expect(limitOf(text, pair)).toBe(limit);
    expect(priceText(limit, pair)).toBe(text);
  });

  it.each(["", "1.", ".5", "-1", "1e3", "1,5", " 1"])("refuses %j", (text) => {
    expect(() => limitOf(text, decimals)).toThrow(RangeError);
  });

  it("refuses digits that the pair cannot say", () => {
    expect(() => limitOf("0.0000015", decimals)).toThrow(/1 digits more/);
    expect(limitOf("0.0000010", decimals)).toBe(1n);
  });
});
