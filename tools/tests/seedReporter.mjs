// SPDX-License-Identifier: Apache-2.0
import { SEED, VARIABLE } from "./seed.mjs";

const PATHS = 5;

/** Prints the seed at the start of a run, and the command that repeats failed files at its end. */
export default class SeedReporter {
  onInit() {
    console.log(`\nseed of random tests: ${SEED}`);
  }

  /** @param {readonly import("vitest/node").TestModule[]} modules */
  onTestRunEnd(modules) {
    const failed = modules.filter((module) => !module.ok()).map(({ relativeModuleId }) => relativeModuleId);
    if (failed.length === 0) return;
    const which = failed.length > PATHS ? "" : ` -- ${failed.join(" ")}`;
    console.log(`\nto repeat what failed: ${VARIABLE}=${SEED} npm test${which}\n`);
  }
}
