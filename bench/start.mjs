// SPDX-License-Identifier: Apache-2.0
// Budget: from a fresh clone to the first block in under 60 s with a warm package cache, a second
// start to its first new block in under 2 s. What is cloned is the last commit; a tree with changes
// is copied as git lists it.
// Usage: node bench/start.mjs [--second-only] (starts this tree twice, without clone, install and
// build)
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openBlockLog } from "@sotto/blocks";
import { startNodeProcess } from "./lib/nodeProcess.mjs";
import { note, report } from "./lib/report.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const FRESH_MS = 15 * 60_000;
const secondOnly = process.argv.includes("--second-only");
const git = (...args) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });

/** @param {string} target */
function cloneTo(target) {
  if (git("status", "--porcelain") === "") {
    git("clone", "--quiet", ROOT, target);
    return;
  }
  note("the tree has changes: it is copied as git lists it, instead of cloned");
  for (const file of git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")) {
    if (file !== "" && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(target, file), { recursive: true });
  }
}

const folder = mkdtempSync(join(tmpdir(), "sotto-start-"));
const home = join(folder, "home");
const clone = secondOnly ? ROOT : join(folder, "clone");
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
try {
  const begun = performance.now();
  if (!secondOnly) cloneTo(clone);
  const copied = performance.now() - begun;
  const program = join(clone, "tools/run.mjs");
  const first = await startNodeProcess({ home, program, withinMs: FRESH_MS });
  const fresh = copied + first.startMs;
  if (!secondOnly) {
    report({
      id: "start-fresh",
      what: "fresh clone to first block (clone, install, build, start)",
      figure: seconds(fresh),
      target: "under 60 s with a warm package cache",
      met: fresh < 60_000,
    });
  }
  await first.stop();
  // Read from the folder: a running node may have made a block before its answer, or between its
  // answer and its stop.
  const log = openBlockLog({ path: join(home, "blocks"), readOnly: true });
  const reached = log.height;
  log.close();
  const second = await startNodeProcess({ home, program });
  const again = await second.reach(reached + 1);
  await second.stop();
  note(`second start: answers after ${seconds(second.startMs)}, new block after ${seconds(again)}`);
  report({
    id: "start-second",
    what: "second start to first new block (1 s blocks)",
    figure: seconds(again),
    target: "under 2 s",
    met: again < 2000,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
