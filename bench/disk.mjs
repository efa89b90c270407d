// SPDX-License-Identifier: Apache-2.0
// What a private transfer takes of the disk of a node that forgets its past: 20 versions of the
// state and 20 blocks stay, and evidence is judged of 20 blocks. The same number of transfers is
// sent several times; the rows of the contract and the index of transactions grow, and nothing else
// may.
// Budget: bounded; the figure is shown.
// Usage: node bench/disk.mjs [--transactions 5000] [--rounds 4]
import { execFileSync } from "node:child_process";
import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { failures, follow, send } from "./lib/load.mjs";
import { startNodeProcess } from "./lib/nodeProcess.mjs";
import { note, report } from "./lib/report.mjs";
import { broadcastBody, Rpc } from "./lib/rpc.mjs";
import { short } from "./lib/stats.mjs";
import { prepareToken, signTransfers } from "./lib/tokenChain.mjs";

const { values } = parseArgs({
  options: { transactions: { type: "string", default: "5000" }, rounds: { type: "string", default: "4" } },
});
const [transactions, rounds] = [values.transactions, values.rounds].map(Number);
const MAIN = resolve(import.meta.dirname, "../sotto/dist/main.js");
const KEPT = "20";
/** Results of older blocks may be forgotten when they are read. */
const READ_BLOCKS = 10;
const FLAGS = ["--keep-versions", KEPT, "--keep-blocks", KEPT];
const WITHIN_MS = 300_000;
/** Blocks that are made until what may be forgotten is forgotten. */
const QUIET_MS = 25_000;
const MB = 1e6;

/** Bytes that the files of a folder take of the disk. @param {string} path @returns {number} */
function taken(path) {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + taken(join(path, name)), 0);
}

/**
 * A genesis of the developer's chain whose evidence is judged for a few blocks only. It names the
 * keys of an enclave and a validator, which go into the new home.
 */
async function genesisOf(folder, next) {
  const home = join(folder, "first");
  const node = await startNodeProcess({ home });
  await node.stop();
  const text = execFileSync(process.execPath, [MAIN, "export", "--home", home], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const document = JSON.parse(text);
  document.consensus_params.evidence.max_age_num_blocks = KEPT;
  const path = join(folder, "genesis.json");
  writeFileSync(path, JSON.stringify(document));
  mkdirSync(next);
  for (const file of ["enclave.sealed", "validator_key.json"]) copyFileSync(join(home, file), join(next, file));
  return path;
}

async function measured(folder) {
  const home = join(folder, "home");
  const node = await startNodeProcess({ home, flags: [...FLAGS, "--genesis", await genesisOf(folder, home)] });
  const rpc = new Rpc(node.rpc, 16);
  const sizes = [];
  try {
    const token = await prepareToken(rpc, 50);
    for (let round = 0; round < rounds; round++) {
      const bodies = (await signTransfers(rpc, token, transactions)).map((list) => list.map(broadcastBody));
      const from = await node.height();
      const following = follow(rpc, from, transactions, WITHIN_MS);
      await Promise.all(bodies.map((list) => send(rpc, list)));
      const { height } = await following;
      const bad = await failures(rpc, Math.max(from, height - READ_BLOCKS), height);
      if (bad.length > 0) throw new Error(`${bad.length} transfers failed, the first: ${bad[0]}`);
      await sleep(QUIET_MS);
      sizes.push(Object.fromEntries(readdirSync(home).map((name) => [name, taken(join(home, name))])));
      const parts = Object.entries(sizes[round]).filter(([, bytes]) => bytes > MB / 10);
      note(
        `after ${(round + 1) * transactions} transfers: ${parts.map(([name, bytes]) => `${name} ${short(bytes / MB)} MB`).join(", ")}`,
      );
    }
  } finally {
    rpc.close();
    await node.stop();
  }
  return sizes;
}

const folder = mkdtempSync(join(tmpdir(), "sotto-disk-"));
try {
  const sizes = await measured(folder);
  const grown = (name) => ((sizes.at(-1)[name] ?? 0) - (sizes[0][name] ?? 0)) / transactions / (rounds - 1);
  const names = Object.keys(sizes.at(-1)).filter((name) => grown(name) > 0);
  report({
    id: "disk-transfer",
    what: "disk of a private transfer with pruning on (20 versions and blocks)",
    figure: `${short(names.reduce((sum, name) => sum + grown(name), 0))} bytes (${names.map((name) => `${name} ${short(grown(name))}`).join(", ")})`,
    target: "shown",
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
