// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from "node:v8";
import { getEnvironmentData } from "node:worker_threads";
import type { CheckedModule } from "@sotto/check";

/**
 * Largest cost of a function in an optimising compiler, in bytes of code times branches: a billion
 * takes Node 24's compiler two seconds in the worst case (docs/performance.md). The largest
 * function of a contract that its author optimised has 345 million.
 */
const MOST_OF_FUNCTION = 600_000_000;
/** The same for all functions together. The largest such contract has 616 million. */
const MOST_OF_MODULE = 1_000_000_000;
/** Costs of a join of control flow and of a local in this unit. Measured at their limits. */
const JOIN = 60;
const MERGE = 400;

/**
 * Whether V8 may optimise a module. Each instruction can make a value that an optimising compiler
 * merges with an equal one and keeps over all blocks between them, so a function costs bytes times
 * branches, and its joins.
 */
export function mayBeOptimised({ functions }: CheckedModule): boolean {
  let all = 0;
  for (const { codeStart, codeEnd, flow } of functions) {
    const own = (codeEnd - codeStart) * flow.branches;
    all += own;
    if (own + JOIN * flow.joins + MERGE * flow.merges > MOST_OF_FUNCTION) return false;
  }
  return all <= MOST_OF_MODULE;
}

/**
 * Name of the environment data (node:worker_threads) with the number of threads that compile
 * without tiers now, in shared memory. The flags of V8 are those of the process, so the last of
 * these threads sets them back.
 */
const COUNTER = "sotto.compilesWithoutTiers";

const shared = getEnvironmentData(COUNTER);
const running = new Int32Array(shared instanceof SharedArrayBuffer ? shared : new SharedArrayBuffer(4));

/**
 * All functions at once, by the baseline compiler, without the call counters that start the
 * optimising one.
 */
const WITHOUT = ["--liftoff", "--no-wasm-lazy-compilation", "--no-wasm-dynamic-tiering", "--no-wasm-tier-up"];
const DEFAULTS = ["--wasm-tier-up", "--wasm-dynamic-tiering", "--wasm-lazy-compilation"];

/**
 * Compiles a module that V8 will never optimise. A V8 that does not know a flag optimises it, with
 * the same results. Cost: 50 ms for 2 MB. Code that another thread compiles meanwhile is not
 * optimised either; results never depend on it.
 */
export function withoutTiers<T>(compile: () => T): T {
  Atomics.add(running, 0, 1);
  WITHOUT.forEach(setFlagsFromString);
  try {
    return compile();
  } finally {
    Atomics.sub(running, 0, 1);
    if (Atomics.load(running, 0) === 0) DEFAULTS.forEach(setFlagsFromString);
    // Another thread that began between the two lines above.
    if (Atomics.load(running, 0) > 0) WITHOUT.forEach(setFlagsFromString);
  }
}
