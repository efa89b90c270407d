// SPDX-License-Identifier: Apache-2.0
/**
 * A DevChain in an empty folder: installed from the tarballs of a release, run by node:test, mocha
 * and jest, which are no dependencies of this repository.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { published } from "../../tools/release.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TESTS = join(ROOT, "clients/contract-test/test/runners");
const folder = mkdtempSync(join(tmpdir(), "runners-"));
const run = (args: readonly string[], file = process.execPath, cwd = folder): string =>
  execFileSync(file, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, TOKEN_WASM: join(ROOT, "contracts/built/private-token.wasm") },
    stdio: ["ignore", "pipe", "inherit"],
  });

/** The dependencies of the folder: the published packages as files. */
function packed(): Record<string, string> {
  const folders = published(ROOT).map((name) => `--workspace=${name}`);
  run(["pack", "--ignore-scripts", "--loglevel=error", `--pack-destination=${folder}`, ...folders], "npm", ROOT);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const nameOf = (file: string) => `@sotto/${/^sotto-(.+)-\d+\.\d+\.\d+\.tgz$/.exec(file)?.[1]}`;
  return Object.fromEntries(
    tarballs.filter((file) => /^sotto-[a-z]/.test(file)).map((file) => [nameOf(file), `file:${file}`]),
  );
}

beforeAll(() => {
  cpSync(TESTS, folder, { recursive: true });
  const dependencies = { ...packed(), jest: "30.2.0", mocha: "11.7.4" };
  const jest = { transform: {}, moduleFileExtensions: ["mjs", "js"] };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies, jest }));
  run(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], "npm");
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("node:test", { timeout: 60_000 }, () => {
  expect(run(["--test", "--test-reporter=tap", "node.mjs"])).toMatch(/# pass 2\n# fail 0/);
});

test("mocha", { timeout: 60_000 }, () => {
  // Its usual limit is 2 s, in which a busy machine may not load the packages.
  expect(run(["node_modules/mocha/bin/mocha.js", "--timeout", "20000", "mocha.mjs"])).toMatch(/2 passing/);
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
