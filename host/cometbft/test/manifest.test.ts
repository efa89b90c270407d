// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyStore, removeCopy } from "../src/store/copy.ts";
import { liveTables } from "../src/store/manifest.ts";

let folder: string;
let manifest: Buffer;
let files: number[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sotto-manifest-"));
  const path = join(folder, "db");
  // Tables are written at each opening, and by compaction: lists with additions and removals.
  for (let round = 0; round < 6; round++) {
    const store = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: "view" });
    for (let i = 0; i < 50; i++) await store.put(`${i}`, new Uint8Array(1000).fill(round));
    if (round === 3) await store.compactRange("", "~");
    await store.close();
  }
  const name = readFileSync(join(path, "CURRENT"), "utf8").trim();
  manifest = readFileSync(join(path, name));
  files = readdirSync(path)
    .flatMap((each) => /^([0-9]+)\.ldb$/.exec(each)?.[1] ?? [])
    .map(Number);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the manifest of a LevelDB", () => {
  it("lists the tables of the folder", () => {
    const live = liveTables(manifest);
    expect(live?.tables).toEqual(files.sort((a, b) => a - b));
    expect(files.length).toBeGreaterThan(0);
    expect(live?.length).toBe(manifest.length);
    expect(live?.nextFile).toBeGreaterThan(Math.max(...files));
  });

  it("is what decides which tables a copy shares with its store", async () => {
    const path = join(folder, "db");
    const next = liveTables(manifest)?.nextFile as number;
    // As if CometBFT was writing them; LevelDB gives these numbers to the next tables of the copy.
    const planted = Array.from({ length: 8 }, (_, i) => join(path, `${String(next + i).padStart(6, "0")}.ldb`));
    for (const file of planted) writeFileSync(file, "the beginning of a table");
    const copy = copyStore(path) as string;
    for (const number of files) expect(statSync(join(copy, `${String(number).padStart(6, "0")}.ldb`)).nlink).toBe(2);
    const before = files.map((number) => readFileSync(join(path, `${String(number).padStart(6, "0")}.ldb`)));
    const store = new ClassicLevel<string, Uint8Array>(copy, { valueEncoding: "view" });
    for (let i = 0; i < 100; i++) await store.put(`${i}`, new Uint8Array(100_000).fill(i));
    await store.compactRange("", "~");
    expect(new Uint8Array((await store.get("99")) ?? [])).toEqual(new Uint8Array(100_000).fill(99));
    await store.close();
    removeCopy(copy);
    for (const file of planted) expect(readFileSync(file, "utf8")).toBe("the beginning of a table");
    expect(files.map((number) => readFileSync(join(path, `${String(number).padStart(6, "0")}.ldb`)))).toEqual(before);
    for (const file of planted) rmSync(file);
  });

  it("that is torn lists the tables of its whole records, below the next number", () => {
    for (let length = 0; length < manifest.length; length++) {
      const live = liveTables(manifest.subarray(0, length));
      if (live === undefined) continue;
      expect(live.length).toBeLessThanOrEqual(length);
      expect(liveTables(manifest.subarray(0, live.length))).toEqual(live);
      for (const number of live.tables) expect(number).toBeLessThan(live.nextFile);
    }
  });

  it("of any bytes is read in bounded time, and never lists a number that a new table may get", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (noise, at) => {
        const bytes = Buffer.from(manifest);
        bytes.set(
          noise.subarray(0, bytes.length),
          at % Math.max(1, bytes.length - Math.min(noise.length, bytes.length) + 1),
        );
        for (const input of [bytes, Buffer.from(noise)]) {
          const live = liveTables(input);
          if (live !== undefined) expect(live.tables.every((number) => number < live.nextFile)).toBe(true);
        }
      }),
    );
  });
});
