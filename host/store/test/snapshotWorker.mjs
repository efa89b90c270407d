// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from "node:worker_threads";
import { openStore, takeSnapshot } from "@sotto/store";

// Takes a snapshot of version 50 slowly, as a thread beside the writer.
const { path, place } = workerData;
const CODE = new TextEncoder().encode("code/");
const needs = {
  blobs: (view) =>
    Array.from(view.store("compute").iterate(CODE, new TextEncoder().encode("code0")), ([, hash]) => hash),
  rows: (version) => [`results/${version}`, `time/${version}`],
};
const store = openStore({ path, stores: ["bank", "compute"], pruning: { keepVersions: undefined }, readOnly: true });
const wait = new Int32Array(new SharedArrayBuffer(4));
takeSnapshot({ store, version: 50, folder: place, needs, onProgress: () => Atomics.wait(wait, 0, 0, 300) });
store.close();
parentPort.postMessage("taken");
