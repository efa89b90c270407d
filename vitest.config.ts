// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { defineConfig } from "vitest/config";
import { type PoolOptions, ThreadsPoolWorker } from "vitest/node";
import { isShared, LAYERS, projects } from "./tools/tests/layers.mjs";
import { BUILT_AS_IT_IS } from "./tools/tests/options.mjs";

/** What the engine asks of a thread that runs contracts (vm/engine/src/nativeStack.ts). */
const STACK_MB = 512;

const POOL = "contract threads";

class ContractThread extends ThreadsPoolWorker {
  // vitest runs many files in a thread only when this is the name of its pool.
  override readonly name = POOL;

  override async start(): Promise<void> {
    const { env, execArgv } = this;
    const options = { env, execArgv, stdout: true, stderr: true, resourceLimits: { stackSizeMb: STACK_MB } };
    // vitest has no option for it, and makes a thread only where none is.
    if (Reflect.get(this, "_thread") === undefined) Reflect.set(this, "_thread", new Worker(this.entrypoint, options));
    await super.start();
  }
}

const contractThreads = {
  name: POOL,
  createPoolWorker: (options: PoolOptions) => new ContractThread(options),
};

/**
 * Files of a project that run at once. vitest takes one less than there are cores, which on two
 * cores is one. Chains have threads of their own, so two are enough for any machine; tests that
 * start nodes wait for blocks, so there may be three.
 */
const CORES = availableParallelism();
const workersOf = (layer: string, alone: boolean): number =>
  alone ? 1 : layer === "e2e" ? Math.min(CORES + 1, 3) : layer === "unit" ? CORES : Math.min(CORES, 2);

const NEVER = ["**/node_modules/**", "**/dist/**"];
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: path("tools/tests/fastCheck.mjs") }] },
  test: {
    ...BUILT_AS_IT_IS,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: [path("tools/tests/program.mjs")],
    reporters: ["default", path("tools/tests/seedReporter.mjs")],
    // The layers run one after the other, and in each the files that must be alone come last.
    projects: projects().map(({ name, layer, way, alone, include, exclude }) => ({
      extends: true,
      test: {
        name,
        include,
        exclude: [...NEVER, ...exclude],
        pool: way === "contracts" ? contractThreads : "forks",
        isolate: !isShared({ way, alone }),
        maxWorkers: workersOf(layer, alone),
        sequence: { groupOrder: 2 * LAYERS.indexOf(layer) + Number(alone) },
      },
    })),
  },
});
