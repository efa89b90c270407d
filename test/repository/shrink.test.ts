// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { expect, it } from "vitest";
import { shrink } from "../../tools/sdk/shrink.mjs";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

it("finds exactly the items that matter, wherever they are", () => {
  const lists = fc.integer({ min: 0, max: 120 }).chain((count) => {
    const list = numbers(count);
    return fc.tuple(fc.constant(list), fc.subarray(list, { maxLength: Math.min(count, 5) }));
  });
  fc.assert(
    fc.property(lists, ([list, needed]) => {
      expect(shrink(list, (part) => needed.every((item) => part.includes(item)))).toEqual(needed);
    }),
  );
});

it("leaves a part of which no single item can be left out, for any rule", () => {
  const holds = (part: readonly number[]) => {
    const sum = part.reduce((total, item) => total + item, 0);
    return sum > 100 && sum % 7 === 0;
  };
  const found = shrink(numbers(77), holds);
  expect(holds(found)).toBe(true);
  for (const item of found) expect(holds(found.filter((other) => other !== item))).toBe(false);
});

it("needs few questions when few items matter", () => {
  let asked = 0;
  const found = shrink(numbers(1000), (part) => {
    asked += 1;
    return part.includes(17) && part.includes(900);
  });
  expect(found).toEqual([17, 900]);
  expect(asked).toBeLessThan(60);
});

it("ends when time is over, with the last part that held", () => {
  let left = 5;
  const found = shrink(
    numbers(1000),
    (part) => part.includes(17),
    () => left-- === 0,
  );
  expect(found).toContain(17);
  expect(found.length).toBeLessThan(1000);
  expect(found.length).toBeGreaterThan(1);
});

it("asks nothing about an empty list", () => {
  expect(
    shrink([], () => {
      throw new Error("asked");
    }),
  ).toEqual([]);
});
