// SPDX-License-Identifier: Apache-2.0
/** The latest version is taken away, and another takes its place. */
import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { describe, expect, test } from "vitest";
import { type StateStore, StoreError, takeBackVersion } from "../src/index.ts";
import { randomOf, rangeOf } from "./model.ts";
import { bytes, folder, start } from "./stores.ts";

/**
 * A random block: new rows, changed ones, the same value again, removed ones, keys of any length.
 */
function commit(store: StateStore, salt = 0): string {
  const version = store.version + 1;
  const random = randomOf(1_000 * salt + version);
  const rows = (): (readonly [Uint8Array, Uint8Array | undefined])[] =>
    Array.from({ length: 60 }, () => {
      const key = `row ${random(200)} ${random(10) === 0 ? "long ".repeat(500) : ""}`;
      const value = random(4) === 0 ? undefined : bytes(`${random(3)} `.repeat(1 + random(300)));
      return [bytes(key), value] as const;
    });
  const changes = new Map(["bank", "compute"].map((name) => [name, rows()] as const));
  const extra = new Map<string, Uint8Array | undefined>([
    [`results/${version}`, new Uint8Array(3_000).fill(version)],
    ["sealed", fromUtf8(`${salt} ${version}`)],
  ]);
  return toHex(store.commit(changes, extra).appHash);
}

function allOf(store: StateStore) {
  const snapshot = store.snapshot();
  try {
    return ["bank", "compute"].map((name) => rangeOf(snapshot.store(name)));
  } finally {
    snapshot.close();
  }
}

/** The same rows, hashes and proofs as a store that never had the version. */
function expectEqual(one: StateStore, other: StateStore): void {
  expect(one.version).toBe(other.version);
  expect(toHex(one.appHash)).toBe(toHex(other.appHash));
  expect(allOf(one)).toEqual(allOf(other));
  const [row] = allOf(one)[0] ?? [];
  const key = bytes(toUtf8(Uint8Array.from(Buffer.from(row?.[0] ?? "", "hex"))) ?? "");
  expect(one.prove("bank", key, one.version)).toEqual(other.prove("bank", key, other.version));
}

const back = (path: string, version: number): number =>
  takeBackVersion(
    path,
    new Map([
      [`results/${version}`, undefined],
      ["sealed", fromUtf8("before")],
    ]),
  );

describe.each([
  ["all versions", undefined],
  ["two versions", 2],
] as const)("with %s kept", (_, keepVersions) => {
  test("a version that is taken away leaves nothing, and the same one or another follows", () => {
    const path = folder();
    const options = { pruning: { keepVersions }, segmentBytes: 20_000 } as const;
    let store = start({ path, ...options });
    const twin = start(options);
    for (let version = 1; version <= 12; version++) {
      commit(twin);
      commit(store);
      // One that the twin never has.
      commit(store, 7);
      store.close();
      expect(back(path, version + 1)).toBe(version);
      store = start({ path, ...options });
      expectEqual(store, twin);
      expect(toUtf8(store.extra("sealed") ?? new Uint8Array(0))).toBe("before");
      expect(store.extra(`results/${version + 1}`)).toBeUndefined();
      expect(store.extra(`results/${version}`)).toEqual(new Uint8Array(3_000).fill(version));
      if (keepVersions === undefined && version > 1) {
        expect(toHex(store.commitInfo(version - 1).stores[0]?.hash ?? bytes(""))).toBe(
          toHex(twin.commitInfo(version - 1).stores[0]?.hash ?? bytes("")),
        );
      }
    }
  });
});

test("a version whose predecessor is gone, and the first one, stay", () => {
  const path = folder();
  const store = start({ path, pruning: { keepVersions: 1 } });
  for (let version = 1; version <= 3; version++) commit(store);
  store.close();
  expect(() => back(path, 3)).toThrow(StoreError.versionPruned("2").message);
  const only = folder();
  const first = start({ path: only });
  commit(first);
  first.close();
  expect(() => back(only, 1)).toThrow(StoreError.versionPruned("0").message);
  expect(start({ path: only }).version).toBe(1);
});
