// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { defineConfig } from "vitest/config";
import { type PoolOptions, ThreadsPoolWorker } from "vitest/node";
import { LAYERS, projects } from "./tools/tests/layers.mjs";

/** What the engine asks of a thread that runs contracts (vm/engine/src/nativeStack.ts). */
const STACK_MB = 512;

class ContractThread extends ThreadsPoolWorker {
  override async start(): Promise<void> {
    const { env, execArgv } = this;
    const options = { env, execArgv, stdout: true, stderr: true, resourceLimits: { stackSizeMb: STACK_MB } };
    // vitest has no option for it, and makes a thread only where none is.
    if (Reflect.get(this, "_thread") === undefined) Reflect.set(this, "_thread", new Worker(this.entrypoint, options));
    await super.start();
  }
}

const contractThreads = {
  name: "contract threads",
  createPoolWorker: (options: PoolOptions) => new ContractThread(options),
};

/**
 * Processes for the unit layer: vitest takes one less, which on two cores is one. Other layers
 * start threads and nodes of their own, and some measure time.
 */
const UNIT_WORKERS = availableParallelism();

const NEVER = ["**/node_modules/**", "**/dist/**"];
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: path("tools/tests/fastCheck.mjs") }] },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", path("tools/tests/seedReporter.mjs")],
    // The layers run one after the other.
    projects: projects().map(({ name, layer, way, include, exclude }) => ({
      extends: true,
      test: {
        name,
        include,
        exclude: [...NEVER, ...exclude],
        pool: way === "contracts" ? contractThreads : "forks",
        isolate: way !== "shared",
        ...(layer === "unit" ? { maxWorkers: UNIT_WORKERS } : {}),
        sequence: { groupOrder: LAYERS.indexOf(layer) },
      },
    })),
  },
});
