// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Refusal, root } from "../setup.mjs";

/** The examples: every script of `examples/`; its folders hold what scripts share. */
export const examples = () =>
  readdirSync(join(root, "examples"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));

/**
 * The script of an example. Throws Refusal for a name that has none.
 * @param {string} name
 * @returns {string} below the root
 */
export function exampleFile(name) {
  if (!examples().includes(name)) throw new Refusal(`no example "${name}". There are: ${examples().join(", ")}`);
  return `examples/${name}.ts`;
}

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
