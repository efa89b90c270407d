import { expect, test } from "vitest";
import { fillFunction, fillModule } from "./compiler/fill.mjs";
import { measure } from "./compiler/measure.mjs";

// V8's compilers are part of every node, and a function is compiled when it runs, for a query of anybody. What the
// validator accepts must not cost them much, whatever it is. `node test/fuzz/compiler/run.mjs` looks further.

const MB = 300;
/** Of a function that reaches several limits at once. */
const MB_TOGETHER = 500;
/** Processor time of slow machines beside other tests; docs/performance.md has what an idle one takes. */
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
];

/** What costs most in merges, then what costs most in branches or in bytes. */
const TOGETHER: readonly (readonly [string, number])[] = [
  ["brIf:4300+unreachables", 105],
  ["brIf:4300+constantUses", 105],
  ["brIf:4300+calls", 105],
];

const judge = (shape: string, locals: number, most = MB): void => {
  const largest = fillFunction(shape, locals);
  expect(largest.size).toBeGreaterThan(0);
  for (const compiler of ["baseline", "optimising"] as const) {
    const { mb, cpuMs } = measure(largest, compiler);
    expect(mb, `MB of the ${compiler} compiler`).toBeLessThan(most);
    expect(cpuMs, `ms of the ${compiler} compiler`).toBeLessThan(MS);
  }
};

test.each(WORST)(
  "the largest accepted function of %s with %i locals compiles within bounds",
  { timeout: 120_000 },
  judge,
);

test.each(TOGETHER)(
  "the largest accepted function of %s with %i locals compiles within bounds",
  { timeout: 120_000 },
  (shape, locals) => judge(shape, locals, MB_TOGETHER),
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
