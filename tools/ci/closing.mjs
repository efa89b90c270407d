// SPDX-License-Identifier: Apache-2.0
// Prints the closing lines of a CI run from the reports of the tests and the checks, and ends with
// its verdict.
// usage: node tools/ci/closing.mjs <exit code of npm test> <exit code of npm run check>
import { pathToFileURL } from "node:url";
import { readReport } from "../source/files.mjs";
import { countTests } from "../tests/run.mjs";

/**
 * @param {any} tests report of vitest, or undefined when none was written
 * @param {{ passed: number, failed: number } | undefined} checks
 * @param {{ tests: number, checks: number }} codes
 */
export function closing(tests, checks, codes) {
  const t = countTests(tests, codes.tests);
  const c = checks ?? { passed: 0, failed: 1 };
  const failedChecks = c.failed === 0 && codes.checks !== 0 ? 1 : c.failed;
  const passed = t.passed + c.passed;
  const failed = t.failed + failedChecks;
  const lines = [
    `tests:  ${t.passed} ok, ${t.failed} not ok, ${t.skipped} skipped`,
    `checks: ${c.passed} ok, ${failedChecks} not ok`,
    `${passed} passed, ${failed} failed`,
  ];
  // a run without tests is not a success
  return { lines, code: failed > 0 || passed === 0 ? 1 : 0 };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [tests = 1, checks = 1] = process.argv.slice(2).map(Number);
  const end = closing(readReport("tests"), readReport("checks"), { tests, checks });
  for (const line of end.lines) console.log(line);
  process.exitCode = end.code;
}
