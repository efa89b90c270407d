// SPDX-License-Identifier: Apache-2.0
// Takes one snapshot of a version beside the writer, with the priority that a node gives to it.
import { parentPort, workerData } from "node:worker_threads";
import { STORES, snapshotNeeds } from "@sotto/app";
import { openStore, takeSnapshot } from "@sotto/store";
import { lowerPriority, Niceness } from "../../host/node/dist/threads/priority.js";

const { path, version, folder } = workerData;
lowerPriority(Niceness.longQuery);
const store = openStore({ path, stores: STORES, pruning: { keepVersions: undefined }, readOnly: true });
const started = performance.now();
let bytes = 0;
const info = takeSnapshot({
  store,
  version,
  folder,
  needs: snapshotNeeds(() => []),
  onProgress: (count) => {
    bytes = count;
  },
});
store.close();
parentPort?.postMessage({ info, bytes, ms: performance.now() - started });
