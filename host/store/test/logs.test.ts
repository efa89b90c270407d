// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { describe, expect, test } from "vitest";
import { DamagedDatabase, Lmdb, type StateStore, type StoreOptions } from "../src/index.ts";
import { loadNode, someRecords } from "../src/nodeStore.ts";
import { readNumber } from "../src/numbers.ts";
import { orphansBetween } from "../src/orphans.ts";
import { decodeVersion, versionKey } from "../src/records.ts";
import { openTables } from "../src/tables.ts";
import { randomOf, rangeOf } from "./model.ts";
import { bytes, changesOf, folder, start } from "./stores.ts";

describe("pruning", () => {
  const history = (options: Partial<StoreOptions>, from: number, to: number) => {
    const random = randomOf(9);
    const store = start(options);
    for (let version = 1; version <= to; version++) {
      const rows = Array.from(
        { length: 20 },
        () => [`k${random(60)}`, random(4) === 0 ? undefined : `${version}`] as const,
      );
      if (version > from) store.commit(changesOf("bank", rows));
    }
    return store;
  };

  const SMALL = { segmentBytes: 2_000 } as const;

  test("moves exactly the living nodes out of the log's old files", () => {
    const pruned = history({ pruning: { keepVersions: 1 }, ...SMALL }, 0, 60);
    const { living, survivors, inLog, start } = nodesOf(pruned);
    // A tree of n leaves has n - 1 inner nodes.
    expect(living.length).toBe(2 * rangeOf(pruned.snapshot().store("bank")).length - 1);
    expect(start).toBeGreaterThan(0);
    expect(survivors).toEqual(living.filter((position) => position < start));
    expect(survivors.length).toBeGreaterThan(10);
    expect(inLog[0]).toBe(start);
  });

  test("keeps the log short under all writes", () => {
    const sizes = [100, 200, 400].map((versions) => {
      const pruned = history({ pruning: { keepVersions: 5 }, ...SMALL }, 0, versions);
      const { inLog } = nodesOf(pruned);
      for (const version of [versions - 4, versions]) expect(allOf(pruned, version)).toEqual(expectedAt(version));
      return inLog.length;
    });
    expect(Math.max(...sizes)).toBeLessThan(1.5 * Math.min(...sizes));
  });

  test("removes old files, but not immediately", () => {
    const path = folder();
    const store = history({ path, pruning: { keepVersions: 1 }, ...SMALL }, 0, 60);
    const firstFile = (): number => Number.parseInt(readdirSync(join(path, "nodes")).sort()[0] ?? "", 16);
    const snapshot = store.snapshot();
    const rows = rangeOf(snapshot.store("bank"));
    expect(firstFile()).toBe(0);
    for (let i = 0; i < 60; i++) store.commit(changesOf("bank", [[`k${i}`, "a value that is not short"]]));
    expect(rangeOf(snapshot.store("bank"))).toEqual(rows);
    snapshot.close();
    for (let i = 0; i < 10; i++) store.commit(changesOf("bank", [["k1", `${i}`]]));
    expect(firstFile()).toBeGreaterThan(0);
    expect(firstFile()).toBeLessThan(nodesOf(store).start);
    expect(rangeOf(store.snapshot().store("bank")).length).toBeGreaterThan(50);
  });

  test("can be turned on later and removes the kept versions", () => {
    const path = folder();
    const kept = history({ path, ...SMALL }, 0, 20);
    const full = nodesOf(kept).inLog.length;
    kept.close();
    const pruned = history({ path, pruning: { keepVersions: 1 }, ...SMALL }, 20, 60);
    const { living, survivors, inLog, start } = nodesOf(pruned);
    expect(survivors).toEqual(living.filter((position) => position < start));
    expect(inLog.length).toBeLessThan(full);
    expect(pruned.appHash).toEqual(history({}, 0, 60).appHash);
  });

  test("a snapshot of a version that is kept stays whole while its nodes move", () => {
    const path = folder();
    const writer = history({ path, pruning: { keepVersions: 50 }, ...SMALL }, 0, 60);
    const reader = start({ path, readOnly: true });
    const snapshot = reader.snapshot(50);
    const before = nodesOf(writer).start;
    const random = randomOf(3);
    for (let i = 0; i < 39; i++) writer.commit(changesOf("bank", [[`k${random(60)}`, "later"]]));
    expect(nodesOf(writer).start).toBeGreaterThan(before);
    expect(rangeOf(snapshot.store("bank"))).toEqual(expectedAt(50));
    snapshot.close();
  });

  const allOf = (store: StateStore, version: number) => {
    const snapshot = store.snapshot(version);
    const rows = rangeOf(snapshot.store("bank"));
    snapshot.close();
    return rows;
  };
  const expectedAt = (version: number) => allOf(history({}, 0, version), version);
});

/** Positions of all nodes, through a second connection to the same folder. */
function nodesOf(store: StateStore) {
  const tables = openTables({ path: store.path, readOnly: true, noSync: true });
  const survivors = tables.survivors
    .range({ limit: 1_000_000 })
    .map(([key]) => Number(Buffer.from(key).readBigUInt64BE()));
  const start = readNumber(tables.meta, "nodesStart");
  const inLog: number[] = [];
  const end = readNumber(tables.meta, "nodes");
  someRecords(tables.nodeLog, start, end, end, (position) => inLog.push(position));
  const record = tables.versions.get(versionKey(store.version));
  const root = decodeVersion(record as Uint8Array).roots.get(0);
  const living = orphansBetween(root, undefined, 0, (node) => loadNode(tables, node)).sort((a, b) => a - b);
  tables.lmdb.close();
  return { survivors, start, inLog, living };
}

describe("the files beside the database", () => {
  test("long rows of the caller", () => {
    const path = folder();
    const store = start({ path, segmentBytes: 100_000 });
    const rows = Array.from({ length: 60 }, (_, i) => [`row ${i}`, new Uint8Array(i * 337).fill(i)] as const);
    for (const row of rows) store.commit(new Map(), new Map([row]));
    store.commit(new Map(), new Map([["row 59", undefined]]));
    store.close();
    const reader = start({ path });
    for (const [name, value] of rows.slice(0, 59)) expect(reader.extra(name)).toEqual(value);
    expect(reader.extra("row 59")).toBeUndefined();
    expect(readdirSync(join(path, "extra")).length).toBeGreaterThan(3);
  });

  test("a commit that fails leaves nothing behind, and the next one is whole", () => {
    const store = start();
    const twin = start();
    for (const each of [store, twin]) each.commit(changesOf("bank", [["a", "1"]]));
    // A key of a row beside the state that LMDB refuses, after rows and nodes were written.
    const tooLong = new Map([["x".repeat(3_000), new Uint8Array(5_000)]]);
    expect(() => store.commit(changesOf("bank", [["b", "2"]]), tooLong)).toThrow(EnvironmentFault);
    expect(store.version).toBe(1);
    for (const each of [store, twin])
      each.commit(changesOf("bank", [["c", "3"]]), new Map([["e", new Uint8Array(3_000)]]));
    expect(store.appHash).toEqual(twin.appHash);
    expect(nodesOf(store)).toEqual(nodesOf(twin));
    expect(store.extra("e")).toEqual(new Uint8Array(3_000));
  });

  test("an unchanged value is read once for many snapshots", () => {
    const store = start();
    const long = "a value that lies in its leaf, because it is over 16 bytes";
    const read = (): Uint8Array | undefined => {
      const snapshot = store.snapshot();
      const value = snapshot.store("bank").get(bytes("a"));
      snapshot.close();
      return value;
    };
    store.commit(changesOf("bank", [["a", long]]));
    const first = read();
    expect(first).toEqual(bytes(long));
    store.commit(changesOf("bank", [["b", "2"]]));
    expect(read()).toBe(first);
    store.commit(changesOf("bank", [["a", `${long}, and another one`]]));
    expect(read()).toEqual(bytes(`${long}, and another one`));
    expect(first).toEqual(bytes(long));
    store.commit(changesOf("bank", [["a", "x".repeat(600)]]));
    const unkept = read();
    expect(unkept).toEqual(bytes("x".repeat(600)));
    expect(read()).not.toBe(unkept);
  });

  test("lost bytes are reported at the start", () => {
    const path = folder();
    const store = start({ path });
    store.commit(changesOf("bank", [["a", "1"]]), new Map([["long", new Uint8Array(5_000)]]));
    store.close();
    for (const name of ["nodes", "extra"]) {
      const [file = ""] = readdirSync(join(path, name));
      const whole = readFileSync(join(path, name, file));
      truncateSync(join(path, name, file), whole.length - 1);
      expect(() => start({ path })).toThrow(DamagedDatabase);
      rmSync(join(path, name, file));
      expect(() => start({ path })).toThrow(`the log ${name} of the state database at ${join(path, name)} is damaged`);
      writeFileSync(join(path, name, file), Buffer.concat([whole, Buffer.from("what a crash left")]));
      start({ path }).close();
      expect(statSync(join(path, name, file)).size).toBe(whole.length);
    }
  });

  test("a database of another form is refused", () => {
    const path = folder();
    const store = start({ path });
    store.commit(changesOf("bank", [["a", "1"]]));
    store.close();
    const lmdb = new Lmdb({ path, readOnly: false, noSync: true });
    lmdb.write(() => lmdb.table("meta").remove(bytes("number/form")));
    lmdb.close();
    expect(() => start({ path })).toThrow("has form 1, and this version of Sotto reads form 3: start with --reset");
  });

  test("the files of a temporary database are removed with it", () => {
    const store = start();
    store.commit(changesOf("bank", [["a", "1"]]));
    const files = [`${store.path}-nodes`, `${store.path}-extra`];
    for (const file of files) expect(existsSync(file)).toBe(true);
    store.close();
    for (const file of files) expect(existsSync(file)).toBe(false);
  });
});
