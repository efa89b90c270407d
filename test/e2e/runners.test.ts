// SPDX-License-Identifier: Apache-2.0
/**
 * A DevChain in the first thread of a process, where test runners run tests: the enclave has a
 * thread of its own.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker } from "node:worker_threads";
import { DevChain } from "@sotto/contract-test";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** It runs here and as text in another thread, so it uses nothing from outside. */
const sameRun = async (module: { readonly DevChain: typeof DevChain }): Promise<string> => {
  const chain = await module.DevChain.create({ seed: "same" });
  const mark = chain.snapshot();
  await chain.as("alice").send(chain.account("bob"), [{ denom: "uscrt", amount: "1" }]);
  chain.revert(mark);
  await chain.as("alice").send(chain.account("bob"), [{ denom: "uscrt", amount: "2" }]);
  chain.close();
  return chain.appHash;
};

const nodeTest = (file: string, cwd = ROOT): string => {
  const env = { ...process.env, TOKEN_WASM: "contracts/built/private-token.wasm" };
  return execFileSync(process.execPath, ["--test", "--test-reporter=tap", file], { cwd, encoding: "utf8", env });
};

describe("a DevChain in the first thread of a process", () => {
  it("runs in node:test", () => {
    const printed = nodeTest("clients/contract-test/test/runners/node.mjs");
    expect(printed).toMatch(/# pass 2\n# fail 0/);
  });

  it("runs the first test of the package's README", () => {
    const readme = readFileSync(join(ROOT, "clients/contract-test/README.md"), "utf8");
    const [, code = ""] = /```js\n(.*?)```/s.exec(readme) ?? [];
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    const folder = mkdtempSync(join(ROOT, ".cache/readme-"));
    try {
      writeFileSync(join(folder, "first.test.mjs"), code);
      copyFileSync(join(ROOT, "contracts/built/private-token.wasm"), join(folder, "token.wasm"));
      expect(nodeTest("first.test.mjs", folder)).toMatch(/# pass 1\n# fail 0/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is the same chain as in a thread that may run contracts itself", async () => {
    expect(isMainThread).toBe(true);
    const code = `
      import("@sotto/contract-test").then(${String(sameRun)}).then((hash) => require("node:worker_threads").parentPort.postMessage(hash));`;
    const worker = new Worker(code, { eval: true, resourceLimits: { stackSizeMb: 512 } });
    const [inline] = await once(worker, "message");
    await worker.terminate();
    expect(await sameRun({ DevChain })).toBe(inline);
  });
});
