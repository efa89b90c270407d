// SPDX-License-Identifier: Apache-2.0
/**
 * A DevChain in mocha and jest, which are installed from the registry in an empty folder: they are
 * no dependencies of this repository.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TESTS = join(ROOT, "clients/contract-test/test/runners");
const folder = mkdtempSync(join(tmpdir(), "runners-"));
const run = (args: readonly string[], file = process.execPath): string =>
  execFileSync(file, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, TOKEN_WASM: join(ROOT, "contracts/built/private-token.wasm") },
    stdio: ["ignore", "pipe", "inherit"],
  });

beforeAll(() => {
  cpSync(TESTS, folder, { recursive: true });
  const packages = { jest: "30.2.0", mocha: "11.7.4", "@sotto/contract-test": `file:${ROOT}/clients/contract-test` };
  const manifest = {
    private: true,
    type: "module",
    dependencies: packages,
    jest: { transform: {}, moduleFileExtensions: ["mjs", "js"] },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  run(["install", "--ignore-scripts", "--no-audit", "--no-fund"], "npm");
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("mocha", { timeout: 60_000 }, () => {
  expect(run(["node_modules/mocha/bin/mocha.js", "mocha.mjs"])).toMatch(/2 passing/);
});

test("jest, with its matchers extended", { timeout: 60_000 }, () => {
  const printed = run([
    "--experimental-vm-modules",
    "node_modules/jest/bin/jest.js",
    "--testMatch",
    "**/jest.mjs",
    "--json",
  ]);
  expect(JSON.parse(printed)).toMatchObject({ success: true, numPassedTests: 3 });
});
