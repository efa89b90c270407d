// SPDX-License-Identifier: Apache-2.0
// A thread that sends private queries at a steady pace while the main thread makes load, so that
// the client's own work is not in the times. Data: the node's address, ready requests and the pause
// between them.
import { parentPort, workerData } from "node:worker_threads";
import { Rpc } from "./rpc.mjs";

const { where, requests, pauseMs } = workerData;
const rpc = new Rpc(where, 1);
const times = [];
let failure;
let isOver = false;
parentPort.on("message", () => {
  isOver = true;
});
for (let i = 0; !isOver; i++) {
  const start = performance.now();
  try {
    const { response } = await rpc.call("abci_query", requests[i % requests.length]);
    if (response.code !== 0) throw new Error(response.log);
    times.push(performance.now() - start);
  } catch (error) {
    failure = String(error);
    break;
  }
  await new Promise((wake) => setTimeout(wake, pauseMs));
}
rpc.close();
parentPort.postMessage({ times, failure });
parentPort.close();
