// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// Nodes run different machines and versions; within one version V8 itself has several compilers,
// and a function may move from one to the next at any moment. With any compiler, the interpreter's
// result is correct.

const RUN = fileURLToPath(new URL("./run.mjs", import.meta.url));
const SEEDS = 250;

test.each([
  ["the default"],
  ["the baseline compiler only", "--liftoff", "--no-wasm-tier-up"],
  ["the optimising compiler only", "--no-liftoff"],
  ["compiled at once", "--no-wasm-lazy-compilation"],
  ["explicit bounds checks", "--wasm-enforce-bounds-checks"],
  ["no signal handler", "--disable-wasm-trap-handler"],
  ["no JavaScript compiler", "--max-lazy", "--no-opt"],
])("the engines agree with %s", { timeout: 120_000 }, (_, ...flags) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, RUN, "700000", String(SEEDS)], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toContain(`${SEEDS} modules from seed 700000: no difference`);
});
