// SPDX-License-Identifier: Apache-2.0
// Checks a running chain from outside, with the public CometBFT, IAVL and ICS-23 code of
// `tools/oracle`:
//   node tools/chaincheck/run.mjs -rpc http://127.0.0.1:26657 [-from H] [-to H] [-key STORE=HEX]...
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../source/files.mjs";

const PROGRAM = join(root, ".cache", process.platform === "win32" ? "chaincheck.exe" : "chaincheck");

const INSTALL = {
  linux: "apt-get install -y golang-go   (or the archive of https://go.dev/dl)",
  darwin: "brew install go",
  win32: "winget install GoLang.Go",
};

/**
 * Builds the checker; Go's own cache makes the second time cheap.
 * @returns {string} its path
 */
export function buildChaincheck() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const oracle = join(root, "tools", "oracle");
  const done = spawnSync("go", ["build", "-o", PROGRAM, "./cmd/chaincheck"], { cwd: oracle, encoding: "utf8" });
  if (done.error !== undefined) {
    const how = INSTALL[/** @type {keyof typeof INSTALL} */ (process.platform)] ?? "see https://go.dev/dl";
    throw new Error(`checking a chain with public code needs Go 1.23 or newer; install it with: ${how}`);
  }
  if (done.status !== 0) throw new Error(`go build in tools/oracle failed:\n${done.stderr}`);
  return PROGRAM;
}

/**
 * @param {readonly string[]} args of the checker
 * @returns {Promise<{ code: number, output: string }>} 0 when every check holds
 */
export async function runChaincheck(args) {
  const program = buildChaincheck();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const add = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const { code, output } = await runChaincheck(process.argv.slice(2));
    process.stdout.write(output);
    process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
