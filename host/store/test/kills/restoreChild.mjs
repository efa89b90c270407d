// SPDX-License-Identifier: Apache-2.0
import { writeSync } from "node:fs";
import { createRestore, listSnapshots, loadChunk, openStore } from "@sotto/store";
import { STORES } from "../steps.mjs";

// Restores the snapshot of a folder, and reports each chunk, also of an ended process.
const [path, from, place, appHash] = process.argv.slice(2);
const store = openStore({ path, stores: STORES, pruning: { keepVersions: undefined }, segmentBytes: 4_000_000 });
writeSync(1, "open\n");
const needs = { blobs: () => [], rows: () => ["height"] };
const restore = createRestore({ store, folder: place, needs });
const [info] = listSnapshots(from);
const offered = restore.offer(info, Buffer.from(appHash, "hex"));
if (offered.result !== 1) throw new Error(offered.reason);
for (let i = restore.next; i < info.chunks; i++) {
  writeSync(1, `chunk ${i}\n`);
  const { result, reason, restored } = restore.applyChunk(i, loadChunk(from, info.height, info.format, i));
  if (result !== 1) throw new Error(reason);
  if (restored !== undefined) writeSync(1, "restored\n");
}
setInterval(() => {}, 1000);
