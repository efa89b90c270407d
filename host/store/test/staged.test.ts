// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { verifyProofOps } from "@sotto/merkle";
import { describe, expect, test } from "vitest";
import { type Changes, Overlay, type StateStore } from "../src/index.ts";
import { randomOf, rangeOf } from "./model.ts";
import { bytes, folder, start } from "./stores.ts";

type Row = readonly [key: Uint8Array, value: Uint8Array | undefined];
/** More than one step saves, so that a tree is made in several steps. */
const ROWS = 20_000;
const LONG_KEY = new Uint8Array(3000).fill(7);

const random = randomOf(76);
const keyOf = () => Uint8Array.from({ length: 1 + random(24) }, () => random(256));
const rows: readonly Row[] = [
  ...Array.from({ length: ROWS }, (): Row => [keyOf(), random(20) === 0 ? undefined : keyOf()]),
  [LONG_KEY, bytes("of a long key")],
  [bytes("long value"), new Uint8Array(70_000).fill(1)],
  [bytes("empty"), new Uint8Array(0)],
];

const changes = (list: readonly Row[]): Changes => new Map([["bank", list]]);
const shown = (store: StateStore) => rangeOf(store.snapshot().store("bank"));

function stagedIn(store: StateStore, parts: number): void {
  const size = Math.ceil(rows.length / parts);
  for (let i = 0; i < parts; i++) store.stage(changes(rows.slice(i * size, (i + 1) * size)));
}

describe("rows that are staged before the first commit", () => {
  test("make the same version as rows of one commit, and the same later versions", () => {
    const plain = start();
    plain.commit(changes([...rows, [bytes("late"), bytes("1")]]));
    const staged = start({ cacheNodes: 64 });
    stagedIn(staged, 5);
    staged.commit(changes([[bytes("late"), bytes("1")]]));
    const hashes = () => [plain, staged].map(({ appHash }) => toHex(appHash));
    expect(hashes()[1]).toBe(hashes()[0]);
    expect(shown(staged)).toEqual(shown(plain));
    for (const store of [plain, staged]) {
      store.commit(changes([...rows.slice(0, 500).map(([key]): Row => [key, undefined]), [bytes("new"), bytes("2")]]));
    }
    expect(hashes()[1]).toBe(hashes()[0]);
    expect(rangeOf(staged.snapshot(1).store("bank"))).toEqual(rangeOf(plain.snapshot(1).store("bank")));
    const { value, ops } = staged.prove("bank", LONG_KEY, 2);
    expect(verifyProofOps(ops, staged.appHash, [bytes("bank"), LONG_KEY], value)).toBe(true);
  });

  test("are read by snapshots of version 0, below the writes over them", () => {
    const store = start();
    stagedIn(store, 2);
    const snapshot = store.snapshot();
    const last = new Map(rows.map(([key, value]) => [toHex(key), value]));
    const there = [...last].filter(([, value]) => value !== undefined).map(([key]) => key);
    expect(rangeOf(snapshot.store("bank")).map(([key]) => key)).toEqual(there.sort());
    const over = new Overlay(snapshot.store("bank"));
    over.delete(LONG_KEY);
    expect([over.get(LONG_KEY), snapshot.store("bank").get(bytes("empty"))]).toEqual([undefined, new Uint8Array(0)]);
    expect(store.version).toBe(0);
    snapshot.close();
  });

  test("are read in ranges of both directions, the newest of several runs", () => {
    const store = start();
    const model = new Map<string, string>();
    const key = () => Uint8Array.of(random(40), random(6));
    for (let run = 0; run < 12; run++) {
      const list = Array.from({ length: 60 }, (): Row => [key(), random(4) === 0 ? undefined : bytes(`${run}`)]);
      // Blocks of the runs end between them.
      list.push([Uint8Array.of(20, 7, run), new Uint8Array(3000).fill(run)]);
      for (const [at, value] of list) {
        if (value === undefined) model.delete(toHex(at));
        else model.set(toHex(at), toHex(value));
      }
      store.stage(changes(list));
    }
    const reader = store.snapshot().store("bank");
    const all = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    const bounds = [undefined, ...Array.from({ length: 30 }, key)];
    for (const [from, to] of bounds.flatMap((a) => bounds.map((b) => [a, b] as const))) {
      const inside = all.filter(
        ([at]) => (from === undefined || at >= toHex(from)) && (to === undefined || at < toHex(to)),
      );
      const read = (reverse: boolean) =>
        Array.from(reader.iterate(from, to, reverse), ([at, value]) => [toHex(at), toHex(value)]);
      expect(read(false)).toEqual(inside);
      expect(read(true)).toEqual(inside.reverse());
    }
    for (let i = 0; i < 40 * 6; i++) {
      const at = Uint8Array.of(Math.floor(i / 6), i % 6);
      const value = reader.get(at);
      expect([value && toHex(value), reader.has(at)]).toEqual([model.get(toHex(at)), model.has(toHex(at))]);
    }
  });

  test("are dropped at the next start without a commit, also after an interrupted one", () => {
    const path = folder();
    const store = start({ path });
    stagedIn(store, 3);
    const extra = new Map([["a", bytes("b")]]);
    // A commit that fails with its last transaction has written rows and nodes before.
    const broken = { get: () => undefined, has: () => false, entries: () => [][Symbol.iterator]() };
    expect(() => store.commit(new Map(), broken as never)).toThrow();
    store.close();
    const again = start({ path });
    expect([again.version, shown(again)]).toEqual([0, []]);
    again.commit(changes([[bytes("a"), bytes("1")]]), extra);
    expect(shown(again)).toEqual([["61", "31"]]);
    const plain = start();
    plain.commit(changes([[bytes("a"), bytes("1")]]));
    expect(toHex(again.appHash)).toBe(toHex(plain.appHash));
    expect(() => again.stage(changes([]))).toThrow("rows are staged before the first commit");
  });

  test("are pruned as others", () => {
    const pruned = start({ path: folder(), pruning: { keepVersions: 2 }, segmentBytes: 65_536 });
    stagedIn(pruned, 2);
    pruned.commit(new Map());
    for (let i = 0; i < 20; i++)
      pruned.commit(changes(rows.slice(i * 500, (i + 1) * 500).map(([key]): Row => [key, bytes(`v${i}`)])));
    const all = shown(pruned);
    expect(rangeOf(pruned.snapshot(20).store("bank")).length).toBeGreaterThan(15_000);
    expect(rangeOf(pruned.snapshot(21).store("bank"))).toEqual(all);
  });
});
