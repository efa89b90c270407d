// SPDX-License-Identifier: Apache-2.0
import { ChainError, codespace } from "@sotto/errors";
import type { Steps } from "@sotto/index";
import { describe, expect, it } from "vitest";
import { Turns } from "../../src/turns.ts";

const Refused = codespace("test", { refused: [2, "refused"] });
const LIMITS = { most: 8, heavyWork: 1e9, mostHeavy: 2, sliceMs: 5, deadlineMs: 60_000 };
const turnsOf = (limits: Partial<typeof LIMITS> = {}) =>
  new Turns({ ...LIMITS, ...limits }, (text) => Refused.refused(text));

/** A job of so many steps of the same work; tells of each in `seen`. */
function* job(name: string, steps: number, work: number, seen: string[] = []): Steps<string> {
  for (let i = 0; i < steps; i++) {
    seen.push(name);
    yield work;
  }
  return name;
}

const reasonOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    return `answered ${await promise}`;
  } catch (thrown) {
    return thrown instanceof ChainError ? (thrown.detail ?? "") : String(thrown);
  }
};

describe("turns", () => {
  it("answer with what the job returns or throws", async () => {
    const turns = turnsOf();
    expect(await turns.run(job("a", 3, 1))).toBe("a");
    const failing = (function* (): Steps<never> {
      yield 1;
      throw Refused.refused("mine");
    })();
    expect(await reasonOf(turns.run(failing))).toBe("mine");
    expect(turns.size).toBe(0);
  });

  it("go to the job that has worked least: a short one does not wait for long ones", async () => {
    const turns = turnsOf();
    const seen: string[] = [];
    const jobs = [job("x", 50, 100, seen), job("y", 50, 100, seen), job("z", 2, 100, seen)];
    await Promise.all(jobs.map((each) => turns.run(each)));
    const last = (name: string) => seen.lastIndexOf(name);
    expect(last("z")).toBeLessThan(7);
    // The long ones get the same.
    expect(Math.abs(last("x") - last("y"))).toBe(1);
  });

  it("put a step that names its work before it does it behind all that is shorter", async () => {
    const turns = turnsOf();
    const seen: string[] = [];
    const heavy = function* (): Steps<void> {
      yield 10_000;
      seen.push("heavy");
    };
    await Promise.all([turns.run(heavy()), turns.run(job("light", 20, 100, seen))]);
    expect(seen.indexOf("heavy")).toBe(20);
  });

  it("let few of those go on that have worked much, which may hold much, and short ones pass them", async () => {
    const turns = turnsOf({ heavyWork: 300, mostHeavy: 2 });
    const seen: string[] = [];
    const names = ["a", "b", "c", "d"];
    await Promise.all([...names.map((name) => turns.run(job(name, 10, 100, seen))), turns.run(job("z", 2, 100, seen))]);
    // Three steps each, then two at a time.
    const heavy = seen.slice(4 * 3 + 2).join("");
    expect([seen.slice(0, 14).includes("z"), heavy.length]).toEqual([true, 28]);
    expect(heavy.slice(0, 14)).toMatch(/^[ab]+$/);
    expect(heavy.slice(14)).toMatch(/^[cd]+$/);
  });

  it("let the thread hear of others between two slices", async () => {
    const turns = turnsOf({ sliceMs: 2 });
    const busy = (function* (): Steps<void> {
      for (let i = 0; i < 40; i++) {
        const start = performance.now();
        while (performance.now() - start < 1);
        yield 1;
      }
    })();
    const running = turns.run(busy);
    let heard = 0;
    const timer = setInterval(() => heard++, 1);
    await running;
    clearInterval(timer);
    expect(heard).toBeGreaterThan(3);
  });

  it("make room by ending the job that has worked most, and never the one that came", async () => {
    const turns = turnsOf({ most: 3, sliceMs: 0.2 });
    const first = Array.from({ length: 3 }, (_, i) => reasonOf(turns.run(job(`long${i}`, 1e9, i + 1))));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await turns.run(job("honest", 2, 1))).toBe("honest");
    turns.stop();
    const ended = await Promise.all(first);
    expect(ended.filter((text) => /^too many searches at once/.test(text)).length).toBe(1);
    expect(ended.filter((text) => /stopping/.test(text)).length).toBe(2);
  });

  it("end what has not ended in time", async () => {
    const turns = turnsOf({ deadlineMs: 30 });
    const never = function* (): Steps<never> {
      for (;;) yield 1;
    };
    expect(await reasonOf(turns.run(never()))).toMatch(/^no answer within 30 ms/);
    expect(turns.size).toBe(0);
  });
});
