// SPDX-License-Identifier: Apache-2.0
/** Rows that a snapshot has read, in the cache of the next version's snapshot. */
import { expect, test } from "vitest";
import type { Changes, Snapshot } from "../src/index.ts";
import { Model, randomOf, rangeOf } from "./model.ts";
import { bytes, start } from "./stores.ts";

const KEYS = 60;
const BLOCKS = 60;
const LENGTHS = [0, 5, 16, 17, 200, 512, 513, 3000];
const STORES = ["bank", "compute"];

test("every version's snapshots show its rows, whatever older ones have read", () => {
  const random = randomOf(102);
  const store = start();
  const models = new Map(STORES.map((name) => [name, new Model()]));
  const older: { readonly snapshot: Snapshot; readonly models: ReadonlyMap<string, Model> }[] = [];
  const keyOf = (i: number) => (i === 0 ? new Uint8Array(600).fill(9) : bytes(`key ${i}`));
  const check = (snapshot: Snapshot, expected: ReadonlyMap<string, Model>, reads: number): void => {
    for (let i = 0; i < reads; i++) {
      const name = STORES[random(STORES.length)] as string;
      const key = keyOf(random(KEYS));
      const reader = snapshot.store(name);
      const value = expected.get(name)?.get(key);
      expect(reader.has(key)).toBe(value !== undefined);
      expect(reader.get(key)).toEqual(value);
    }
  };
  for (let block = 0; block < BLOCKS; block++) {
    const changes = new Map<string, [Uint8Array, Uint8Array | undefined][]>();
    for (const [name, model] of models) {
      const rows = new Map<number, Uint8Array | undefined>();
      for (let i = random(12); i > 0; i--) {
        const length = LENGTHS[random(LENGTHS.length)] as number;
        rows.set(random(KEYS), random(4) === 0 ? undefined : new Uint8Array(length).fill(block + 1));
      }
      changes.set(
        name,
        Array.from(rows, ([i, value]) => [keyOf(i), value]),
      );
      for (const [i, value] of rows) {
        if (value === undefined) model.delete(keyOf(i));
        else model.set(keyOf(i), value);
      }
    }
    store.commit(changes satisfies Changes);
    const now = new Map(Array.from(models, ([name, model]) => [name, model.copy()]));
    for (const each of older) check(each.snapshot, each.models, 5);
    // Some versions have no snapshot, some two.
    for (let i = random(3); i > 0; i--) {
      const snapshot = store.snapshot();
      // Some are read first when a later version is there.
      check(snapshot, now, random(2) * 40);
      older.push({ snapshot, models: now });
    }
    while (older.length > 3) older.shift()?.snapshot.close();
  }
  const last = store.snapshot();
  for (const [name, model] of models) expect(rangeOf(last.store(name))).toEqual(model.range());
  check(last, models, 500);
});

test("a row that becomes too long for the cache is read again, however long ago it was read", () => {
  const store = start();
  const row = (value: Uint8Array): Changes => new Map([["bank", [[bytes("a"), value] as const]]]);
  // Other reads age the row in the cache: from not at all to nearly forgotten.
  for (let others = 0; others < 1100; others += 100) {
    store.commit(row(bytes("short")));
    const before = store.snapshot().store("bank");
    expect(before.get(bytes("a"))).toEqual(bytes("short"));
    for (let i = 0; i < others; i++) expect(before.has(bytes(`none ${others} ${i}`))).toBe(false);
    const long = new Uint8Array(600).fill(others % 251);
    store.commit(row(long));
    expect(store.snapshot().store("bank").get(bytes("a"))).toEqual(long);
  }
});

test("a commit that fails leaves the rows of the version before", () => {
  const store = start();
  const row = (value: string): Changes => new Map([["bank", [[bytes("a"), bytes(value)] as const]]]);
  store.commit(row("1"));
  expect(store.snapshot().store("bank").get(bytes("a"))).toEqual(bytes("1"));
  const broken = { get: () => undefined, has: () => false, entries: () => [][Symbol.iterator]() };
  expect(() => store.commit(row("2"), broken as never)).toThrow();
  expect(store.snapshot().store("bank").get(bytes("a"))).toEqual(bytes("1"));
  store.commit(row("3"));
  expect(store.snapshot().store("bank").get(bytes("a"))).toEqual(bytes("3"));
});
