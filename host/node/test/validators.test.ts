// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { missedBlocks } from "../src/flags.ts";
import { validatorSeeds } from "../src/validatorSeeds.ts";
import { assertMisses, equalPowers, type MissedBlocks, missesOf } from "../src/validators.ts";

const misses = (...texts: readonly string[]): readonly MissedBlocks[] =>
  texts.reduce<readonly MissedBlocks[]>((before, text) => missedBlocks(text, before), []);

describe("a value of --miss", () => {
  test("is a range or a height of a validator, and the flag may be repeated", () => {
    expect(misses("3@100-150", "3@7", "100@1-999999999999999")).toEqual([
      { validator: 3, from: 100, to: 150 },
      { validator: 3, from: 7, to: 7 },
      { validator: 100, from: 1, to: 999_999_999_999_999 },
    ]);
  });

  test.each([
    "",
    "3",
    "3@",
    "@5",
    "0@5",
    "3@0",
    "3@0-5",
    "-3@5",
    "3@5-",
    "3@-5",
    "3@5-6-7",
    "3@5,6",
    "3@ 5",
    "x@5",
    "3.5@5",
    "1000@5",
    `3@${"9".repeat(16)}`,
  ])("%s is refused with an example", (text) => {
    expect(() => missedBlocks(text)).toThrow(InvalidArgumentError);
    expect(() => missedBlocks(text)).toThrow("for example 3@100-150 or 3@120");
  });

  test("that ends before it begins is refused", () => {
    expect(() => missedBlocks("3@150-100")).toThrow("the range ends at 100, before it begins at 150");
  });

  test("says to the sequencer which key misses which block", () => {
    const of = missesOf(misses("2@5-7", "2@9", "1@7"));
    const missed = [4, 5, 6, 7, 8, 9, 10].map((height) => [0, 1, 2].filter((key) => of(key, height)));
    expect(missed).toEqual([[], [1], [1], [0, 1], [], [1], []]);
  });
});

describe("the blocks that validators miss", () => {
  test("are refused for a validator that the chain does not have", () => {
    expect(() => assertMisses(misses("5@10"), equalPowers(4))).toThrow(EnvironmentFault);
    expect(() => assertMisses(misses("5@10"), equalPowers(4))).toThrow(
      "there is no validator 5, the chain has 4 validators",
    );
    expect(() => assertMisses(misses("2@10"), equalPowers(1))).toThrow(
      "the chain has one validator; a new chain has more with",
    );
  });

  test.each([
    [1, ["1@5"], 5, "validator 1 of 1"],
    [2, ["2@5"], 5, "validator 2 of 2"],
    [3, ["2@5"], 5, "validator 2 of 3"],
    [4, ["3@10-20", "2@20-30"], 20, "validators 2 and 3 of 4"],
    [6, ["1@1-9", "6@2-3", "2@9"], 2, "validators 1 and 6 of 6"],
  ] as const)("are refused when %i validators would be without two thirds: %j", (count, texts, height, who) => {
    expect(() => assertMisses(misses(...texts), equalPowers(count))).toThrow(
      `would stop at block ${height}, because ${who} would`,
    );
  });

  test.each([
    [4, ["3@10-20", "2@21-30", "3@15-18"]],
    [7, ["3@10-20", "2@20-30"]],
    [100, Array.from({ length: 33 }, (_, i) => `${i + 1}@1-100`)],
  ] as const)("are allowed while more than two thirds of %i are there: %j", (count, texts) => {
    expect(() => assertMisses(misses(...texts), equalPowers(count))).not.toThrow();
  });

  test("are judged by power: a strong validator may not miss, weak ones may, and one outside of the set stops nothing", () => {
    const powers = [70n, 10n, 10n, 10n, 0n];
    expect(() => assertMisses(misses("1@5"), powers)).toThrow("at block 5, because validator 1 of 5 would be absent");
    expect(() => assertMisses(misses("2@5", "3@5", "4@5", "5@5"), powers)).not.toThrow();
    // More than two thirds: exactly two thirds stop the chain.
    expect(() => assertMisses(misses("2@5"), [2n, 1n])).toThrow("the chain would stop at block 5");
    expect(() => assertMisses(misses("2@5"), [3n, 1n])).not.toThrow();
    // The rest of the set has keys on other machines.
    expect(() => assertMisses(misses("1@5"), [30n], 100n)).not.toThrow();
    expect(() => assertMisses(misses("1@5"), [40n], 100n)).toThrow("the chain would stop at block 5");
  });
});

test("keys of further validators follow from the first, which stays itself", () => {
  const first = new Uint8Array(32).fill(7);
  const four = validatorSeeds(first, 4);
  expect(four[0]).toBe(first);
  expect(validatorSeeds(first, 2)).toEqual(four.slice(0, 2));
  expect(new Set(four.map(String)).size).toBe(4);
  expect(validatorSeeds(new Uint8Array(32), 2)[1]).not.toEqual(four[1]);
});
