// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromUtf8, toHex } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { multistoreRoot, verifyProofOps } from "@sotto/merkle";
import { describe, expect, test } from "vitest";
import { SEED } from "../../../tools/tests/seed.mjs";
import { emptyKv, MemoryDisk, Overlay, openStore, type StateStore, StoreError } from "../src/index.ts";
import type { Node } from "../src/node.ts";
import { Tree } from "../src/tree.ts";
import { MemoryNodes, Model, randomOf, rangeOf } from "./model.ts";
import { bytes, changesOf, folder, start } from "./stores.ts";

describe("commits and versions", () => {
  test("rows of a version do not change", () => {
    const store = start();
    expect(store.version).toBe(0);
    expect(
      store.commit(
        changesOf("bank", [
          ["a", "1"],
          ["b", "2"],
        ]),
      ).version,
    ).toBe(1);
    expect(
      store.commit(
        changesOf("bank", [
          ["a", undefined],
          ["c", "3"],
        ]),
      ).version,
    ).toBe(2);
    const [first, second, latest] = [store.snapshot(1), store.snapshot(2), store.snapshot()];
    expect(rangeOf(first.store("bank"))).toEqual([
      ["61", "31"],
      ["62", "32"],
    ]);
    for (const each of [second, latest])
      expect(rangeOf(each.store("bank"))).toEqual([
        ["62", "32"],
        ["63", "33"],
      ]);
    expect(latest.version).toBe(2);
    expect(rangeOf(latest.store("compute"))).toEqual([]);
    for (const each of [first, second, latest]) each.close();
  });

  test("a snapshot does not see later commits, from the flat table either", () => {
    const store = start();
    store.commit(changesOf("bank", [["a", "1"]]));
    const before = store.snapshot();
    const kv = before.store("bank");
    store.commit(
      changesOf("bank", [
        ["a", "2"],
        ["b", "3"],
      ]),
    );
    expect(kv.get(bytes("a"))).toEqual(bytes("1"));
    expect(kv.has(bytes("b"))).toBe(false);
    expect(rangeOf(before.store("bank")).length).toBe(1);
    // A store of the old snapshot that is opened after the commits, so it reads the tree of its
    // version.
    expect(rangeOf(before.store("compute"))).toEqual([]);
    before.close();
    expect(() => kv.get(bytes("a"))).toThrow("closed");
  });

  test("missing versions are refused", () => {
    const store = start({ pruning: { keepVersions: 2 } });
    for (let i = 1; i <= 5; i++) store.commit(changesOf("bank", [["a", String(i)]]));
    expect(() => store.snapshot(6)).toThrow(StoreError.versionInFuture("version 6 was requested, the latest is 5"));
    expect(() => store.snapshot(3)).toThrow(StoreError.versionPruned("version 3 was requested, the oldest kept is 4"));
    expect(() => store.snapshot(0)).toThrow("version does not exist");
    expect(() => store.snapshot(-1)).toThrow("version does not exist");
    expect(() => store.snapshot().store("nothing")).toThrow("no such store");
    expect(() => store.commit(new Map([["nothing", []]]))).toThrow("no such store");
    const kept = store.snapshot(4);
    expect(kept.store("bank").get(bytes("a"))).toEqual(bytes("4"));
    kept.close();
  });

  test("the application hash is that of the multistore, and an empty commit keeps it", () => {
    const store = start();
    const empty = store.appHash;
    expect(toHex(multistoreRoot(store.commitInfo(0).stores))).toBe(toHex(empty));
    expect(store.commit(new Map()).appHash).toEqual(empty);
    const { appHash } = store.commit(changesOf("bank", [["a", "1"]]));
    expect(appHash).not.toEqual(empty);
    expect(store.commit(new Map()).appHash).toEqual(appHash);
    expect(multistoreRoot(store.commitInfo(3).stores)).toEqual(appHash);
    expect(store.commitInfo(3).stores.map(({ name }) => name)).toEqual(["bank", "compute"]);
    // The same value written again is a new leaf version, as in the reference.
    expect(store.commit(changesOf("bank", [["a", "1"]])).appHash).not.toEqual(appHash);
    expect(store.appHash).toEqual(store.commit(new Map()).appHash);
  });

  test("an initial version is the first one", () => {
    const store = start({ initialVersion: 1000 });
    expect(store.commit(changesOf("bank", [["a", "1"]])).version).toBe(1000);
    expect(() => store.snapshot(999)).toThrow("version does not exist");
    expect(store.commit(new Map()).version).toBe(1001);
  });

  test("extra rows are committed with the state", () => {
    const store = start();
    store.commit(
      new Map(),
      new Map([
        ["sealed", bytes("x")],
        ["height", bytes("7")],
      ]),
    );
    expect(store.extra("sealed")).toEqual(bytes("x"));
    store.commit(new Map(), new Map([["sealed", undefined]]));
    expect(store.extra("sealed")).toBeUndefined();
    expect(store.extra("height")).toEqual(bytes("7"));
    expect(store.extra("store/bank")).toBeUndefined();
  });

  test("blobs of any size are stored by their hash", () => {
    const store = start();
    const big = new Uint8Array(3_000_000).map((_, i) => i * 7);
    const hash = store.putBlob(big);
    expect(store.putBlob(big)).toEqual(hash);
    expect(Buffer.compare(store.blob(hash) ?? new Uint8Array(), big)).toBe(0);
    expect(store.blob(new Uint8Array(32))).toBeUndefined();
  });

  test("large values and an overlay as changes", () => {
    const store = start();
    const big = new Uint8Array(200_000).fill(5);
    const overlay = new Overlay(emptyKv);
    overlay.set(bytes("big"), big);
    overlay.set(bytes("empty"), new Uint8Array());
    store.commit(new Map([["bank", overlay]]));
    for (const version of [undefined, 1]) {
      const snapshot = store.snapshot(version);
      expect(Buffer.compare(snapshot.store("bank").get(bytes("big")) ?? new Uint8Array(), big)).toBe(0);
      expect(snapshot.store("bank").get(bytes("empty"))).toEqual(new Uint8Array());
      expect(snapshot.store("bank").has(bytes("empty"))).toBe(true);
      expect(rangeOf(snapshot.store("bank")).length).toBe(2);
      snapshot.close();
    }
  });
});

describe("opening", () => {
  test("a folder is continued with the same hashes, and may get another store", () => {
    const path = folder();
    const first = start({ path, noSync: false });
    const { appHash } = first.commit(changesOf("bank", [["a", "1"]]), new Map([["x", bytes("y")]]));
    first.close();
    const again = start({ path });
    expect([again.version, toHex(again.appHash), again.extra("x")]).toEqual([1, toHex(appHash), bytes("y")]);
    again.close();
    const more = start({ path, stores: ["bank", "compute", "gov"] });
    expect(rangeOf(more.snapshot().store("gov"))).toEqual([]);
    more.commit(changesOf("gov", [["p", "1"]]));
    expect(more.commitInfo(1).stores.map(({ name }) => name)).toEqual(["bank", "compute"]);
    expect(more.commitInfo(2).stores.map(({ name }) => name)).toEqual(["bank", "compute", "gov"]);
    expect(more.snapshot().store("gov").get(bytes("p"))).toEqual(bytes("1"));
  });

  test("a reader sees commits after a request, and cannot write", () => {
    const path = folder();
    const writer = start({ path });
    writer.commit(changesOf("bank", [["a", "1"]]));
    const reader = start({ path, readOnly: true });
    expect([reader.version, toHex(reader.appHash)]).toEqual([1, toHex(writer.appHash)]);
    writer.commit(changesOf("bank", [["a", "2"]]));
    expect(reader.version).toBe(1);
    reader.refresh();
    expect([reader.version, toHex(reader.appHash)]).toEqual([2, toHex(writer.appHash)]);
    writer.commit(changesOf("bank", [["a", "3"]]), new Map([["e", bytes("f")]]));
    const snapshot = reader.snapshot();
    expect([snapshot.version, reader.version]).toEqual([3, 3]);
    expect(snapshot.store("bank").get(bytes("a"))).toEqual(bytes("3"));
    expect(reader.extra("e")).toEqual(bytes("f"));
    expect(reader.blob(writer.putBlob(bytes("wasm")))).toEqual(bytes("wasm"));
    expect(() => reader.commit(changesOf("bank", [["a", "4"]]))).toThrow();
    expect(() => reader.putBlob(bytes("other"))).toThrow(EnvironmentFault);
  });

  test("a reader of a folder without a database gets a clear fault", () => {
    expect(() =>
      openStore({ path: join(folder(), "none"), stores: ["a"], pruning: { keepVersions: undefined }, readOnly: true }),
    ).toThrow(EnvironmentFault);
  });

  test("a temporary database is removed", () => {
    const store = start();
    store.commit(changesOf("bank", [["a", "1"]]));
    expect(existsSync(store.path)).toBe(true);
    store.close();
    store.close();
    expect(existsSync(store.path)).toBe(false);
  });

  test("a failed write leaves the last commit, in memory as well", () => {
    const store = start();
    const { appHash } = store.commit(changesOf("bank", [["a", "1"]]));
    const bad = new Map([["x", null as unknown as Uint8Array]]);
    expect(() =>
      store.commit(
        changesOf("bank", [
          ["a", "2"],
          ["b", "2"],
        ]),
        bad,
      ),
    ).toThrow();
    expect([store.version, toHex(store.appHash)]).toEqual([1, toHex(appHash)]);
    expect(rangeOf(store.snapshot().store("bank"))).toEqual([["61", "31"]]);
    const other = start();
    other.commit(changesOf("bank", [["a", "1"]]));
    expect(store.commit(changesOf("bank", [["c", "3"]]))).toEqual(other.commit(changesOf("bank", [["c", "3"]])));
  });
});

/**
 * Keys of all kinds: short, long past the limit of LMDB, and prefixes of each other around that
 * limit.
 */
function keyOf(random: (below: number) => number): Uint8Array {
  const kind = random(20);
  if (kind > 2) return Uint8Array.from({ length: 1 + random(4) }, () => random(6) * 51);
  const length = [1899, 1900, 1901, 1902, 2500][random(5)] as number;
  const key = new Uint8Array(length).fill(random(2) * 255);
  key[length - 1] = random(3);
  key[random(2) * 1899] = random(3);
  return key;
}

describe("random histories against a plain list", () => {
  for (const [seed, keepVersions] of [
    [1, undefined],
    [2, 3],
    [3, undefined],
    [4, 1],
    [SEED, 2],
  ] as const) {
    test.each(["on disk", "in memory"])(`seed ${seed}, ${keepVersions ?? "all"} versions kept, %s`, (place) => {
      const random = randomOf(seed);
      const where = place === "on disk" ? { path: folder() } : { path: undefined, memory: new MemoryDisk() };
      const options = { ...where, pruning: { keepVersions }, cacheNodes: 8 };
      let store = start(options);
      const model = { bank: new Model(), compute: new Model() };
      const history: { bank: Model; compute: Model; appHash: Uint8Array }[] = [];
      for (let version = 1; version <= 40; version++) {
        const changes = new Map<string, [Uint8Array, Uint8Array | undefined][]>();
        for (const name of ["bank", "compute"] as const) {
          if (random(4) === 0) continue;
          const rows: [Uint8Array, Uint8Array | undefined][] = [];
          for (let i = random(30); i > 0; i--) {
            const key = keyOf(random);
            const value = random(3) === 0 ? undefined : Uint8Array.of(version, random(256));
            rows.push([key, value]);
            if (value === undefined) model[name].delete(key);
            else model[name].set(key, value);
          }
          changes.set(name, rows);
        }
        const { appHash } = store.commit(changes);
        history.push({ bank: model.bank.copy(), compute: model.compute.copy(), appHash });
        if (random(6) === 0) {
          store.close();
          store = start(options);
        }
        expect(store.appHash).toEqual(appHash);
        const first = keepVersions === undefined ? 1 : Math.max(1, version - keepVersions + 1);
        check(store, random, version, history);
        check(store, random, first + random(version - first + 1), history);
      }
    });
  }
});

function check(
  store: StateStore,
  random: (below: number) => number,
  version: number,
  history: readonly { bank: Model; compute: Model; appHash: Uint8Array }[],
): void {
  const snapshot = store.snapshot(version);
  const then = history[version - 1];
  if (then === undefined) throw new Error("no history");
  for (const name of ["bank", "compute"] as const) {
    const kv = snapshot.store(name);
    expect(rangeOf(kv)).toEqual(then[name].range());
    const [a, b] = [random(4) === 0 ? undefined : keyOf(random), random(4) === 0 ? undefined : keyOf(random)];
    expect(rangeOf(kv, a, b)).toEqual(then[name].range(a, b));
    expect(rangeOf(kv, a, b, true)).toEqual(then[name].range(a, b, true));
    const key = keyOf(random);
    expect(kv.get(key)).toEqual(then[name].get(key));
    expect(kv.has(key)).toBe(then[name].get(key) !== undefined);
    if (then[name].rows.size === 0) {
      expect(() => store.prove(name, key, version)).toThrow("cannot be proven");
      continue;
    }
    const { value, ops } = store.prove(name, key, version);
    expect(value).toEqual(then[name].get(key));
    expect(verifyProofOps(ops, then.appHash, [fromUtf8(name), key], value)).toBe(true);
    expect(verifyProofOps(ops, then.appHash, [fromUtf8(name), key], Uint8Array.of(1, 2, 3))).toBe(false);
  }
  snapshot.close();
}

test("memory of a tree is bounded", () => {
  const nodes = new MemoryNodes();
  const tree = new Tree(undefined, nodes.load);
  const random = randomOf(5);
  for (let version = 1; version < 60; version++) {
    for (let i = 0; i < 200; i++) tree.set(`${random(1_000_000)}`, Uint8Array.of(1));
    const { created } = tree.save(version);
    nodes.save(created);
    tree.settle(created, 1000);
  }
  expect(tree.size).toBeGreaterThan(10_000);
  let loaded = 0;
  const count = (node: Node | undefined): void => {
    if (node === undefined || node.height === 0 || node.key === "") return;
    loaded++;
    count(node.left);
    count(node.right);
  };
  count(tree.root);
  expect(loaded).toBeLessThan(2600);
  expect(loaded).toBeGreaterThan(100);
});
