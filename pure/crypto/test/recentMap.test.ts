// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { RecentBound, RecentMap } from "../src/index.ts";

describe("a map of what was used lately", () => {
  test("keeps half of its capacity whatever comes, and never more than all of it", () => {
    const map = new RecentMap<number, number>(10);
    for (let i = 0; i < 1000; i++) {
      map.set(i, i);
      for (let back = 0; back < 5 && back <= i; back++) expect(map.get(i - back)).toBe(i - back);
    }
    let kept = 0;
    for (let i = 0; i < 1000; i++) if (map.get(i) !== undefined) kept++;
    expect(kept).toBeLessThanOrEqual(10);
  });

  test("what is used stays, what is not goes", () => {
    const map = new RecentMap<string, number>(4);
    map.set("used", 1);
    map.set("unused", 2);
    for (let i = 0; i < 100; i++) {
      map.set(`other ${i}`, i);
      expect(map.get("used")).toBe(1);
    }
    expect(map.get("unused")).toBeUndefined();
  });

  test("the newest value counts", () => {
    const map = new RecentMap<string, number>(4);
    for (let i = 0; i < 20; i++) {
      map.set("key", i);
      map.set(`other ${i % 3}`, i);
      expect(map.get("key")).toBe(i);
    }
    expect(() => new RecentMap(1)).toThrow(RangeError);
  });
});

describe("maps under one bound", () => {
  test("are apart: the same key is another entry in each", () => {
    const all = new RecentBound(100);
    const [a, b] = [new RecentMap<string, number>(all), new RecentMap<string, number>(all)];
    a.set("balance", 1);
    b.set("balance", 2);
    expect([a.get("balance"), b.get("balance"), b.get("other")]).toEqual([1, 2, undefined]);
  });

  test("keep what is used, whatever others add", () => {
    const all = new RecentBound(100);
    const [busy, used] = [new RecentMap<string, number>(all), new RecentMap<string, number>(all)];
    used.set("kept", 7);
    for (let i = 0; i < 10_000; i++) {
      busy.set(`name ${i}`, i);
      if (i % 40 === 0) expect(used.get("kept")).toBe(7);
    }
  });

  test("have no more entries than the bound over all of them, the last half of it among them", () => {
    const all = new RecentBound(100);
    const maps = Array.from({ length: 30 }, () => new RecentMap<string, number>(all));
    const of = (i: number) => maps[(i * 7) % maps.length] as RecentMap<string, number>;
    const total = 5_000;
    for (let i = 0; i < total; i++) of(i).set(`name ${i}`, i);
    // A read keeps a name longer and may drop others: from the newest on.
    let found = 0;
    for (let i = total - 1; i >= 0; i--) if (of(i).get(`name ${i}`) === i) found++;
    expect(found).toBeGreaterThanOrEqual(50);
    expect(found).toBeLessThanOrEqual(100);
  });

  test("lose what they have when they are not used any more", () => {
    const all = new RecentBound(100);
    const [idle, busy] = [new RecentMap<string, number>(all), new RecentMap<string, number>(all)];
    for (let i = 0; i < 40; i++) idle.set(`name ${i}`, i);
    for (let i = 0; i < 101; i++) busy.set(`name ${i}`, i);
    for (let i = 0; i < 40; i++) expect(idle.get(`name ${i}`)).toBeUndefined();
  });
});
