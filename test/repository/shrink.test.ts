// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { expect, it } from "vitest";
import { shrink } from "../../tools/sdk/shrink.mjs";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

it("finds exactly the items that matter, wherever they are", async () => {
  const lists = fc.integer({ min: 0, max: 120 }).chain((count) => {
    const list = numbers(count);
    return fc.tuple(fc.constant(list), fc.subarray(list, { maxLength: Math.min(count, 5) }));
  });
  await fc.assert(
    fc.asyncProperty(lists, async ([list, needed]) => {
      expect(await shrink(list, (part) => needed.every((item) => part.includes(item)))).toEqual(needed);
    }),
  );
});

it("leaves a part of which no single item can be left out, for any rule", async () => {
  const holds = (part: readonly number[]) => {
    const sum = part.reduce((total, item) => total + item, 0);
    return sum > 100 && sum % 7 === 0;
  };
  const found = await shrink(numbers(77), holds);
  expect(holds(found)).toBe(true);
  for (const item of found) expect(holds(found.filter((other) => other !== item))).toBe(false);
});

it("needs few questions when few items matter", async () => {
  let asked = 0;
  const found = await shrink(numbers(1000), (part) => {
    asked += 1;
    return part.includes(17) && part.includes(900);
  });
  expect(found).toEqual([17, 900]);
  expect(asked).toBeLessThan(60);
});

it("ends when time is over, with the last part that held", async () => {
  let left = 5;
  const found = await shrink(
    numbers(1000),
    (part) => part.includes(17),
    () => left-- === 0,
  );
  expect(found).toContain(17);
  expect(found.length).toBeLessThan(1000);
  expect(found.length).toBeGreaterThan(1);
});

it("asks nothing about an empty list", async () => {
  expect(
    await shrink([], () => {
      throw new Error("asked");
    }),
  ).toEqual([]);
});
