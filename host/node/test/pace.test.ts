// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { PaceWatch } from "../src/observing/pace.ts";

describe("the watch over the pace of blocks", () => {
  it("is silent until ten usual pauses have passed", () => {
    const watch = new PaceWatch(5_000, 10_000, 0);
    expect(watch.late(50_000)).toBeUndefined();
    expect(watch.late(50_001)).toBe("no block for 50 s, at most 50 s are usual");
    watch.block(50_002);
    expect(watch.late(50_003)).toBeUndefined();
  });

  it("gives fast chains the least time", () => {
    const watch = new PaceWatch(100, 10_000, 0);
    expect(watch.late(10_000)).toBeUndefined();
    expect(watch.late(10_001)).toBe("no block for 10 s, at most 10 s are usual");
  });

  it("learns the pace from the blocks", () => {
    const watch = new PaceWatch(0, 1_000, 0);
    for (let height = 1; height <= 100; height++) watch.block(height * 6_000);
    expect(watch.late(600_000 + 59_000)).toBeUndefined();
    expect(watch.late(600_000 + 61_000)).toBe("no block for 61 s, at most 60 s are usual");
  });
});
