// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReport, reportPath, root } from "../source/files.mjs";
import { LAYERS, projects } from "./layers.mjs";

const REPORT = reportPath("tests");
const REPORTERS = [
  "default",
  "json",
  ...["seedReporter", "timeReporter"].map((name) => join(root, "tools/tests", `${name}.mjs`)),
];

/**
 * Arguments for vitest: words that name layers, which stand first, become its projects. Without
 * layers and files, all but the long one.
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function toVitest(args) {
  const first = args.findIndex((arg) => !(/** @type {readonly string[]} */ (LAYERS).includes(arg)));
  const named = args.slice(0, first < 0 ? args.length : first);
  const isAll = args.every((arg) => arg.startsWith("-"));
  const layers = isAll ? LAYERS.filter((layer) => layer !== "long") : named;
  const chosen = projects().filter(({ layer }) => layers.includes(layer));
  return [...chosen.map(({ name }) => `--project=${name}`), ...args.slice(named.length)];
}

/**
 * Whether a run may have tests that start CometBFT: those of the last two layers, unless only files
 * of other packages are named.
 * @param {readonly string[]} args as `runTests`
 */
export function needsPrograms(args) {
  const layers = args.filter((arg) => /** @type {readonly string[]} */ (LAYERS).includes(arg));
  const files = args.filter((arg) => !layers.includes(arg) && !arg.startsWith("-"));
  if (layers.length > 0 && !layers.some((layer) => ["e2e", "soak", "long"].includes(layer))) return false;
  return files.length === 0 || files.some((file) => /comet|abci|network|test\/(e2e|faults|soak)/.test(file));
}

/**
 * Runs with a temporary folder of its own, named in the environment, and removes it afterwards.
 * Databases in memory are files that the end of their process removes; vitest, and tests of kills,
 * end processes by signals.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} run
 */
export async function withTemporaryFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-tests-"));
  try {
    // TEMP is Windows's name.
    return await run({ ...process.env, TMPDIR: folder, TEMP: folder });
  } finally {
    // An ended process may hold its files for a moment there.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Runs vitest with the given arguments and prints, alone on the last line, how many tests passed
 * and failed.
 * @param {readonly string[]} args layers, then filters and options of vitest
 * @returns {Promise<number>} exit code
 */
export async function runTests(args) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(join(root, REPORT), { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = REPORTERS.map((name) => `--reporter=${name}`);
  const command = [vitest, "run", ...reporters, `--outputFile.json=${REPORT}`, ...toVitest(args)];
  const code = await withTemporaryFolder(
    (env) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, command, { cwd: root, stdio: "inherit", env });
        for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
          process.on(signal, () => child.kill(signal));
        child.on("error", () => resolve(1));
        child.on("close", (status) => resolve(status ?? 1));
      }),
  );
  const counts = countTests(readReport("tests"), code);
  if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed > 0 ? 1 : code;
}

/**
 * A file that failed before its first test counts as one failure, and so does a run that failed
 * without a failed test.
 * @param {any} report of vitest's JSON reporter
 * @param {number} code with which vitest ended
 */
export function countTests(report, code) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(
    (/** @type {any} */ file) =>
      file.status === "failed" && file.assertionResults.every((/** @type {any} */ test) => test.status !== "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
