// SPDX-License-Identifier: Apache-2.0
// Imported first by a program that runs contracts: restarts the whole program in a thread with the
// native stack that the engine requires (vm/engine/src/nativeStack.ts). The system sets the stack
// of the first thread.
import { isMainThread, Worker } from "node:worker_threads";

/** Tests vary it; the engine refuses a smaller one. */
const stackSizeMb = Number(process.env["CONTRACT_STACK_MB"] ?? 512);

if (isMainThread) {
  const worker = new Worker(String(process.argv[1]), { argv: process.argv.slice(2), resourceLimits: { stackSizeMb } });
  // Messages of the program to its parent, which only this thread reaches.
  /** @type {Promise<unknown>[]} */
  const sent = [];
  worker.on("message", (message) => {
    if (process.send !== undefined) sent.push(new Promise((resolve) => process.send?.(message, resolve)));
  });
  const code = await new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", resolve);
  });
  await Promise.all(sent);
  // The program has run in the thread, and must not run a second time here.
  process.exit(code);
}
