// SPDX-License-Identifier: Apache-2.0
// The program behind `npm start`, `npm test` and the other scripts. It needs only Node, npm and the
// clone: it installs the packages of the lock, builds changed sources, then runs the script.
// Usage: node tools/run.mjs start|build|test|check|bench|example|contract|release|setup [arguments]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { followParent } from "./parent.mjs";
import { build, install, installPrograms, Refusal, requireNode, root } from "./setup.mjs";

const [command, ...args] = process.argv.slice(2);
followParent(command);

/**
 * Runs a program of this repository in this process, so that signals and exit codes are its own.
 * @param {string} path
 * @param {string[]} argv
 */
async function become(path, argv) {
  const file = join(root, path);
  if (!existsSync(file)) throw new Refusal(`${path} is not there: this clone has nothing to run for "${command}".`);
  process.argv = [process.execPath, file, ...argv];
  await import(pathToFileURL(file).href);
}

const commands = {
  start: async () => {
    // The reader of the output may have ended before the node is ready.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
    await install("node");
    await build();
    await become("sotto/dist/main.js", args[0] === "export" ? args : ["start", ...args]);
  },
  build: async () => {
    await install("node");
    await build();
  },
  test: async () => {
    await install("all");
    await build();
    const { needsPrograms, runTests } = await import("./tests/run.mjs");
    if (needsPrograms(args)) await installPrograms();
    process.exitCode = await runTests(args);
  },
  check: async () => {
    await install("all");
    await build();
    const { runChecks } = await import("./checks.mjs");
    process.exitCode = await runChecks(args);
  },
  bench: async () => {
    await install("all");
    await build();
    await become("bench/main.mjs", args);
  },
  example: async () => {
    const { exampleFile, run } = await import("./example/run.mjs");
    const [name = "token", ...rest] = args;
    const file = exampleFile(name);
    await install("all");
    await build();
    process.exitCode = await run(file, rest);
  },
  contract: async () => {
    const { makeContract, nextSteps } = await import("./contracts/new.mjs");
    const path = makeContract(args[0]);
    // Its tests run on the built packages of this clone.
    await install("node");
    await build();
    console.log(nextSteps(path));
  },
  release: async () => {
    await install("all");
    const { release } = await import("./release.mjs");
    await release(root, args);
  },
  // "setup node": only the packages for a node. "setup cometbft": also the programs of CometBFT.
  setup: async () => {
    await install(args[0] === "node" ? "node" : "all");
    await build();
    if (args[0] === "cometbft") await installPrograms();
  },
};

try {
  requireNode();
  const run = commands[/** @type {keyof typeof commands} */ (command ?? "")];
  if (run === undefined) throw new Refusal(`usage: node tools/run.mjs ${Object.keys(commands).join("|")} [arguments]`);
  await run();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
