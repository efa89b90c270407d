import { Worker } from "node:worker_threads";
import { defineConfig } from "vitest/config";
import { type PoolOptions, ThreadsPoolWorker } from "vitest/node";

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

const EXCLUDED = ["**/node_modules/**", "**/dist/**"];

const contractThreads = {
  name: "contract threads",
  createPoolWorker: (options: PoolOptions) => new ContractThread(options),
};

/** Tests that run contracts in their own thread; whatever starts a node is not among them. */
const CONTRACTS = [
  "vm/**",
  "trusted/**",
  "contracts/**",
  "host/{api,rpc}/**",
  "test/{attack,chain,conformance,determinism,frame,fuzz,sim}/**",
].map((folder) => `${folder.slice(0, -3)}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "contracts", include: CONTRACTS, exclude: EXCLUDED, pool: contractThreads } },
      {
        extends: true,
        test: { name: "rest", include: ["**/test/**/*.test.ts"], exclude: [...EXCLUDED, ...CONTRACTS], pool: "forks" },
      },
    ],
  },
});
