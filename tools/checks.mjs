// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
 * @param {string} path of a tool below node_modules
 * @param {readonly string[]} args
 * @returns {Outcome}
 */
function tool(path, args) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(root, "node_modules", path), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return status === 0 ? { problems: [] } : { problems: [`${stdout ?? ""}${stderr ?? ""}`.trim() || String(error)] };
}

/**
 * A test outside of `npm test`, because it needs another toolchain.
 * @param {string} file
 * @returns {Outcome}
 */
const checkFile = (file) => tool("vitest/vitest.mjs", ["run", "--config", "tools/slow/vitest.config.ts", file]);

const biome = (/** @type {string[]} */ ...args) => tool("@biomejs/biome/bin/biome", [...args, "--colors=off", "."]);

/**
 * `slow`: needs a toolchain and a minute, and is run by CI or when it is named.
 * @typedef {{ name: string, slow?: true, run: () => Outcome | Promise<Outcome> }} Check
 */

/** @type {readonly Check[]} */
const checks = [
  { name: "format", run: () => biome("format", "--max-diagnostics=20") },
  { name: "lint", run: () => biome("lint", "--max-diagnostics=50", "--error-on-warnings") },
  {
    name: "types",
    run: () => {
      const projects = ["tsconfig.tests.json", "tools/tsconfig.json"];
      const problems = projects.flatMap(
        (file) => tool("typescript/bin/tsc", ["-b", "--pretty", "false", file]).problems,
      );
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
    slow: true,
    run: () => checkFile("test/e2e/chaincheck.check.ts"),
  },
  // Needs Rust.
  { name: "starter", slow: true, run: () => checkFile("test/e2e/starter.check.ts") },
  // Needs the registry of npm.
  { name: "runners", slow: true, run: () => checkFile("test/e2e/runners.check.ts") },
  // Needs Rust.
  { name: "contracts", slow: true, run: () => onContracts("build.mjs", ["--check"]) },
  // Needs Rust. About 80 s of processor time from an empty target folder.
  { name: "rust", slow: true, run: () => onContracts("test.mjs", []) },
];

/**
 * Runs a script of tools/contracts, which needs Rust.
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Outcome}
 */
function onContracts(name, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "tools/contracts", name), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return status === 0
    ? { problems: [], note: stdout.trim().split("\n").at(-1) }
    : { problems: [`${stdout}${stderr}`.trim()] };
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
  const chosen = checks.filter(({ name, slow }) => isCi || (names.length === 0 ? slow !== true : names.includes(name)));
  let failed = 0;
  for (const { name, run } of chosen) {
    const started = performance.now();
    const { problems, note } = await Promise.resolve(run)
      .then((start) => start())
      .catch(crash);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (problems.length > 0) failed += 1;
    for (const problem of problems) console.log(problem);
    console.log(
      `${problems.length > 0 ? "FAIL" : "ok  "} ${name.padEnd(12)} ${seconds.padStart(5)} s  ${note ?? ""}`.trimEnd(),
    );
  }
  const report = join(root, reportPath("checks"));
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, JSON.stringify({ passed: chosen.length - failed, failed }));
  return failed > 0 ? 1 : 0;
}

/** A check that breaks has not passed. @param {unknown} error @returns {Outcome} */
const crash = (error) => ({ problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] });
