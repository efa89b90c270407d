// SPDX-License-Identifier: Apache-2.0
/**
 * What the first thread of the program loads, which only reads flags and waits, stays in memory.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sotto-loaded-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/**
 * Folders of the packages that a module loads, by V8's report of coverage, which has every script.
 */
function loadedBy(module: string): Set<string> {
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", new URL(module, import.meta.url).href, "--eval", ""],
    { env },
  );
  expect([status, String(stderr)]).toEqual([0, ""]);
  const [report = ""] = readdirSync(folder);
  const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(folder, report), "utf8"));
  const files = result
    .filter(({ url }) => url.startsWith("file:"))
    .map(({ url }) => relative(root, fileURLToPath(url)));
  return new Set(files.map((file) => file.split(/[\\/]/).slice(0, 2).join("/")));
}

test("the first thread loads the command line, and no chain, database or cryptography", () => {
  expect([...loadedBy("../../dist/command.js")].sort()).toEqual([
    "host/app",
    "host/local",
    "host/node",
    "host/store",
    "node_modules/commander",
    "pure/errors",
  ]);
});
