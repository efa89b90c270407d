// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { root } from "../setup.mjs";

/**
 * Runs a TypeScript file without a build, in a separate process, and resolves to its exit code.
 * @param {string} file below the root
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function run(file, args) {
  return new Promise((resolve) => {
    const loader = "./tools/example/register.mjs";
    const child = spawn(process.execPath, ["--import", loader, file, ...args], { cwd: root, stdio: "inherit" });
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => child.kill(signal));
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
