// SPDX-License-Identifier: Apache-2.0
// Snapshots of a state of a million rows: what a snapshot in the background costs a chain that
// executes private transfers in the same process, and how fast an empty store restores it. The
// values of the rows are noise, as encrypted values are.
// Budget: the rate of transfers falls by less than 10 % while a snapshot is taken; a restore takes
// at least 30 MB of chunks a second.
// Usage: node bench/snapshots.mjs [--rows 1000000] [--turns 2]
import "../tools/contractThread.mjs";
import "../tools/example/register.mjs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { STORES, snapshotNeeds } from "@sotto/app";
import { account } from "@sotto/contract-test/parts";
import { createRestore, loadChunk, openStore } from "@sotto/store";
import { fill } from "./lib/fill.mjs";
import { note, report } from "./lib/report.mjs";
import { median, short } from "./lib/stats.mjs";

const { TransferChain } = await import("./lib/transferChain.ts");

const { values: flags } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, turns: { type: "string", default: "2" } },
});
const rows = Number(flags.rows);
const turns = Number(flags.turns);
const SENDERS = 50;
const TRANSFERS = 200;
const QUIET_BLOCKS = 20;
const WARM_BLOCKS = 15;
const MB = 1e6;
const needs = snapshotNeeds(() => []);

/** Milliseconds of one block of transfers. */
function measure(chain) {
  const recipient = (i) => account(`sender ${(i + 7) % SENDERS}`).address;
  const txs = Array.from({ length: TRANSFERS }, (_, i) => chain.transfer(i % SENDERS, recipient(i)));
  const start = performance.now();
  chain.block(txs);
  return performance.now() - start;
}

/** Takes a snapshot in a thread; the chain makes blocks meanwhile. Times of these blocks. */
async function besideSnapshot(chain, folder, version) {
  const workerData = { path: join(folder, "chain", "state"), version, folder: join(folder, `snapshots-${version}`) };
  const thread = new Worker(new URL("./lib/snapshotThread.mjs", import.meta.url), { workerData });
  let taken;
  const done = new Promise((resolve, reject) => thread.once("error", reject).once("message", resolve));
  done.then((value) => (taken = value));
  const times = [];
  while (taken === undefined) {
    times.push(measure(chain));
    await new Promise((go) => setImmediate(go));
  }
  // The last block was made without it in part.
  return { ...(await done), times: times.slice(0, -1), snapshots: workerData.folder };
}

/** Restores a snapshot into an empty store. */
function restore(folder, { info, snapshots, bytes }, appHash) {
  const store = openStore({ path: join(folder, "restored"), stores: STORES, pruning: { keepVersions: undefined } });
  try {
    const chunks = Array.from({ length: info.chunks }, (_, i) => loadChunk(snapshots, info.height, info.format, i));
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const restoring = createRestore({ store, folder: join(folder, "restoring"), needs });
    const start = performance.now();
    const { result, reason } = restoring.offer(info, appHash);
    if (result !== 1) throw new Error(`the snapshot is refused: ${reason}`);
    const answers = chunks.map((chunk, i) => restoring.applyChunk(i, chunk));
    const seconds = (performance.now() - start) / 1000;
    if (answers.at(-1)?.restored?.version !== Number(info.height)) throw new Error(`${answers.at(-1)?.reason}`);
    const rate = size / MB / seconds;
    report({
      id: "snapshot-restore",
      what: `restore of a snapshot of ${rows.toLocaleString("en-US")} rows into an empty store, verified and durable`,
      figure: `${short(rate)} MB of chunks a second (${short(size / MB)} MB, ${short(bytes / MB)} MB of stream, ${short(seconds)} s)`,
      target: "at least 30 MB/s",
      met: rate >= 30,
    });
  } finally {
    store.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), "sotto-snapshots-"));
const chain = new TransferChain(join(folder, "chain"), SENDERS);
try {
  fill(chain, 0, rows);
  for (let i = 0; i < WARM_BLOCKS; i++) measure(chain);
  const quiet = [];
  const beside = [];
  let last;
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < QUIET_BLOCKS; i++) quiet.push(measure(chain));
    const { version, appHash } = chain;
    last = { ...(await besideSnapshot(chain, folder, version)), appHash };
    beside.push(...last.times);
    note(`a snapshot took ${short(last.ms / 1000)} s, ${last.info.chunks} chunks, beside ${last.times.length} blocks`);
  }
  const ratio = median(beside) / median(quiet);
  report({
    id: "snapshot-cost",
    what: `private transfers in process while a snapshot of ${rows.toLocaleString("en-US")} rows is taken, against quiet blocks`,
    figure: `${short(ratio)}x the time`,
    target: "at most 1.1x",
    met: ratio <= 1.1,
  });
  restore(folder, last, last.appHash);
} finally {
  chain.close();
  rmSync(folder, { recursive: true, force: true });
}
