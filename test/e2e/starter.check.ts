// SPDX-License-Identifier: Apache-2.0
/**
 * The commands of contracts/README.md for a new contract developer, in an empty folder, with a real
 * node.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeContract } from "../../tools/contracts/new.mjs";
import { LIBRARIES, prepareToolchain } from "../../tools/contracts/toolchain.mjs";
import { removeAll, TestNode } from "./node.ts";

const above = mkdtempSync(join(tmpdir(), "starter-"));
afterAll(async () => {
  await removeAll();
  rmSync(above, { recursive: true, force: true });
});

test("the starter is tested, built, uploaded and called as its README says", { timeout: 600_000 }, async () => {
  prepareToolchain();
  const folder = makeContract(join(above, "my-notes"));
  const type = (file: string, args: readonly string[], cwd = folder, env = {}) =>
    execFileSync(file, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8", stdio: "pipe" });
  const libraries = { CARGO_TARGET_DIR: LIBRARIES };
  expect(type("cargo", ["test", "--quiet", "--locked"], folder, libraries)).toContain("2 passed");
  type("cargo", ["build", "--quiet", "--release", "--locked", "--target", "wasm32-unknown-unknown"]);
  const tested = type(process.execPath, ["--test", "client/notebook.test.mjs"]);
  expect(tested).toMatch(/^\S+ pass 4$/m);
  type("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], join(folder, "client"));
  const node = await TestNode.start({ flags: ["--instant"] });
  const lines = type(process.execPath, ["client/try.mjs"], folder, { SOTTO_URL: node.rest }).trimEnd().split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^stored {4}code 1, gas [0-9]+$/),
    expect.stringMatching(/^made {6}secret1[0-9a-z]{38}$/),
    expect.stringMatching(/^wrote {5}block [0-9]+, gas [0-9]+$/),
    'owner      {"text":"buy milk"}',
    expect.stringMatching(/^others .*no note opens with this key/),
    'everybody  {"count":1}',
  ]);
});
