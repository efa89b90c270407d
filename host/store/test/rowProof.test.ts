// SPDX-License-Identifier: Apache-2.0
/** Proofs of rows from the working tree, checked by the code that the enclave runs. */
import { fromUtf8, toHex } from "@sotto/bytes";
import { ProvenTree, verifyStore } from "@sotto/merkle";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StateStore } from "../src/index.ts";
import { bytes, changesOf, folder, start } from "./stores.ts";

const STORE = "compute";

/** The hash of the store, proven under the application hash. */
function rootOf(store: StateStore): Uint8Array {
  const hash = verifyStore(store.appHash, STORE, store.proveStore(STORE));
  expect(hash).toBeDefined();
  return hash as Uint8Array;
}

/** A verifier that knows no nodes. */
const verifyRow = (root: Uint8Array, key: Uint8Array, value: Uint8Array | undefined, proof: Uint8Array): boolean =>
  new ProvenTree(root).verify(key, value, proof);

const keyOf = (n: number): string => `key ${String(n).padStart(4, "0")}`;

function filled(count: number, options: Parameters<typeof start>[0] = {}): StateStore {
  const store = start(options);
  for (let i = 0; i < count; i += 7) {
    const rows = Array.from(
      { length: Math.min(7, count - i) },
      (_, j) => [keyOf(2 * (i + j)), `value ${i + j}`] as const,
    );
    store.commit(changesOf(STORE, rows));
  }
  return store;
}

describe("a row of the latest version", () => {
  test.each([1, 2, 3, 7, 64, 200])("is proven, present or absent, in a tree of %i rows", (count) => {
    const store = filled(count);
    const root = rootOf(store);
    for (let n = -1; n <= 2 * count; n++) {
      const key = bytes(n < 0 ? "a" : keyOf(n));
      const value = n >= 0 && n % 2 === 0 && n < 2 * count ? bytes(`value ${n / 2}`) : undefined;
      const proof = store.proveRow(STORE, key).proof;
      expect(verifyRow(root, key, value, proof), `row ${n}`).toBe(true);
      expect(verifyRow(root, key, value === undefined ? bytes("value 0") : undefined, proof)).toBe(false);
      expect(verifyRow(root, key, bytes("another"), proof)).toBe(false);
    }
  });

  test("is proven in an empty store, and when the disk has all of the tree", () => {
    const empty = start();
    empty.commit(changesOf("bank", [["a", "1"]]));
    expect(verifyRow(rootOf(empty), bytes("k"), undefined, empty.proveRow(STORE, bytes("k")).proof)).toBe(true);
    const path = folder();
    filled(100, { path }).close();
    const store = start({ path });
    const root = rootOf(store);
    for (const n of [0, 51, 102, 198, 250]) {
      const key = bytes(keyOf(n));
      const value = n % 2 === 0 && n < 200 ? bytes(`value ${n / 2}`) : undefined;
      expect(verifyRow(root, key, value, store.proveRow(STORE, key).proof)).toBe(true);
    }
    // The nodes that proofs read do not change the next commit.
    store.commit(changesOf(STORE, [[keyOf(51), "new"]]));
    expect(
      verifyRow(rootOf(store), bytes(keyOf(51)), bytes("new"), store.proveRow(STORE, bytes(keyOf(51))).proof),
    ).toBe(true);
    const same = filled(100);
    same.commit(changesOf(STORE, [[keyOf(51), "new"]]));
    expect(toHex(store.appHash)).toBe(toHex(same.appHash));
  });

  test("is not proven under the root of another version, or of another key", () => {
    const store = filled(50);
    const [before, key] = [rootOf(store), bytes(keyOf(10))];
    const old = store.proveRow(STORE, key).proof;
    store.commit(changesOf(STORE, [[keyOf(10), "changed"]]));
    const root = rootOf(store);
    expect(verifyRow(before, key, bytes("value 5"), old)).toBe(true);
    expect(verifyRow(root, key, bytes("value 5"), old)).toBe(false);
    expect(verifyRow(root, key, bytes("value 6"), store.proveRow(STORE, bytes(keyOf(12))).proof)).toBe(false);
    expect(verifyRow(root, key, undefined, store.proveRow(STORE, bytes(keyOf(11))).proof)).toBe(false);
    expect(verifyRow(root, key, undefined, store.proveRow(STORE, bytes(keyOf(9))).proof)).toBe(false);
  });

  test("is not proven by any changed proof", () => {
    const store = filled(60);
    const root = rootOf(store);
    const all = Array.from({ length: 124 }, (_, n) => {
      const key = bytes(keyOf(n));
      const value = n % 2 === 0 && n < 120 ? bytes(`value ${n / 2}`) : undefined;
      return { key, value, proof: store.proveRow(STORE, key).proof };
    });
    const some = fc.constantFrom(...all);
    fc.assert(
      fc.property(some, some, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(3), (row, other, at, mask, how) => {
        const proof = new Uint8Array(row.proof);
        const place = at % proof.length;
        proof[place] = (proof[place] as number) ^ mask;
        const cut = how === 1 ? proof.subarray(0, place) : how === 2 ? Uint8Array.of(...row.proof, mask) : proof;
        // A changed proof shows nothing at all, not even the same row.
        expect(verifyRow(root, row.key, row.value, cut)).toBe(false);
        // No proof shows a row that is there as absent, or another value.
        const holds = verifyRow(root, row.key, other.value, other.proof);
        expect(holds && toHex(row.key) !== toHex(other.key) && row.value !== undefined).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("many rows of one version", () => {
  test("share the nodes that earlier proofs have shown, and no proof passes without them", () => {
    const count = 300;
    const store = filled(count);
    const root = rootOf(store);
    const tree = new ProvenTree(root);
    let alone = 0;
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 2 * count }), fc.boolean(), (n, isLost) => {
        const key = bytes(n < 0 ? "a" : keyOf(n));
        const value = n >= 0 && n % 2 === 0 && n < 2 * count ? bytes(`value ${n / 2}`) : undefined;
        const proof = store.proveRow(STORE, key, tree.count).proof;
        if (verifyRow(root, key, value, proof)) alone++;
        // A lost answer: the verifier names its count, and the next proof is whole.
        if (isLost) return;
        expect(tree.verify(key, value === undefined ? bytes("no") : undefined, proof)).toBe(false);
        expect(tree.verify(key, value, proof)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(tree.count).toBeGreaterThan(100);
    expect(alone).toBeLessThan(450);
  });

  test("are shorter with known nodes", () => {
    const store = filled(300);
    const tree = new ProvenTree(rootOf(store));
    let [shared, whole] = [0, 0];
    for (let n = 0; n < 600; n++) {
      const key = bytes(keyOf(n));
      const value = n % 2 === 0 ? bytes(`value ${n / 2}`) : undefined;
      const proof = store.proveRow(STORE, key, tree.count).proof;
      shared += proof.length;
      expect(tree.verify(key, value, proof)).toBe(true);
    }
    for (let n = 0; n < 600; n++) whole += store.proveRow(STORE, bytes(keyOf(n))).proof.length;
    expect(shared).toBeLessThan(whole / 2);
  });
});

describe("the hash of a store", () => {
  test("is not proven for another store, another version, or by a changed proof", () => {
    const store = filled(20);
    const proof = store.proveStore(STORE);
    expect(verifyStore(store.appHash, "bank", proof)).toBeUndefined();
    for (let at = 0; at < proof.length; at++) {
      const changed = new Uint8Array(proof);
      changed[at] = (changed[at] as number) ^ 1;
      expect(verifyStore(store.appHash, STORE, changed), `byte ${at}`).toBeUndefined();
      expect(verifyStore(store.appHash, STORE, proof.subarray(0, at))).toBeUndefined();
    }
    store.commit(changesOf(STORE, [["x", "y"]]));
    expect(verifyStore(store.appHash, STORE, proof)).toBeUndefined();
    expect(() => store.proveStore("none")).toThrow("no such store");
    expect(() => store.proveRow("none", fromUtf8("k"))).toThrow("no such store");
  });
});
