// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, describe, expect, test } from "vitest";
import { readSeedFile } from "../src/seedFile.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-seed-"));
const path = join(folder, "seed");
afterAll(() => rmSync(folder, { recursive: true }));

function put(text: string, mode = 0o600): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

describe("the file of a seed", () => {
  test("is read when it has 64 hex digits and is its owner's alone", () => {
    put(`${"5e".repeat(32)}\n`);
    expect(readSeedFile(path)).toBe("5e".repeat(32));
  });

  test.each([0o640, 0o604, 0o620])("is refused when others may use it: %s", (mode) => {
    put("5e".repeat(32), mode);
    expect(() => readSeedFile(path)).toThrow(`run: chmod 600 ${path}`);
  });

  test.each(["", "5e".repeat(31), "5e".repeat(33), `${"5e".repeat(31)}zz`])(
    "is refused without a word of it: %#",
    (text) => {
      put(text);
      const thrown = (() => {
        try {
          return readSeedFile(path);
        } catch (error) {
          return error;
        }
      })();
      expect(thrown).toBeInstanceOf(EnvironmentFault);
      expect(String(thrown)).toContain("has no seed of 64 hex digits");
      expect(String(thrown)).not.toContain("5e5e");
    },
  );

  test("is refused when it is missing", () => {
    expect(() => readSeedFile(join(folder, "none"))).toThrow("cannot be read: ENOENT");
  });
});
