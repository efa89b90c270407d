// SPDX-License-Identifier: Apache-2.0
// Budget: a restore takes at least 30 MB of the stream a second; memory does not depend on the size
// of the state.
// Usage: node host/store/bench/snapshots.mjs [rows] [bytes of a value] Build first: npx tsc -b
// host/store
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRestore, listSnapshots, loadChunk, openStore, takeSnapshot } from "@sotto/store";

const size = Number(process.argv[2] ?? 1_000_000);
const valueBytes = Number(process.argv[3] ?? 64);
const STORES = ["bank", "compute"];
const path = mkdtempSync(join(tmpdir(), "sotto-bench-"));
const folder = join(path, "snapshots");
const open = (name) => openStore({ path: join(path, name), stores: STORES, pruning: { keepVersions: undefined } });

let state = 7;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return t ^ (t >>> 14);
};
/** Bytes that do not compress, as those of an encrypted row. */
function randomBytes(length, first) {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at++) out[at] = random();
  if (first !== undefined) out.set(first);
  return out;
}
const row = (prefix) => [randomBytes(prefix.length + 32, prefix), randomBytes(valueBytes)];
const contract = randomBytes(21);
/** A tenth of the rows in bank, the others in compute under one contract. */
const rows = (count) =>
  new Map([
    ["bank", Array.from({ length: count / 10 }, () => [randomBytes(33, [2]), randomBytes(8)])],
    ["compute", Array.from({ length: count - count / 10 }, () => row(contract))],
  ]);
let peak = 0;
const timer = setInterval(() => {}, 1e9);
const seen = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
function measure(run) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = run();
  const used = process.cpuUsage(cpu);
  return { result, seconds: (performance.now() - start) / 1000, cpu: (used.user + used.system) / 1e6 };
}
const rate = (bytes, { seconds, cpu }) =>
  `${(bytes / 1e6 / seconds).toFixed(1)} MB/s (${(bytes / 1e6 / cpu).toFixed(1)} by processor time)`;

const original = open("original");
for (let done = 0; done < size; done += 50_000) original.stage(rows(Math.min(50_000, size - done)));
original.commit(new Map());
// A second version, so that the nodes have two.
original.commit(rows(1000), new Map([["time", new Uint8Array(8)]]));
const needs = { blobs: () => [], rows: () => ["time"] };

let stream = 0;
const onProgress = (bytes) => {
  stream = bytes;
  seen();
};
const rest = process.memoryUsage.rss();
const taken = measure(() => takeSnapshot({ store: original, version: 2, folder, needs, onProgress }));
const info = listSnapshots(folder)[0];
const chunks = Array.from({ length: info.chunks }, (_, i) => loadChunk(folder, info.height, info.format, i));
const compressed = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
console.log(
  `${size} rows: ${(stream / 1e6).toFixed(0)} MB of stream, ${(compressed / 1e6).toFixed(0)} MB in ${info.chunks} chunks`,
);
console.log(
  `export: ${rate(stream, taken)}; resident ${(rest / 1e6).toFixed(0)} MB before, at most ${(peak / 1e6).toFixed(0)} MB`,
);

peak = 0;
const restoredStore = open("restored");
const restore = createRestore({ store: restoredStore, folder: join(path, "restoring"), needs });
const done = measure(() => {
  restore.offer(info, original.appHash);
  let last;
  for (const [i, chunk] of chunks.entries()) {
    last = restore.applyChunk(i, chunk);
    seen();
  }
  return last;
});
if (done.result.restored === undefined) throw new Error(done.result.reason);
console.log(
  `restore: ${rate(stream, done)} of the stream, ${rate(compressed, done)} of the chunks; resident at most ${(peak / 1e6).toFixed(0)} MB, with all chunks`,
);
original.close();
restoredStore.close();
clearInterval(timer);
rmSync(path, { recursive: true, force: true });
