// SPDX-License-Identifier: Apache-2.0
// A process of the Node and the V8 flags to be measured. Reads shapes, one a line, writes their
// stack, one a line.
import { createInterface } from "node:readline";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { nativeShare, STACK_MB } from "./measure.mjs";

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: Number(process.argv[2] ?? 0),
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  worker.on("message", (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
  for await (const line of createInterface({ input: process.stdin })) worker.postMessage(line);
  worker.postMessage("");
} else {
  parentPort?.on("message", (line) => {
    if (line === "") return parentPort?.close();
    let share;
    try {
      share = nativeShare(JSON.parse(line), workerData);
    } catch (error) {
      share = String(error);
    }
    parentPort?.postMessage(share);
  });
}
