// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { withReplaced } from "../../../test/support/replaced.ts";
import { ClockWatch, nowNs } from "../src/clock.ts";

const NOW = 1_800_000_000_000;
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;

function watch() {
  const told: string[] = [];
  return { told, clock: new ClockWatch((text) => told.push(text)) };
}

describe("a chain's time", () => {
  test.each([
    [0, undefined],
    [3_599_000, undefined],
    [3_700_000, "62 min"],
    [10 * 3_600_000, "10.0 h"],
    [5 * 86_400_000, "5 days"],
  ])("that is %i ms behind the clock at a start is told of when it is more than an hour", (age, text) => {
    const { clock, told } = watch();
    clock.start(ns(NOW - age), NOW);
    clock.block(ns(NOW), NOW);
    expect(told).toHaveLength(text === undefined ? 0 : 1);
    if (text !== undefined) expect(told[0]).toContain(`the last block is ${text} old`);
  });

  test("that is ahead is told of once, and again when it has met the clock meanwhile", () => {
    const { clock, told } = watch();
    clock.start(ns(NOW + 9_000), NOW);
    expect(told).toEqual([]);
    clock.block(ns(NOW + 40_000), NOW);
    clock.block(ns(NOW + 40_001), NOW + 100);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("the chain's time is 40 s ahead of this machine's clock");
    clock.block(ns(NOW + 40_002), NOW + 39_000);
    clock.block(ns(NOW + 40_003), NOW);
    expect(told).toHaveLength(2);
  });
});

describe("the clock", () => {
  test("follows the machine's when that goes on without it, as after a sleep, and never goes back", () => {
    const real = Date.now;
    let shift = 0;
    const shifted = (): number => real.call(Date) + shift;
    withReplaced(Date, "now", shifted, () => {
      const before = nowNs();
      shift = 3_600_000;
      const after = nowNs();
      expect(Number((after - before) / 1_000_000n)).toBeGreaterThan(3_599_000);
      shift = -3_600_000;
      expect(nowNs()).toBeGreaterThanOrEqual(after);
      expect(Number(nowNs() - after)).toBeLessThan(1e9);
    });
  });
});
