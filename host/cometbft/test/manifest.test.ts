// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
