// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { checkBoundary } from "./boundary/check.mjs";
import { checkCitations } from "./citations/check.mjs";
import { checkDeterminism } from "./determinism/check.mjs";
import { checkImports } from "./layers/cruise.mjs";
import { checkManifests } from "./layers/manifests.mjs";
import { checkLock } from "./lock/check.mjs";
import { checkSizes } from "./sizes/check.mjs";
import { reportPath, root } from "./source/files.mjs";
import { checkTcb } from "./tcb.mjs";
import { checkTests } from "./tests/check.mjs";
import { checkVersion } from "./version.mjs";
import { checkWords } from "./words/check.mjs";

/** @typedef {{ problems: readonly string[], note?: string | undefined }} Outcome */

/**
 * Runs a program of Node while other checks go on.
 * @param {readonly string[]} args
 * @returns {Promise<{ stdout: string, problems: string[] }>}
 */
async function program(args) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 26 });
    return { stdout, problems: [] };
  } catch (error) {
    // A program that ended with another code than 0 carries its output.
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
    return { stdout, problems: [`${stdout}${stderr}`.trim() || String(error)] };
  }
}

/**
 * @param {string} path of a tool below node_modules
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function tool(path, args) {
  const { problems } = await program([join(root, "node_modules", path), ...args]);
  return { problems };
}

/**
 * A test outside of `npm test`, because it needs another toolchain.
 * @param {string} file
 */
const checkFile = (file) => tool("vitest/vitest.mjs", ["run", "--config", "tools/slow/vitest.config.ts", file]);

const biome = (/** @type {string[]} */ ...args) => tool("@biomejs/biome/bin/biome", [...args, "--colors=off", "."]);

/**
 * `slow`: needs this toolchain and a minute, and is run by CI or when it is named.
 * @typedef {{ name: string, slow?: "rust" | "other", run: () => Outcome | Promise<Outcome> }} Check
 */

/** @type {readonly Check[]} */
const checks = [
  { name: "format", run: () => biome("format", "--max-diagnostics=20") },
  { name: "lint", run: () => biome("lint", "--max-diagnostics=50", "--error-on-warnings") },
  {
    name: "types",
    run: async () => {
      const projects = ["tsconfig.tests.json", "tools/tsconfig.json"];
      const { problems } = await tool("typescript/bin/tsc", ["-b", "--pretty", "false", ...projects]);
      return { problems, note: "sources, tests, tools" };
    },
  },
  {
    name: "layers",
    run: async () => {
      const { modules, problems } = await checkImports(root);
      return { problems: [...problems, ...checkManifests(root)], note: `${modules} modules` };
    },
  },
  {
    name: "determinism",
    run: () => {
      const { files, findings, problems } = checkDeterminism(root);
      const lines = findings.map((f) => `${f.path}:${f.line}: ${f.what} (${f.rule}: ${f.instead})`);
      return { problems: [...problems, ...lines], note: `${files} files` };
    },
  },
  {
    name: "boundary",
    run: () => {
      const { files, problems } = checkBoundary(root);
      return { problems, note: `${files} files` };
    },
  },
  {
    name: "sizes",
    run: () => {
      const { files, problems } = checkSizes(root);
      return { problems, note: `${files} files` };
    },
  },
  { name: "spdx", run: async () => (await import("./spdx/check.mjs")).checkSpdx(root) },
  {
    name: "words",
    run: () => {
      const { files, problems } = checkWords(root);
      return { problems, note: `${files} files` };
    },
  },
  {
    name: "citations",
    run: () => {
      const { files, problems } = checkCitations(root);
      return { problems, note: `${files} files` };
    },
  },
  {
    name: "tests",
    run: () => {
      const { files, problems } = checkTests(root);
      return { problems, note: `${files} files` };
    },
  },
  { name: "tcb", run: () => ({ problems: checkTcb(root) }) },
  { name: "lock", run: () => ({ problems: checkLock(root) }) },
  { name: "version", run: () => ({ problems: checkVersion(root) }) },
  // Needs Go.
  {
    name: "chaincheck",
    slow: "other",
    run: () => checkFile("test/e2e/chaincheck.check.ts"),
  },
  // Needs Rust.
  { name: "starter", slow: "rust", run: () => checkFile("test/e2e/starter.check.ts") },
  // Needs the registry of npm.
  { name: "runners", slow: "other", run: () => checkFile("test/e2e/runners.check.ts") },
  // Needs Rust.
  { name: "contracts", slow: "rust", run: () => onContracts("build.mjs", ["--check", "--changed"]) },
  // Needs Rust. Minutes of processor time, when no library is compiled yet.
  { name: "rust", slow: "rust", run: () => onContracts("test.mjs", []) },
];

/**
 * Runs a script of tools/contracts, which needs Rust.
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function onContracts(name, args) {
  const { stdout, problems } = await program([join(root, "tools/contracts", name), ...args]);
  return problems.length > 0 ? { problems } : { problems, note: stdout.trim().split("\n").at(-1) };
}

/**
 * Runs a check and prints its line.
 * @param {Check} check
 * @returns {Promise<boolean>} whether it passed
 */
async function isPassed({ name, run }) {
  const started = performance.now();
  const { problems, note } = await Promise.resolve(run)
    .then((start) => start())
    .catch(crash);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const problem of problems) console.log(problem);
  console.log(
    `${problems.length > 0 ? "FAIL" : "ok  "} ${name.padEnd(12)} ${seconds.padStart(5)} s  ${note ?? ""}`.trimEnd(),
  );
  return problems.length === 0;
}

/**
 * Runs the named checks, or all but the slow ones, and prints a line for each. `--ci`: all.
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
export async function runChecks(args) {
  const isCi = args.includes("--ci");
  const names = args.filter((arg) => arg !== "--ci");
  const unknown = names.filter((name) => checks.every((check) => check.name !== name));
  if (unknown.length > 0) {
    console.error(`no check ${unknown.join(", ")}; there are ${checks.map(({ name }) => name).join(", ")}`);
    return 1;
  }
  const chosen = checks.filter(
    ({ name, slow }) => isCi || (names.length === 0 ? slow === undefined : names.includes(name)),
  );
  let failed = 0;
  // Toolchains leave a core idle while they link, install and start nodes.
  const lanes = ["rust", "other", undefined].map((lane) => chosen.filter(({ slow }) => slow === lane));
  await Promise.all(
    lanes.map(async (lane) => {
      for (const check of lane) failed += (await isPassed(check)) ? 0 : 1;
    }),
  );
  const report = join(root, reportPath("checks"));
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, JSON.stringify({ passed: chosen.length - failed, failed }));
  return failed > 0 ? 1 : 0;
}

/** A check that breaks has not passed. @param {unknown} error @returns {Outcome} */
const crash = (error) => ({ problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] });
