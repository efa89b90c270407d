// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstDifference, MemoryDisk, type StateStore } from "../src/index.ts";
import { bytes, changesOf, start } from "./stores.ts";

type Row = readonly [string, string | undefined];

const difference = (a: StateStore, b: StateStore, version = a.version) =>
  a.withTree("bank", version, (ours) => b.withTree("bank", version, (theirs) => firstDifference(ours, theirs)));

/** A store with one version for each list of rows. */
function storeOf(...versions: readonly (readonly Row[])[]): StateStore {
  const store = start({ memory: new MemoryDisk() });
  for (const rows of versions) store.commit(changesOf("bank", rows));
  return store;
}

const many = (count: number, changed: readonly Row[] = []): Row[] => {
  const rows = new Map<string, string | undefined>();
  for (let i = 0; i < count; i++) rows.set(`key ${String(i).padStart(4, "0")}`, `value ${i}`);
  for (const [key, value] of changed) {
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
  }
  return [...rows];
};

describe("the first difference of two trees", () => {
  test("is none for the same rows of the same versions, and for two empty trees", () => {
    expect(difference(storeOf(many(100)), storeOf(many(100)))).toBeUndefined();
    expect(difference(storeOf([]), storeOf([]))).toBeUndefined();
  });

  test("is the row whose value differs, though later rows differ too", () => {
    const other = storeOf(
      many(1000, [
        ["key 0500", "other"],
        ["key 0900", "other"],
      ]),
    );
    expect(difference(storeOf(many(1000)), other)).toEqual({
      kind: "row",
      key: bytes("key 0500"),
      a: { value: bytes("value 500"), version: 1 },
      b: { value: bytes("other"), version: 1 },
    });
  });

  test("is the row that one side lacks: in the middle, at the end, or all of them", () => {
    const whole = storeOf(many(100));
    const row = (i: number) => ({ value: bytes(`value ${i}`), version: 1 });
    const lacks = (key: string) => storeOf(many(100, [[key, undefined]]));
    expect(difference(whole, lacks("key 0050"))).toMatchObject({ key: bytes("key 0050"), a: row(50), b: undefined });
    expect(difference(lacks("key 0099"), whole)).toMatchObject({ key: bytes("key 0099"), a: undefined, b: row(99) });
    expect(difference(storeOf([]), whole)).toMatchObject({ key: bytes("key 0000"), a: undefined, b: row(0) });
  });

  test("is the row that was written in another version with the same value", () => {
    const a = storeOf(many(100), [["key 0042", "value 42"]]);
    const b = storeOf(many(100), []);
    expect(difference(a, b)).toMatchObject({ key: bytes("key 0042"), a: { version: 2 }, b: { version: 1 } });
    expect(difference(a, b, 1)).toBeUndefined();
  });

  test("is the shape when all rows are equal and their inner nodes are not", () => {
    const a = storeOf(
      [
        ["a", "1"],
        ["c", "1"],
        ["e", "1"],
      ],
      [["d", "1"]],
      [["d", undefined]],
    );
    const b = storeOf(
      [
        ["a", "1"],
        ["c", "1"],
        ["e", "1"],
      ],
      [],
      [],
    );
    expect(difference(a, b)).toEqual({ kind: "shape" });
  });

  test("is what a comparison of all rows finds, for any two stores", () => {
    const rows = fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 2 }), fc.constantFrom("1", "2")), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, rows, (ours, theirs) => {
        const list = (given: readonly Row[]) => new Map(given.map(([key, value]) => [bytes(key).join(), value]));
        const [a, b] = [list(ours), list(theirs)];
        const keys = new Map([...ours, ...theirs].map(([key]) => [bytes(key).join(), bytes(key)]));
        const differing = [...keys].filter(([text]) => a.get(text) !== b.get(text)).map(([, key]) => key);
        const first = differing.sort((x, y) => Buffer.compare(x, y))[0];
        const found = difference(storeOf(ours), storeOf(theirs));
        if (first === undefined) return found === undefined;
        return found?.kind === "row" && equals(found.key, first);
      }),
      { numRuns: 100 },
    );
  });
});
