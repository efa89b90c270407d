// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

const root = fileURLToPath(new URL("../../", import.meta.url));

test("the example prints a token's way from upload to balance", async () => {
  const node = await TestNode.start({ flags: ["--instant"] });
  const child = spawn(process.execPath, ["--import", "./tools/example/register.mjs", "examples/private-token.ts"], {
    cwd: root,
    env: { ...process.env, SOTTO_URL: node.rest },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  const expected = [
    /^stored {4}code 1, hash [0-9a-f]{16}\.\.\., gas [0-9]+$/,
    /^made {6}secret1[0-9a-z]{38}$/,
    /^sent {6}block [0-9]+, gas [0-9]+, answer \{"transfer":\{"status":"success"\}\}$/,
    /^bob sees {2}\{"balance":\{"amount":"250"\}\}$/,
    /^others {4}\{"viewing_key_error":\{"msg":".+"\}\}$/,
    /^public {4}[A-Za-z0-9+/]{64}\.\.\.$/,
  ];
  expect(lines).toHaveLength(expected.length);
  for (const [i, line] of lines.entries()) expect(line).toMatch(expected[i] as RegExp);
});
