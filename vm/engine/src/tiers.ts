import { setFlagsFromString } from "node:v8";
import { getEnvironmentData } from "node:worker_threads";
import type { CheckedModule } from "@sotto/check";

/**
 * Above it a module stays with V8's baseline compiler. The largest public contract that its author optimised has 233 million; a
 * billion costs the optimising compiler of Node 24 two seconds when it is most hostile (docs/performance.md).
 */
export const MOST_OPTIMISED = 600_000_000;

/**
 * What a module can cost an optimising compiler: over all functions, bytes of code times branches. Each instruction can make a value
 * that the compiler merges with an equal one and keeps over all blocks between them.
 */
export const optimisingCost = ({ functions }: CheckedModule): number =>
  functions.reduce((sum, { codeStart, codeEnd, flow }) => sum + (codeEnd - codeStart) * flow.branches, 0);

/**
 * Name of the environment data (node:worker_threads) with the number of threads that compile without tiers now, in shared memory.
 * The flags of V8 are those of the process, so the last of these threads sets them back.
 */
const COUNTER = "sotto.compilesWithoutTiers";

const shared = getEnvironmentData(COUNTER);
const running = new Int32Array(shared instanceof SharedArrayBuffer ? shared : new SharedArrayBuffer(4));

/** Everything at once, by the baseline compiler, with no count of calls that would call the other one. */
const WITHOUT = ["--liftoff", "--no-wasm-lazy-compilation", "--no-wasm-dynamic-tiering", "--no-wasm-tier-up"];
const DEFAULTS = ["--wasm-tier-up", "--wasm-dynamic-tiering", "--wasm-lazy-compilation"];

/**
 * Compiles a module that V8 will never optimise. A flag that a V8 does not know changes nothing but that. Cost: 50 ms for 2 MB. What
 * another thread compiles meanwhile is not optimised either; results never depend on it.
 */
export function withoutTiers<T>(compile: () => T): T {
  Atomics.add(running, 0, 1);
  WITHOUT.forEach(setFlagsFromString);
  try {
    return compile();
  } finally {
    Atomics.sub(running, 0, 1);
    if (Atomics.load(running, 0) === 0) DEFAULTS.forEach(setFlagsFromString);
    // Another one that began between the two lines above.
    if (Atomics.load(running, 0) > 0) WITHOUT.forEach(setFlagsFromString);
  }
}
