import { describe, expect, test } from "vitest";
import { RecentMap } from "../src/index.ts";

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
