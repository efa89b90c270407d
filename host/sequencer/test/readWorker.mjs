// SPDX-License-Identifier: Apache-2.0
// Reads a block log without ever ending a turn, as the threads that wait on shared memory do.
import { parentPort, workerData } from "node:worker_threads";
import { openBlockLog } from "@sotto/blocks";
import { toHex } from "@sotto/bytes";

const { path, target, ready } = workerData;
const log = openBlockLog({ path, readOnly: true });
Atomics.store(ready, 0, 1);
while (log.height < target) Atomics.wait(ready, 1, 0, 5);
const hashes = Array.from({ length: target }, (_, i) => toHex(log.meta(i + 1).blockId.hash));
log.close();
parentPort.postMessage(hashes);
