// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DamagedDatabase, Lmdb, removeDatabase } from "../src/index.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "sotto-store-"));
});
afterEach(() => rmSync(base, { recursive: true }));

const open = (path: string) => new Lmdb({ path, readOnly: false, noSync: true, name: "the test" });

/** A database with rows enough for several levels of pages. */
function filled(path: string, rows = 2_000): string {
  const lmdb = open(path);
  const table = lmdb.table("rows");
  lmdb.write(() => {
    for (let i = 0; i < rows; i++) table.put(fromUtf8(`row ${i}`), new Uint8Array(100).fill(i));
  });
  lmdb.close();
  return join(path, "data.mdb");
}

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

describe("a file that LMDB did not write, which would end the process", () => {
  const noise = new Uint8Array(65_536).fill(0xab);
  it.each<[string, (file: string) => void, string]>([
    ["other bytes", (file) => writeFileSync(file, noise), "its first page is not LMDB's"],
    ["zeros", (file) => writeFileSync(file, new Uint8Array(65_536)), "its first page is not LMDB's"],
    ["a few bytes", (file) => writeFileSync(file, "hello"), "its first page is not LMDB's"],
    ["another version of the format", (file) => overwrite(file, 28, Uint8Array.of(9)), "its first page is not LMDB's"],
    ["a lost second page", (file) => overwrite(file, 4_096, noise.subarray(0, 4_096)), "its second page is not LMDB's"],
    ["one page", (file) => truncateSync(file, 4_096), "its second page is not LMDB's"],
    ["lost roots", (file) => truncateSync(file, 9_000), "it has 9000 bytes of at least"],
  ])("%s", (_name, damage, reason) => {
    const path = join(base, "a");
    const file = filled(path);
    expect(new DataView(readFileSync(file).buffer).getUint32(48, true), "the test damages pages of 4,096").toBe(4_096);
    damage(file);
    for (const readOnly of [false, true]) {
      const run = () => new Lmdb({ path, readOnly, noSync: true, name: "the test" });
      expect(run).toThrow(DamagedDatabase);
      expect(run).toThrow(EnvironmentFault);
      expect(run).toThrow(`the test at ${path} is damaged: ${reason}`);
    }
    removeDatabase(path);
    filled(path);
  });
});

it("opens every file that LMDB wrote, after each of many transactions", () => {
  const path = join(base, "a");
  const lmdb = open(path);
  const table = lmdb.table("rows");
  for (let round = 0; round < 150; round++) {
    lmdb.write(() => {
      for (let i = 0; i < 60; i++) {
        const key = fromUtf8(`row ${(round * 7_919 + i * 104_729) % 5_000}`);
        if ((round + i) % 3 === 0) table.remove(key);
        else table.put(key, new Uint8Array((i * 977 + round * 31) % 9_000));
      }
    });
    const copy = join(base, `copy-${round}`);
    mkdirSync(copy);
    writeFileSync(join(copy, "data.mdb"), readFileSync(join(path, "data.mdb")));
    open(copy).close();
    rmSync(copy, { recursive: true });
  }
  lmdb.close();
});

it("opens an empty folder, an empty file, and a database in a file of its own", () => {
  mkdirSync(join(base, "empty"));
  open(join(base, "empty")).close();
  mkdirSync(join(base, "none"));
  writeFileSync(join(base, "none", "data.mdb"), "");
  open(join(base, "none")).close();
  const single = join(base, "single.lmdb");
  open(single).close();
  open(single).close();
  writeFileSync(single, "nonsense");
  expect(() => open(single)).toThrow(DamagedDatabase);
});
