// SPDX-License-Identifier: Apache-2.0
import { readlinkSync } from "node:fs";
import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";

const module = new URL("../../dist/threads/priority.js", import.meta.url).href;

/** The niceness of a thread before and after it lowered its priority. */
const inThread = (niceness: number): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    const code = `
      import { readlinkSync } from "node:fs";
      import { getPriority } from "node:os";
      import { parentPort } from "node:worker_threads";
      import { lowerPriority } from ${JSON.stringify(module)};
      const own = () => getPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)));
      const before = own();
      lowerPriority(${niceness});
      parentPort.postMessage([before, own()]);
    `;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    worker.once("message", resolve).once("error", reject);
  });

it.runIf(process.platform === "linux")("lowers the priority of its own thread and of no other", async () => {
  const mine = () => getPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)));
  const before = mine();
  expect(await inThread(7)).toEqual([before, Math.min(19, before + 7)]);
  expect(await inThread(100)).toEqual([before, 19]);
  expect([mine(), getPriority(process.pid)]).toEqual([before, before]);
});
