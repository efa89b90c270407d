// Imported first by a program that runs contracts: starts the whole program again in a thread with
// the native stack that the engine asks for (vm/engine/src/nativeStack.ts). The first thread has
// only what the system gives it.
import { isMainThread, Worker } from "node:worker_threads";

/** Tests vary it; less is refused by the engine. */
const stackSizeMb = Number(process.env["CONTRACT_STACK_MB"] ?? 512);

if (isMainThread) {
  const worker = new Worker(String(process.argv[1]), { argv: process.argv.slice(2), resourceLimits: { stackSizeMb } });
  const code = await new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", resolve);
  });
  // The program behind this import is over, and must not begin here.
  process.exit(code);
}
