// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { installNode22, installNode24 } from "../../tools/node24/install.mjs";
import { type Case, fillFunction, fillModule } from "./compiler/fill.mjs";
import { measure } from "./compiler/measure.mjs";

// V8's compilers are part of every node, and a function is compiled when it runs, for any client's
// query. Accepted code must not cost them much. `node test/fuzz/compiler/run.mjs` searches further.

const MB = 300;
/**
 * Processor time of slow machines beside other tests; docs/performance.md has the values of an idle
 * one.
 */
const MS = 12_000;

/** Families that came closest to a bound, and by which compiler. */
const WORST: readonly (readonly [string, number])[] = [
  ["brIf", 60],
  ["brIf", 480],
  ["brIfSteps", 1],
  ["brTable", 480],
  ["returns", 1],
  ["loopNest", 1],
  ["loopNest", 60],
  ["loopNestDeepExits", 60],
  ["loops", 20],
  ["blockNestBare", 120],
  ["ifConstants", 1],
  ["unreachables", 1],
  ["unreachables", 480],
  ["recomputed", 480],
  ["calls", 1],
  ["indirect", 60],
  ["steps1000", 200],
  ["waysWithJoined", 480],
  ["loopExits", 480],
  ["match", 1],
  ["match", 105],
  ["callsChain", 1],
];

/** The most expensive families in merges, then in branches or in bytes. */
const TOGETHER: readonly (readonly [string, number])[] = [
  ["brIf:2000+unreachables", 105],
  ["brIf:2000+constantUses", 105],
  ["brIf:2000+calls", 105],
];

/**
 * Families for which the register allocator of Node 24 takes longest, of values that stay alive
 * over control flow.
 */
const HELD = [
  ["heldOverCalls", 20],
  ["heldOverIfs", 20],
  ["heldInLoop", 20],
  ["heldOverTable", 60],
] as const;

/**
 * Lines that V8 prints for functions that it optimised, when a module's functions are called in a
 * loop.
 */
function optimised(node: string, what: Case): string[] {
  const script = fileURLToPath(new URL("./compiler/hot.mjs", import.meta.url));
  const args = ["--trace-wasm-compilation-times", script, JSON.stringify(what)];
  const { stdout, stderr, status } = spawnSync(node, args, { encoding: "utf8", timeout: 60_000 });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("cpuMs");
  return stdout.split("\n").filter((line) => line.includes("using TurboFan") && line.includes("#3 "));
}

const judgeOne = (largest: Case, compiler: "baseline" | "optimising", node?: string): void => {
  expect(largest.size).toBeGreaterThan(0);
  const { mb, cpuMs } = measure(largest, compiler, node);
  expect(mb, `MB of the ${compiler} compiler`).toBeLessThan(MB);
  expect(cpuMs, `ms of the ${compiler} compiler`).toBeLessThan(MS);
};

const judge = (shape: string, locals: number): void => {
  judgeOne(fillFunction(shape, locals), "baseline");
  judgeOne(fillFunction(shape, locals, true), "optimising");
};

test.each(WORST)(
  "the largest accepted function of %s with %i locals compiles within bounds",
  { timeout: 120_000 },
  judge,
);

test.each(TOGETHER)(
  "the largest accepted function of %s with %i locals compiles within bounds",
  { timeout: 120_000 },
  judge,
);

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "the largest accepted mixture of seed %i compiles within bounds",
  { timeout: 120_000 },
  (seed) => judge(`mixture${seed}`, 0),
);

test.each([
  ["nothing", 1, 1],
  ["unreachables", 1, 1],
  ["brIf", 20, 300],
  ["loops", 20, 100],
] as const)(
  "a module full of %s is compiled by the baseline compiler within bounds",
  { timeout: 120_000 },
  (shape, locals, size) => {
    const { mb, cpuMs } = measure(fillModule(shape, locals, size), "baseline");
    expect(mb).toBeLessThan(MB);
    expect(cpuMs).toBeLessThan(MS);
  },
);

test.each(HELD)(
  "the largest function of %s with %i locals that is optimised is so within bounds on Node 24",
  { timeout: 120_000 },
  (shape, locals) => judgeOne(fillFunction(shape, locals, true), "optimising", installNode24()),
);

test.each([
  ["this Node", () => process.execPath],
  ["Node 22", installNode22],
  ["Node 24", installNode24],
] as const)(
  "on %s a hot function is optimised, and one that would cost the optimising compiler too much is not",
  { timeout: 120_000 },
  (_, install) => {
    const allowed = { shape: "heldOverCalls", locals: 20, size: 2_000, copies: 1 };
    expect(optimised(install(), allowed)).toHaveLength(1);
    expect(optimised(install(), fillFunction("heldOverCalls", 20))).toEqual([]);
    expect(optimised(install(), { ...allowed, size: 6_000, copies: 10 })).toEqual([]);
  },
);
