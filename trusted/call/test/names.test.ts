import { describe, expect, it } from "vitest";
import { NamesOfAll, NamesOfOne } from "../src/names.ts";

describe("names of state keys", () => {
  it("are those of one contract: another one's key of the same text is another", () => {
    const all = new NamesOfAll<number>(100);
    const [a, b] = [new NamesOfOne(all), new NamesOfOne(all)];
    a.set("balance", 1);
    b.set("balance", 2);
    expect([a.get("balance"), b.get("balance"), b.get("other")]).toEqual([1, 2, undefined]);
  });

  it("stay for as long as they are used, whatever others add", () => {
    const all = new NamesOfAll<number>(100);
    const [busy, used] = [new NamesOfOne(all), new NamesOfOne(all)];
    used.set("kept", 7);
    for (let i = 0; i < 10_000; i++) {
      busy.set(`name ${i}`, i);
      if (i % 40 === 0) expect(used.get("kept")).toBe(7);
    }
  });

  it("are no more than the bound over all contracts, the last half of it among them", () => {
    const all = new NamesOfAll<number>(100);
    const contracts = Array.from({ length: 30 }, () => new NamesOfOne(all));
    const of = (i: number) => contracts[(i * 7) % contracts.length] as NamesOfOne<number>;
    const total = 5_000;
    for (let i = 0; i < total; i++) of(i).set(`name ${i}`, i);
    // A look keeps a name for longer and may have others forgotten: from the newest on.
    let found = 0;
    for (let i = total - 1; i >= 0; i--) if (of(i).get(`name ${i}`) === i) found++;
    expect(found).toBeGreaterThanOrEqual(50);
    expect(found).toBeLessThanOrEqual(100);
  });

  it("are forgotten at a contract that does nothing more", () => {
    const all = new NamesOfAll<number>(100);
    const [idle, busy] = [new NamesOfOne(all), new NamesOfOne(all)];
    for (let i = 0; i < 40; i++) idle.set(`name ${i}`, i);
    for (let i = 0; i < 101; i++) busy.set(`name ${i}`, i);
    for (let i = 0; i < 40; i++) expect(idle.get(`name ${i}`)).toBeUndefined();
  });
});
