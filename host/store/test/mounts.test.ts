// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { describe, expect, test } from "vitest";
import { type StateStore, StoreError } from "../src/index.ts";
import { rangeOf } from "./model.ts";
import { bytes, folder, start } from "./stores.ts";

/**
 * Hashes of the reference: cosmossdk.io/store 1.1.2 with iavl 1.2.4,
 * rootmulti.LoadLatestVersionAndUpgrade at version 4 with StoreUpgrades.Added of `late` and `none`;
 * rows as `write` makes them.
 */
const REFERENCE = [
  "b0e698b3295bdb9fe8de25d1e88f77114edadc382137fd61f84cb4550666d93f",
  "94ab9a3d1591b9215450e87935a800d771fe4967cf0f600f5af17d77d571d4de",
  "5db61ba897e8360a9c5d5c147235c4fc702b7653623dde768fedcbf50807a4b0",
  "a550b42c6a8cd6e777fe1e496d71e71fcd8fe6e87f1d83b35ae31304de04db98",
  "7b214791ca1d4012b0963e04655206726bc4456de4083cf7cf9cc37e500ee232",
  "57b9558ef131987fbac24249ce93ead531e54757cc67bab09c451af25e474052",
  "6eefcc4b1e397da1391e856df9d386f5a9d1f903d48e96886dc035f806b87b1d",
];
const LATE = { name: "late", from: 5 };
const STORES = ["bank", LATE, { name: "none", from: 5 }];

function write(store: StateStore, version: number): string {
  type Row = readonly [Uint8Array, Uint8Array];
  const rows = new Map<string, readonly Row[]>([["bank", [[Uint8Array.of(version), Uint8Array.of(version, version)]]]]);
  if (version >= LATE.from) {
    rows.set("late", [
      [Uint8Array.of(version), bytes("new")],
      [Uint8Array.of(100 + version), bytes("row")],
    ]);
  }
  return toHex(store.commit(rows).appHash);
}

describe("a store that begins with a later version", () => {
  test("has the hashes of the reference, before and after, also over restarts", () => {
    const path = folder();
    let store = start({ path, stores: STORES });
    const hashes = REFERENCE.map((_, i) => {
      store.close();
      store = start({ path, stores: STORES });
      return write(store, i + 1);
    });
    expect(hashes).toEqual(REFERENCE);
    expect(store.commitInfo(4).stores.map(({ name }) => name)).toEqual(["bank"]);
    expect(store.commitInfo(5).stores.map(({ name }) => name)).toEqual(["bank", "late", "none"]);
  });

  test("reads as empty and refuses rows before", () => {
    const store = start({ stores: STORES });
    write(store, 1);
    expect(rangeOf(store.snapshot().store("late"))).toEqual([]);
    const early = new Map([["late", [[bytes("a"), bytes("b")] as const]]]);
    expect(() => store.commit(early)).toThrow(StoreError.unknownStore("late in version 2").message);
    expect(store.version).toBe(1);
    for (let version = 2; version <= 5; version++) write(store, version);
    expect(rangeOf(store.snapshot(4).store("late"))).toEqual([]);
    expect(rangeOf(store.snapshot(5).store("late"))).toHaveLength(2);
  });

  test("is in the first version of a chain that begins later", () => {
    const store = start({ stores: STORES, initialVersion: 9 });
    const plain = start({ stores: ["bank", "late", "none"], initialVersion: 9 });
    expect(toHex(store.appHash)).toBe(toHex(plain.appHash));
    expect(write(store, 9)).toBe(write(plain, 9));
  });

  test("is refused by a database that passed the version without it", () => {
    const path = folder();
    const old = start({ path, stores: ["bank"] });
    for (let version = 1; version <= 4; version++) old.commit(new Map());
    old.close();
    start({ path, stores: STORES }).close();
    const older = start({ path, stores: ["bank"] });
    older.commit(new Map());
    older.close();
    expect(() => start({ path, stores: STORES })).toThrow(
      "version 5 of the state has no store late, which is there from version 5",
    );
  });

  test("is not lost by a program that lacks it", () => {
    const path = folder();
    const store = start({ path, stores: STORES });
    for (let version = 1; version <= 4; version++) write(store, version);
    store.close();
    // Before the store's first version a program without it is right.
    start({ path, stores: ["bank"], readOnly: true }).close();
    start({ path, stores: ["bank"] }).close();
    const newer = start({ path, stores: STORES });
    const hash = write(newer, 5);
    newer.close();
    const refusal =
      "version 5 of the state has the store late, none, which this program does not know: the state was written by a program with more modules; start that program";
    for (const readOnly of [false, true]) {
      expect(() => start({ path, stores: ["bank"], readOnly })).toThrow(new EnvironmentFault(refusal));
    }
    expect(toHex(start({ path, stores: STORES }).appHash)).toBe(hash);
  });
});
