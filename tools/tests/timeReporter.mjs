// SPDX-License-Identifier: Apache-2.0

/** Files from which on the times are of use. */
const LEAST = 20;
const SLOWEST = 25;

/** Prints at the end of a long run how long each group and the slowest files took. */
export default class TimeReporter {
  /** @param {readonly import("vitest/node").TestModule[]} modules */
  onTestRunEnd(modules) {
    if (modules.length < LEAST) return;
    const files = modules.map((module) => {
      const { duration, environmentSetupDuration, prepareDuration, collectDuration, setupDuration } =
        module.diagnostic();
      const all = duration + environmentSetupDuration + prepareDuration + collectDuration + setupDuration;
      return { group: module.project.name, path: module.relativeModuleId, seconds: all / 1000 };
    });
    /** @type {Map<string, { count: number, seconds: number }>} */
    const groups = new Map();
    for (const { group, seconds } of files) {
      const { count, seconds: before } = groups.get(group) ?? { count: 0, seconds: 0 };
      groups.set(group, { count: count + 1, seconds: before + seconds });
    }
    console.log("\nseconds of files, by group; files of a group run side by side, unless it is alone");
    for (const [group, { count, seconds }] of groups)
      console.log(`  ${seconds.toFixed(0).padStart(6)}  ${group}, ${count} files`);
    console.log("the slowest files");
    for (const { group, path, seconds } of files.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
      console.log(`  ${seconds.toFixed(0).padStart(6)}  ${path} (${group})`);
  }
}
