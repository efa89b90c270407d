// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { expect, test } from "vitest";
import type { RowPruning, StateStore } from "../src/index.ts";
import { readNumber } from "../src/numbers.ts";
import { openTables } from "../src/tables.ts";
import { randomOf, rangeOf } from "./model.ts";
import { changesOf, folder, start } from "./stores.ts";

/** Bytes of all files below a folder. */
const sizeOf = (path: string): number =>
  readdirSync(path, { withFileTypes: true }).reduce((sum, file) => {
    const inner = join(path, file.name);
    return sum + (file.isDirectory() ? sizeOf(inner) : statSync(inner).size);
  }, 0);

const rows = (keep: number): RowPruning => ({ keep, names: (version) => [`results/${version}`, `time/${version}`] });

/** A block with random rows, results of 3,000 bytes and a sealed state. */
function commit(store: StateStore): void {
  const version = store.version + 1;
  const random = randomOf(version);
  const list = Array.from({ length: 40 }, () => {
    const value = random(5) === 0 ? undefined : `${version} `.repeat(1 + random(30));
    return [`row ${random(2_000)}`, value] as const;
  });
  const extra = new Map([
    [`results/${version}`, new Uint8Array(3_000).fill(version)],
    [`time/${version}`, fromUtf8(String(version))],
    ["sealed", new Uint8Array(1_500).fill(version)],
  ]);
  store.commit(changesOf("bank", list), extra);
}

const advance = (store: StateStore, version: number): void => {
  while (store.version < version) commit(store);
};

/** Hazard: a snapshot that stays open stops the reuse of the database's pages. */
function countAt(store: StateStore, version: number): number {
  const snapshot = store.snapshot(version);
  const count = rangeOf(snapshot.store("bank")).length;
  snapshot.close();
  return count;
}

const allOf = (store: StateStore): [string, string][] => {
  const snapshot = store.snapshot();
  const found = rangeOf(snapshot.store("bank"));
  snapshot.close();
  return found;
};

test("the files of a state stay as long as they are, under any number of blocks", () => {
  const path = folder();
  const store = start({ path, pruning: { keepVersions: 5, rows: rows(20) }, segmentBytes: 100_000 });
  const sizes = [300, 450, 600, 750].map((version) => {
    advance(store, version);
    return sizeOf(path);
  });
  expect(Math.max(...sizes)).toBeLessThan(1.25 * Math.min(...sizes));
  const archive = start();
  advance(archive, 750);
  expect(allOf(store)).toEqual(allOf(archive));
});

test("rows beside the state are removed with their files after the kept versions, other rows stay", () => {
  const path = folder();
  const store = start({ path, pruning: { keepVersions: 2, rows: rows(10) }, segmentBytes: 20_000 });
  const reader = () => start({ path, readOnly: true });
  store.commit(new Map(), new Map([["forever", new Uint8Array(2_000)]]));
  advance(store, 200);
  const there = (name: string) => [190, 191, 200].map((version) => store.extra(`${name}/${version}`)?.length ?? 0);
  expect([there("results"), there("time")]).toEqual([
    [0, 3_000, 3_000],
    [0, 3, 3],
  ]);
  // A row that stays keeps its file and the later ones; no row, no file.
  expect(readdirSync(join(path, "extra")).length).toBeGreaterThan(20);
  const other = reader();
  expect(other.extra("results/200")).toEqual(new Uint8Array(3_000).fill(200));
  store.commit(new Map(), new Map([["forever", undefined]]));
  advance(store, 202);
  expect(readdirSync(join(path, "extra")).length).toBeLessThan(5);
  expect([other.extra("results/100"), other.extra("forever"), other.extraSize("results/202")]).toEqual([
    undefined,
    undefined,
    3_000,
  ]);
});

test("a store that begins to remove rows and versions catches up, a few in each block", () => {
  const path = folder();
  const archive = start({ path, segmentBytes: 20_000 });
  advance(archive, 300);
  const before = sizeOf(path);
  archive.close();
  const store = start({ path, pruning: { keepVersions: 2, rows: rows(10) }, segmentBytes: 20_000 });
  commit(store);
  expect([store.extra("results/16"), store.extra("results/17")?.length]).toEqual([undefined, 3_000]);
  expect(() => store.snapshot(4)).toThrow("the oldest kept is 5");
  expect(countAt(store, 5)).toBeGreaterThan(100);
  advance(store, 500);
  expect(sizeOf(path)).toBeLessThan((2 / 3) * before);
  expect(() => store.snapshot(498)).toThrow("the oldest kept is 499");
  expect(store.extra("results/491")?.length).toBe(3_000);
  expect(store.extra("results/490")).toBeUndefined();
});

test("a version that is held stays readable with all later ones, until it is let go", () => {
  const store = start({ path: folder(), pruning: { keepVersions: 2 }, segmentBytes: 20_000 });
  advance(store, 10);
  const [first, second] = [store.hold(10), store.hold(10)];
  advance(store, 150);
  const kept = (version: number) => countAt(store, version);
  expect(kept(10)).toBeGreaterThan(100);
  first();
  first();
  advance(store, 160);
  expect([kept(10), kept(11), kept(100)].every((count) => count > 100)).toBe(true);
  second();
  advance(store, 230);
  for (const read of [() => store.snapshot(228), () => store.hold(228)]) expect(read).toThrow("the oldest kept is 229");
});

test("a commit moves a part of a file, so that no block waits for a whole one", () => {
  const path = folder();
  const store = start({ path, pruning: { keepVersions: 1 }, segmentBytes: 2_000_000 });
  const big = Array.from({ length: 400 }, (_, i) => [fromUtf8(`big ${i}`), new Uint8Array(10_000).fill(i)] as const);
  store.commit(new Map([["bank", big]]));
  const starts: number[] = [];
  for (let i = 0; i < 30; i++) {
    store.commit(changesOf("bank", [["small", String(i)]]));
    const tables = openTables({ path, readOnly: true, noSync: true });
    starts.push(readNumber(tables.meta, "nodesStart"));
    tables.lmdb.close();
  }
  const steps = starts.map((at, i) => at - (starts[i - 1] ?? 0));
  expect(starts.at(-1)).toBeGreaterThan(3_900_000);
  expect(Math.max(...steps)).toBeLessThan(600_000);
  // Some die after they were moved, some before.
  const gone = Array.from({ length: 399 }, (_, i) => [`big ${i}`, undefined] as const);
  store.commit(
    changesOf(
      "bank",
      gone.filter((_, i) => i % 2 === 0),
    ),
  );
  store.commit(
    changesOf(
      "bank",
      gone.filter((_, i) => i % 2 === 1),
    ),
  );
  advance(store, 100);
  store.close();
  const again = start({ path, pruning: { keepVersions: 1 } });
  const left = allOf(again).filter(([key]) => key.startsWith(Buffer.from("big").toString("hex")));
  expect(left.map(([, value]) => value.length)).toEqual([20_000]);
  const tables = openTables({ path, readOnly: true, noSync: true });
  expect(tables.survivors.range({ limit: 10_000 }).length).toBeLessThan(2 * allOf(again).length);
  tables.lmdb.close();
});
