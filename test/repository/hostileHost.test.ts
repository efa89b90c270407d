// SPDX-License-Identifier: Apache-2.0
/** Every lie of a host in docs/spec/hostile-host.md names a test that exists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Rows of the tables: the text of the last cell. */
const proofs = read("docs/spec/hostile-host.md")
  .split("\n")
  .filter((line) => /^\| (?!---|line |lie )/.test(line))
  .map((line) => line.split(" | ").at(-1)?.replace(/ \|$/, "") ?? "");

it("has a test for each lie, by file and name", () => {
  expect(proofs.length).toBeGreaterThan(60);
  const wrong = proofs.filter((proof) => {
    if (proof === "none") return false;
    const [, file, name] = /^`([\w/.]+\.test\.ts)` "([^"]+)"$/.exec(proof) ?? [];
    return file === undefined || name === undefined || !read(file).includes(`"${name}`);
  });
  expect(wrong).toEqual([]);
});

it("names what has none: lists of machines, and the fee", () => {
  expect(proofs.filter((proof) => proof === "none").length).toBe(2);
});
