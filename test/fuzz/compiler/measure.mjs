// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./compileOnce.mjs", import.meta.url));

/** Everything is compiled at once, one function after the other. */
const AT_ONCE = ["--no-wasm-lazy-compilation", "--wasm-num-compilation-tasks=1"];
export const COMPILERS = {
  baseline: ["--liftoff-only", ...AT_ONCE],
  optimising: ["--no-liftoff", ...AT_ONCE],
};

/**
 * @typedef {{ readonly bytes: number, readonly mb: number, readonly cpuMs: number }} Taken growth
 * of the process, time of all its threads
 */

/**
 * The cost of compiling, in a separate process.
 * @param {import("./fill.mjs").Case | string} what a case, or the path of a module
 * @param {keyof typeof COMPILERS} compiler @param {string} node @returns {Taken}
 */
export function measure(what, compiler, node = process.execPath) {
  const argument = typeof what === "string" ? what : JSON.stringify(what);
  const { stdout, stderr, status, signal } = spawnSync(node, [...COMPILERS[compiler], SCRIPT, argument], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${argument} with the ${compiler} compiler: ${signal ?? stderr}`);
  return JSON.parse(stdout);
}
