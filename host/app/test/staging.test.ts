// SPDX-License-Identifier: Apache-2.0
import { openStore } from "@sotto/store";
import { expect, test } from "vitest";
import { Staging } from "../src/staging.ts";

const MIB = 1024 * 1024;

test("long rows of a genesis file are moved to the disk by their bytes, and are read from there", () => {
  const store = openStore({ path: undefined, stores: ["compute"], pruning: { keepVersions: undefined }, noSync: true });
  const staging = new Staging(store);
  const rows = staging.branch.store("compute");
  const value = (i: number) => new Uint8Array(MIB).fill(i);
  let most = 0;
  for (let i = 1; i <= 100; i++) {
    // As an element of a file writes its rows.
    const own = staging.branch.branch();
    own.store("compute").set(Uint8Array.of(i), value(i));
    own.write();
    staging.relieve();
    most = Math.max(most, staging.branch.size);
  }
  expect(most).toBe(63);
  expect(staging.branch.size).toBe(36);
  const isThere = (i: number) => Buffer.compare(rows.get(Uint8Array.of(i)) ?? new Uint8Array(0), value(i)) === 0;
  expect([1, 50, 100].map(isThere)).toEqual([true, true, true]);
  staging.close();
  store.close();
});
