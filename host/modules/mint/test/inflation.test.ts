// SPDX-License-Identifier: Apache-2.0
import { type Dec, dec, NumberFault } from "@sotto/math";
import type { Params } from "@sotto/proto/cosmos.mint.v1beta1";
import { expect, it } from "vitest";
import { blockProvision, nextInflation } from "../src/inflation.ts";
import { defaultParams, paramsFault, readParams } from "../src/params.ts";

const d = (text: string): Dec => {
  const parsed = dec.parse(text);
  if (parsed.fault !== undefined) throw new Error(parsed.fault);
  return parsed.value;
};
const params = readParams(defaultParams());

it.each([
  // Nothing is bonded: the largest step up. 0.13 a year over 6,311,520 blocks.
  ["0.07", "0", "0.070000020597257079"],
  // Everything is bonded: a step down, whose quotients are rounded half to even.
  ["0.20", "1", "0.199999989855082334"],
  ["0.10", "0.67", "0.100000000000000000"],
  // The bounds of the parameters.
  ["0.20", "0.5", "0.200000000000000000"],
  ["0.07", "1", "0.070000000000000000"],
  ["0.90", "0.5", "0.200000000000000000"],
])("inflation of %s with a bonded share of %s becomes %s", (before, bonded, after) => {
  expect(dec.format(nextInflation(d(before), params, d(bonded)))).toBe(after);
});

it("a block has its share of the year in whole coins", () => {
  expect(blockProvision(d("6311520"), params)).toBe(1n);
  expect(blockProvision(d("6311519.999"), params)).toBe(0n);
  expect(blockProvision(d("1000000000000"), params)).toBe(158440n);
});

it("the number of blocks of a year is read as a signed one, as by the reference", () => {
  const many = readParams({ ...defaultParams(), blocksPerYear: (1n << 64n) - 5n });
  expect(many.blocksPerYear).toBe(-5n);
  expect(() => blockProvision(d("1"), { ...params, blocksPerYear: 0n })).toThrow(NumberFault);
});

const atoms = (text: string): string => dec.encode(d(text));

it.each<[Partial<Params>, string | undefined]>([
  [{}, undefined],
  [{ mintDenom: "" }, "mint denom cannot be blank"],
  [{ mintDenom: "\u0085\t" }, "mint denom cannot be blank"],
  [{ mintDenom: "1x" }, "invalid denom: 1x"],
  [{ inflationRateChange: "" }, "inflation rate change cannot be nil: <nil>"],
  [{ inflationRateChange: "-1" }, "inflation rate change cannot be negative: -0.000000000000000001"],
  [{ inflationRateChange: atoms("1.1") }, "inflation rate change too large: 1.100000000000000000"],
  [{ inflationMax: "" }, "max inflation cannot be nil: <nil>"],
  [{ inflationMax: atoms("2") }, "max inflation too large: 2.000000000000000000"],
  [{ inflationMin: "-5" }, "min inflation cannot be negative: -0.000000000000000005"],
  [{ goalBonded: "" }, "goal bonded cannot be nil: <nil>"],
  [{ goalBonded: "0" }, "goal bonded must be positive: 0.000000000000000000"],
  [{ goalBonded: atoms("1.5") }, "goal bonded too large: 1.500000000000000000"],
  [{ blocksPerYear: 0n }, "blocks per year must be positive: 0"],
  [
    { inflationMin: atoms("0.3") },
    "max inflation (0.200000000000000000) must be greater than or equal to min inflation (0.300000000000000000)",
  ],
])("parameters with %o: %s", (change, fault) => {
  expect(paramsFault({ ...defaultParams(), ...change })).toBe(fault);
});
