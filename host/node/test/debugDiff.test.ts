// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress } from "@sotto/address";
import { STORES } from "@sotto/app/facts";
import { fromUtf8, toHex } from "@sotto/bytes";
import { openStore } from "@sotto/store";
import { afterEach, describe, expect, it } from "vitest";
import { paths } from "../src/config.ts";
import { debugDiff } from "../src/debugDiff.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Row = readonly [store: string, key: Uint8Array, value: string];

/** A folder with a version of the state for each list of rows. */
function homeOf(versions: readonly (readonly Row[])[], keepVersions?: number): string {
  const home = mkdtempSync(join(tmpdir(), "sotto-diff-"));
  folders.push(home);
  const store = openStore({ path: paths(home).state, stores: STORES, pruning: { keepVersions }, noSync: true });
  for (const rows of versions) {
    const names = new Set(rows.map(([name]) => name));
    const changes = [...names].map((name) => {
      const own = rows.filter((row) => row[0] === name).map(([, key, value]) => [key, fromUtf8(value)] as const);
      return [name, own] as const;
    });
    store.commit(new Map(changes));
  }
  store.close();
  return home;
}

async function diff(home: string, other: string, height?: number) {
  const lines: string[] = [];
  const isEqual = await debugDiff({ home, other, height, write: (line) => void lines.push(line) });
  return { isEqual, lines };
}

const bank = (key: string, value: string): Row => ["bank", fromUtf8(key), value];
const CONTRACT = new Uint8Array(20).fill(7);

/** Versions of which the one at `parted` and its successors differ by `row`. */
const versions = (count: number, parted: number, row: Row) =>
  Array.from({ length: count }, (_, i) => [bank(`row ${i}`, "x"), ...(i + 1 >= parted ? [row] : [])]);

describe("the difference of two states", () => {
  it.each([1, 2, 7, 8])("is found in the first height that has it: %i of 8", async (parted) => {
    const a = homeOf(versions(8, parted, bank("zebra", "1")));
    const b = homeOf(versions(8, parted, bank("zebra", "2")));
    const { isEqual, lines } = await diff(a, b);
    expect(isEqual).toBe(false);
    expect(lines[0]).toBe(
      `height ${parted} is the first that differs, of those that both still have; application hashes:`,
    );
    expect(lines).toContain("stores that differ: bank");
    expect(lines).toContain(`store bank, first key that differs: ${toHex(fromUtf8("zebra"))} (zebra)`);
    if (parted > 1) expect((await diff(a, b, parted - 1)).isEqual).toBe(true);
  });

  it("names the contract of a row, the side that lacks it, and no value", async () => {
    const key = Uint8Array.of(3, ...CONTRACT, 1, 2, 3);
    const a = homeOf([[bank("a", "x"), ["compute", key, "ciphertext"]]]);
    const b = homeOf([[bank("a", "x")]]);
    const { lines } = await diff(a, b);
    expect(lines).toContain(
      `store compute, first key that differs: ${toHex(key)} (encrypted row of contract ${formatAddress(CONTRACT)})`,
    );
    expect(lines).toContain(`  ${b}: no such row`);
    expect(lines.find((line) => line.startsWith(`  ${a}: 10 bytes`))).toMatch(
      /SHA-256 [0-9a-f]{64}, written at height 1$/,
    );
    expect(lines.join()).not.toContain("ciphertext");
  });

  it("is looked for in the heights that both still have", async () => {
    const a = homeOf(versions(8, 2, bank("zebra", "1")), 3);
    const b = homeOf(versions(6, 2, bank("zebra", "2")));
    const { lines } = await diff(a, b);
    expect(lines[0]).toMatch(/^height [56] is the first that differs/);
    await expect(diff(a, b, 2)).rejects.toThrow("does not have height 2; its last one is 8: give --height");
    await expect(diff(a, b, 7)).rejects.toThrow("does not have height 7; its last one is 6: give --height");
  });
});
