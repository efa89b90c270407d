// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairQueue } from "../../src/fairQueue.ts";

let clock = 0;
const item = (by: string) => ({ by, since: clock++ });

/** Takes what is next; it takes so many milliseconds. */
function serve(queue: FairQueue<ReturnType<typeof item>>, ms: (by: string) => number): string | undefined {
  const next = queue.first(1);
  if (next === undefined) return undefined;
  queue.take(next);
  queue.end(next, ms(next.by));
  return next.by;
}

describe("turns", () => {
  test("are in the order of coming for one name, and for names that take the same", () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    const items = ["a", "b", "a", "b", "a"].map(item);
    for (const each of items) queue.add(each);
    const order = items.map(() => {
      const next = queue.first(1) as (typeof items)[number];
      queue.take(next);
      queue.end(next, 5);
      return next;
    });
    expect(order).toEqual(items);
    expect([queue.length, queue.first(1), queue.oldest()]).toEqual([0, undefined, undefined]);
  });

  test("give equal time: short ones are served in numbers beside long ones", () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (let i = 0; i < 1_000; i++) for (const by of ["long", "short"]) queue.add(item(by));
    const served = { long: 0, short: 0 };
    for (let i = 0; i < 505; i++) served[serve(queue, (by) => (by === "long" ? 900 : 9)) as "long" | "short"]++;
    expect(served.short).toBeGreaterThan(490);
    expect(served.long).toBeGreaterThan(3);
  });

  test("cannot be saved up, nor are they owed for time that nobody else wanted", () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (let i = 0; i < 200; i++) queue.add(item("early"));
    for (let i = 0; i < 100; i++) expect(serve(queue, () => 10)).toBe("early");
    // The newcomer does not get the hundred turns that it was away for, and the other does not wait
    // for them.
    for (let i = 0; i < 20; i++) queue.add(item("late"));
    const order = Array.from({ length: 10 }, () => serve(queue, () => 10));
    expect(order.filter((by) => by === "late")).toHaveLength(5);
    // Away and back again: the same.
    for (let i = 0; i < 30; i++) serve(queue, () => 10);
    for (let i = 0; i < 10; i++) queue.add(item("late"));
    expect(Array.from({ length: 10 }, () => serve(queue, () => 10)).filter((by) => by === "late")).toHaveLength(5);
  });

  test("of a name that runs as often as it may are passed over", () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    const [first, second, other] = [item("a"), item("a"), item("b")];
    for (const each of [first, second, other]) queue.add(each);
    queue.take(first);
    expect(queue.first(1)).toBe(other);
    expect(queue.first(2)).toBe(second);
    queue.take(other);
    expect(queue.first(1)).toBeUndefined();
    expect(queue.oldest()).toBe(second.since);
    queue.end(first, 3);
    expect(queue.first(1)).toBe(second);
  });

  test("come to everything, once, in any order of events, with more names than are remembered", () => {
    const event = fc.record({
      by: fc.integer({ min: 0, max: 3_000 }).map(String),
      serves: fc.boolean(),
      ms: fc.nat(900),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 3_000, size: "max" }), (events) => {
        const queue = new FairQueue<ReturnType<typeof item>>();
        const waiting = new Set<ReturnType<typeof item>>();
        const take = (ms: number): void => {
          const next = queue.first(1);
          expect(next === undefined).toBe(waiting.size === 0);
          if (next === undefined) return;
          expect(waiting.delete(next)).toBe(true);
          queue.take(next);
          queue.end(next, ms);
        };
        for (const { by, serves, ms } of events) {
          const added = item(by);
          queue.add(added);
          waiting.add(added);
          if (serves) take(ms);
          expect(queue.length).toBe(waiting.size);
        }
        while (waiting.size > 0) take(1);
      }),
      { numRuns: 30 },
    );
  });

  test("end with what waits given back", () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    const items = ["a", "b", "a"].map(item);
    for (const each of items) queue.add(each);
    const running = queue.first(1) as (typeof items)[number];
    queue.take(running);
    expect(new Set(queue.clear())).toEqual(new Set(items.slice(1)));
    expect([queue.length, queue.first(9)]).toEqual([0, undefined]);
    queue.end(running, 1);
  });
});
