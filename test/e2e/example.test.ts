// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exampleFile, examples } from "../../tools/example/run.mjs";
import { root } from "../../tools/setup.mjs";
import { removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

/** An example takes some dozen transactions of a few polls each. */
const EXAMPLE_MS = 180_000;

async function run(file: string, url: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "./tools/example/register.mjs", file], {
    cwd: root,
    env: { ...process.env, SOTTO_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      output[name] += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, ...output };
}

/** What differs between two runs: heights, gas, hashes, addresses, keys and ciphertexts. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\bsecret1[0-9a-z]{38}\b/g, "ADDRESS"],
  [/\bsecret1[0-9a-z]{2,6}\.\.\.[0-9a-z]{2,6}\b/g, "ADDRESS"],
  [/\b(block|gas) [0-9]+/g, "$1 N"],
  [/\b[0-9a-f]{16}\.\.\./g, "HASH"],
  // Texts of base64 or hex, not the long numbers of amounts.
  [/(?=[0-9+/=]*[A-Za-z])[A-Za-z0-9+/=]{20,}/g, "BYTES"],
];
const constant = (text: string): string =>
  CHANGING.reduce((rest, [pattern, name]) => rest.replaceAll(pattern, name), text).trimEnd();

const read = (path: string): string => readFileSync(join(root, path), "utf8");

const expectedOf = (name: string): string => constant(read(`examples/expected/${name}.txt`));

/** Stories wait for deadlines most of the time, so all are told at once. */
describe.concurrent("on a new chain", () => {
  test.each(examples())("the example %s prints its story", { timeout: EXAMPLE_MS }, async (name) => {
    // As with `npm start` time passes without transactions, only faster.
    const node = await TestNode.start({ flags: ["--block-time", "250ms"] });
    const { code, stdout, stderr } = await run(exampleFile(name), node.rest);
    await node.stop();
    expect([code, stderr]).toEqual([0, ""]);
    expect(constant(stdout)).toBe(expectedOf(name));
  });
});

describe.each(examples())("the example %s", (name) => {
  test("stands with its output in a document for people", () => {
    expect(constant(read("README.md") + read("docs/products.md"))).toContain(expectedOf(name));
  });

  test("is short", () => {
    expect(read(exampleFile(name)).split("\n").length).toBeLessThanOrEqual(121);
  });
});

test("an example without a node says how to start one", async () => {
  const { code, stdout, stderr } = await run(exampleFile("token"), "http://127.0.0.1:9");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "No node answers at http://127.0.0.1:9. Start one in another terminal and wait for its banner:\n\n  npm start\n\n",
  );
});

test("an unknown name gets the list of examples", () => {
  expect(() => exampleFile("../token")).toThrow(/^no example "\.\.\/token"\. There are: .*token/);
});
