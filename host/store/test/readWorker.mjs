// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from "node:worker_threads";
import { openStore } from "@sotto/store";
import { STORES } from "./steps.mjs";

// Reads snapshots while the main thread commits; every one must show exactly one version.
const store = openStore({
  path: workerData.path,
  stores: STORES,
  pruning: { keepVersions: undefined },
  readOnly: true,
});
const { shared, slot } = workerData;
const text = (bytes) => new TextDecoder().decode(bytes);
const seen = new Set();
let wrong = "";
while (Atomics.load(shared, 0) === 0) {
  const snapshot = store.snapshot();
  const bank = snapshot.store("bank");
  const rows = Array.from(bank.iterate(undefined, undefined));
  const values = new Set(rows.map(([, value]) => text(value)));
  const wanted = String(snapshot.version);
  if (snapshot.version > 0 && (rows.length !== 40 || values.size !== 1 || !values.has(wanted))) {
    wrong ||= `version ${wanted}: ${rows.length} rows of ${[...values].join()}`;
  }
  if (snapshot.version > 3) {
    const old = store.snapshot(snapshot.version - 3);
    const value = text(old.store("bank").get(rows[5][0]));
    if (value !== String(snapshot.version - 3)) wrong ||= `history of ${wanted}: ${value}`;
    old.close();
  }
  seen.add(snapshot.version);
  Atomics.store(shared, slot, seen.size);
  snapshot.close();
}
store.close();
parentPort.postMessage(wrong);
