// SPDX-License-Identifier: Apache-2.0
// Budget: a commit of 2,000 transfers (11 rows each) takes at most 300 ms, 150 us a transfer, on a
// store of 10^5 rows.
// Usage: node host/store/bench/commit.mjs [rows] [noSync]      Build first: npx tsc -b host/store
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyKv, Overlay, openStore } from "@sotto/store";

const size = Number(process.argv[2] ?? 100_000);
const noSync = process.argv[3] === "noSync";
const TRANSFERS = 2000;
const BLOCKS = 6;

const path = mkdtempSync(join(tmpdir(), "sotto-bench-"));
const store = openStore({ path, stores: ["acc", "bank", "compute"], pruning: { keepVersions: undefined }, noSync });

/** A key with the distribution of a hash. */
function key(prefix, i) {
  const out = new Uint8Array(33);
  out[0] = prefix;
  let x = Math.imul(i + 1, 0x9e3779b1) ^ (prefix << 13);
  for (let at = 1; at < 33; at++) {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + at;
    out[at] = x >>> 24;
  }
  return out;
}
let state = 7;
const random = (below) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

/** Per transfer: two accounts, three balances, six encrypted contract rows of which two are new. */
function block(first) {
  const changes = { acc: new Overlay(emptyKv), bank: new Overlay(emptyKv), compute: new Overlay(emptyKv) };
  for (let t = 0; t < TRANSFERS; t++) {
    for (let i = 0; i < 2; i++) changes.acc.set(key(1, random(size / 10)), new Uint8Array(90).fill(t));
    for (let i = 0; i < 3; i++) changes.bank.set(key(2, random(size / 10)), new Uint8Array(8).fill(t));
    for (let i = 0; i < 4; i++) changes.compute.set(key(3, random(size)), new Uint8Array(120).fill(t));
    for (let i = 0; i < 2; i++) changes.compute.set(key(4, first + t * 2 + i), new Uint8Array(250).fill(t));
  }
  return new Map(Object.entries(changes));
}

const fill = { acc: new Overlay(emptyKv), bank: new Overlay(emptyKv), compute: new Overlay(emptyKv) };
for (let i = 0; i < size / 10; i++) {
  fill.acc.set(key(1, i), new Uint8Array(90));
  fill.bank.set(key(2, i), new Uint8Array(8));
}
for (let i = 0; i < size; i++) fill.compute.set(key(3, i), new Uint8Array(120));
let start = performance.now();
store.commit(new Map(Object.entries(fill)));
console.log(`first commit of ${Math.round(size * 1.2)} rows: ${(performance.now() - start).toFixed(0)} ms`);

for (let i = 0; i < BLOCKS; i++) {
  const changes = block(i * TRANSFERS * 2);
  start = performance.now();
  store.commit(changes);
  const ms = performance.now() - start;
  console.log(`commit of ${TRANSFERS} transfers: ${ms.toFixed(0)} ms, ${((ms * 1000) / TRANSFERS).toFixed(0)} us each`);
}

const snapshot = store.snapshot();
const compute = snapshot.store("compute");
start = performance.now();
for (let i = 0; i < 100_000; i++) compute.get(key(3, random(size)));
const each = (performance.now() - start) / 100;
console.log(`latest rows: ${each.toFixed(2)} us a read (with making its key)`);
snapshot.close();
const old = store.snapshot(2);
const tree = old.store("compute");
start = performance.now();
for (let i = 0; i < 5000; i++) tree.get(key(3, random(size)));
console.log(`historical rows: ${((performance.now() - start) / 5).toFixed(1)} us a read`);
start = performance.now();
for (let i = 0; i < 1000; i++) store.prove("compute", key(3, random(size)), store.version);
console.log(`proofs: ${(performance.now() - start).toFixed(0)} us each`);
old.close();
const memory = process.memoryUsage();
console.log(
  `disk ${(statSync(join(path, "data.mdb")).size / 2 ** 20).toFixed(0)} MiB, resident ${(memory.rss / 2 ** 20).toFixed(0)} MiB`,
);
store.close();
rmSync(path, { recursive: true, force: true });
