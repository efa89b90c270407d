// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyKv, Overlay } from "../src/index.ts";
import { Model, rangeOf } from "./model.ts";

const key = fc.uint8Array({ minLength: 1, maxLength: 3, max: 4 });
const value = fc.uint8Array({ maxLength: 3 });
const change = fc.oneof(fc.record({ key, value }), fc.record({ key, value: fc.constant(undefined) }));
const bound = fc.option(key, { nil: undefined });

function put(
  target: { set: Overlay["set"]; delete: Overlay["delete"] },
  one: { key: Uint8Array; value?: Uint8Array | undefined },
) {
  if (one.value === undefined) target.delete(one.key);
  else target.set(one.key, one.value);
}

describe("an overlay", () => {
  test("has the rows of its parent with the changes, at every depth", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 60 }), { maxLength: 4 }),
        bound,
        bound,
        (layers, start, end) => {
          const model = new Model();
          let top = new Overlay(emptyKv);
          for (const layer of layers) {
            top = new Overlay(top);
            for (const one of layer) {
              put(top, one);
              put(model, one);
              expect(top.get(one.key)).toEqual(one.value);
              expect(top.has(one.key)).toBe(one.value !== undefined);
            }
            expect(rangeOf(top, start, end)).toEqual(model.range(start, end));
            expect(rangeOf(top, start, end, true)).toEqual(model.range(start, end, true));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("passes its writes down, and drops them when it is cleared", () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.array(change), (first, second, third) => {
        const model = new Model();
        const base = new Overlay(emptyKv);
        const middle = new Overlay(base);
        const top = new Overlay(middle);
        for (const one of first) put(base, one);
        for (const one of second) put(top, one);
        for (const one of [...first, ...second]) put(model, one);
        top.write();
        expect(top.size).toBe(0);
        expect(rangeOf(middle)).toEqual(model.range());
        for (const one of third) put(middle, one);
        middle.clear();
        expect(rangeOf(middle)).toEqual(rangeOf(base));
      }),
    );
  });

  test("gives its changes in byte order, deletions included", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100 }), (list) => {
        const overlay = new Overlay(emptyKv);
        const last = new Map<string, Uint8Array | undefined>();
        for (const one of list) {
          put(overlay, one);
          last.set(one.key.join(), one.value);
        }
        const changes = Array.from(overlay);
        expect(changes.length).toBe(last.size);
        for (const [changed, now] of changes) expect(now).toEqual(last.get(changed.join()));
        for (let i = 1; i < changes.length; i++) {
          expect(Buffer.compare(changes[i - 1]?.[0] as Uint8Array, changes[i]?.[0] as Uint8Array)).toBe(-1);
        }
      }),
    );
  });

  test("iterates over the rows that it had when the iteration began", () => {
    const overlay = new Overlay(emptyKv);
    for (let i = 0; i < 10; i++) overlay.set(Uint8Array.of(i), Uint8Array.of(i));
    const seen: number[] = [];
    for (const [at, value] of overlay.iterate(undefined, undefined)) {
      seen.push(value[0] as number);
      overlay.delete(at);
      overlay.delete(Uint8Array.of(7));
      overlay.set(Uint8Array.of(8), Uint8Array.of(80));
      overlay.set(Uint8Array.of(100 + (at[0] as number)), at);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rangeOf(overlay).length).toBe(11);
  });

  test("continues an iteration after its writes were passed down", () => {
    const base = new Overlay(emptyKv);
    const top = new Overlay(base);
    for (let i = 0; i < 4; i++) (i % 2 === 0 ? base : top).set(Uint8Array.of(i), Uint8Array.of(i));
    const rows = top.iterate(undefined, undefined);
    expect(rows.next().value).toEqual([Uint8Array.of(0), Uint8Array.of(0)]);
    top.delete(Uint8Array.of(3));
    top.write();
    base.set(Uint8Array.of(2), Uint8Array.of(20));
    top.set(Uint8Array.of(1), Uint8Array.of(10));
    expect([...rows].map(([, value]) => value[0])).toEqual([1, 2, 3]);
    expect(rangeOf(top).map(([, value]) => value)).toEqual(["00", "0a", "14"]);
  });

  test("takes from its budget the memory of its rows, through any nesting, and returns all of it", () => {
    const step = fc.oneof(
      fc.record({ set: fc.nat(5), size: fc.nat(40) }),
      fc.record({ delete: fc.nat(5) }),
      fc.constantFrom("open", "write", "clear"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let used = 0;
        const budget = {
          take(bytes: number) {
            used += bytes;
          },
        };
        const stack = [new Overlay(emptyKv, budget)];
        for (const each of steps) {
          const top = stack.at(-1) as Overlay;
          if (each === "open") stack.push(new Overlay(top, budget));
          else if (each === "clear") top.clear();
          else if (each === "write") {
            const before = used;
            if (stack.length > 1) (stack.pop() as Overlay).write();
            expect(used).toBeLessThanOrEqual(before);
          } else if ("set" in each) top.set(Uint8Array.of(each.set), new Uint8Array(each.size));
          else top.delete(Uint8Array.of(each.delete));
          expect(used).toBe(stack.reduce((sum, overlay) => sum + overlay.held, 0));
          for (const overlay of stack) {
            const bytes = [...overlay].reduce((sum, [key, value]) => sum + 512 + key.length + (value?.length ?? 0), 0);
            expect(overlay.held).toBe(bytes);
          }
        }
      }),
    );
  });

  test("stores no row beyond its budget", () => {
    const overlay = new Overlay(emptyKv, {
      take: (bytes) => {
        if (bytes > 600) throw new Error("full");
      },
    });
    expect(() => overlay.set(Uint8Array.of(1), new Uint8Array(100))).toThrow("full");
    expect([overlay.size, overlay.held]).toEqual([0, 0]);
  });

  test("refuses an empty key", () => {
    const overlay = new Overlay(emptyKv);
    expect(() => overlay.set(new Uint8Array(), new Uint8Array())).toThrow("empty");
    expect(() => overlay.delete(new Uint8Array())).toThrow("empty");
  });
});
