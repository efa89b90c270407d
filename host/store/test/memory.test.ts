// SPDX-License-Identifier: Apache-2.0
/** Databases in memory against LMDB and against a simple model, and their way back. */
import { fromUtf8, toHex } from "@sotto/bytes";
import { afterEach, describe, expect, it } from "vitest";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { MemoryDisk, openStore, type StateStore } from "../src/index.ts";
import { emptyMap, getRow, putRow, removeRow, type SortedNode, walk } from "../src/memory/sortedMap.ts";

const opened: StateStore[] = [];
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});
const open = (memory?: MemoryDisk): StateStore => {
  const store = openStore({ path: undefined, memory, stores: ["a", "b"], pruning: { keepVersions: undefined } });
  opened.push(store);
  return store;
};

const random = randomOf();
const below = (bound: number): number => Math.floor(random() * bound);
const keyOf = (n: number) => fromUtf8(`${"x".repeat(n % 7 === 0 ? 2_000 : n % 3)}${n}`);
type Row = readonly [Uint8Array, Uint8Array | undefined];
const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, () => {
    const value = new Uint8Array(below(5) === 0 ? 3_000 : below(80)).fill(below(256));
    return [keyOf(below(400)), below(4) === 0 ? undefined : value];
  });

/** All that a store answers for its latest version and an earlier one. */
function shown(store: StateStore): string[] {
  const lines = [`version ${store.version}`, toHex(store.appHash)];
  for (const version of [undefined, Math.max(1, store.version - 3)]) {
    const snapshot = store.snapshot(version);
    for (const name of ["a", "b"]) {
      const rows = snapshot.store(name);
      const from = keyOf(below(1) + 120);
      for (const reverse of [false, true])
        for (const [key, value] of rows.iterate(undefined, from, reverse)) lines.push(`${toHex(key)} ${toHex(value)}`);
      for (let n = 0; n < 400; n += 37) lines.push(toHex(rows.get(keyOf(n)) ?? fromUtf8("none")));
    }
    snapshot.close();
  }
  lines.push(toHex(store.extra("long") ?? fromUtf8("none")));
  return lines;
}

const commit = (store: StateStore, rows: readonly Row[], extra: Uint8Array) =>
  store.commit(
    new Map([
      ["a", rows],
      ["b", rows.slice(0, 5)],
    ]),
    new Map([["long", extra]]),
  );

describe("a store in memory", () => {
  it("answers as the store on disk, through random commits", () => {
    const stores = [open(), open(new MemoryDisk())];
    for (let i = 0; i < 25; i++) {
      const rows = rowsOf(1 + below(60));
      const extra = new Uint8Array(below(5_000)).fill(i);
      for (const store of stores) commit(store, rows, extra);
      const [disk, memory] = stores.map(shown);
      expect(memory).toEqual(disk);
    }
  });

  it("goes back to a mark, again and again, and continues from there as if nothing had been", () => {
    const disk = new MemoryDisk();
    let store = open(disk);
    for (let i = 0; i < 5; i++) commit(store, rowsOf(50), new Uint8Array(2_000).fill(i));
    const before = shown(store);
    const mark = disk.mark();
    const rows = rowsOf(80);
    const extra = new Uint8Array(3_000).fill(9);
    const after: string[][] = [];
    for (let i = 0; i < 3; i++) {
      if (i > 0) commit(store, rowsOf(30), new Uint8Array(4_000));
      store.close();
      disk.revert(mark);
      store = open(disk);
      expect(shown(store)).toEqual(before);
      commit(store, rows, extra);
      after.push(shown(store));
    }
    expect(after[1]).toEqual(after[0]);
    expect(after[2]).toEqual(after[0]);
  });

  it("keeps nothing of a transaction that throws", () => {
    const disk = new MemoryDisk();
    const database = disk.open("test");
    const table = database.table("rows");
    const key = fromUtf8("k");
    database.write(() => table.put(key, fromUtf8("one")));
    const snapshot = database.read();
    const failing = () => {
      table.put(key, fromUtf8("two"));
      throw new Error("no");
    };
    expect(() => database.write(failing)).toThrow("no");
    expect(table.get(key)).toEqual(fromUtf8("one"));
    database.write(() => table.remove(key));
    expect(table.get(key)).toBeUndefined();
    expect(table.get(key, snapshot)).toEqual(fromUtf8("one"));
  });

  it("ends marks that are later than the one it goes back to", () => {
    const [disk, other] = [new MemoryDisk(), new MemoryDisk()];
    const [first, second] = [disk.mark(), disk.mark()];
    disk.revert(first);
    expect([disk.has(first), disk.has(second), disk.has(other.mark())]).toEqual([true, false, false]);
    expect(() => disk.revert(second)).toThrow(/a way back has ended it/);
  });
});

describe("a sorted map", () => {
  it("is what a sorted list says, and older maps do not change", () => {
    const model = new Map<string, Uint8Array>();
    const keys = Array.from({ length: 3_000 }, (_, i) => `${below(1_000)}/${i % 5}`);
    let owner = 1;
    let root: SortedNode = emptyMap(owner);
    const kept: [SortedNode, [string, number][]][] = [];
    const listed = () =>
      [...model].map(([key, { length }]): [string, number] => [key, length]).sort(([a], [b]) => (a < b ? -1 : 1));
    const walked = (map: SortedNode, range: Partial<Parameters<typeof walk>[1]> = {}) => {
      const found: [string, number][] = [];
      const all = { from: undefined, withFrom: true, to: undefined, withTo: false, descending: false, ...range };
      walk(map, all, (key, { length }) => found.push([key, length]) > 0);
      return found;
    };
    for (const [i, key] of keys.entries()) {
      if (below(3) === 0) {
        root = removeRow(root, owner, key);
        model.delete(key);
      } else {
        const value = new Uint8Array(i % 100);
        root = putRow(root, owner, key, value);
        model.set(key, value);
      }
      expect(getRow(root, key)?.length).toBe(model.get(key)?.length);
      if (i % 250 !== 0) continue;
      kept.push([root, listed()]);
      owner++;
    }
    for (const [map, rows] of kept) expect(walked(map)).toEqual(rows);
    const all = listed();
    for (let i = 0; i < 200; i++) {
      const [from, to] = [String(below(1_000)), String(below(1_000))];
      const [withFrom, withTo] = [below(2) === 0, below(2) === 0];
      const up = all.filter(([key]) => (withFrom ? key >= from : key > from) && (withTo ? key <= to : key < to));
      expect(walked(root, { from, to, withFrom, withTo })).toEqual(up);
      const down = all.filter(([key]) => (withFrom ? key <= from : key < from) && (withTo ? key >= to : key > to));
      expect(walked(root, { from, to, withFrom, withTo, descending: true })).toEqual(down.reverse());
    }
    for (const key of model.keys()) root = removeRow(root, owner, key);
    expect(walked(root)).toEqual([]);
    root = putRow(root, owner, "again", new Uint8Array(1));
    expect(walked(root)).toEqual([["again", 1]]);
  });
});
