// SPDX-License-Identifier: Apache-2.0
// `npm run bench`: runs benches one after the other, each in a separate process, and prints their
// results. It writes files only with --write. See bench/README.md.
import { fork } from "node:child_process";
import { loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeResults } from "./lib/results.mjs";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * @typedef {object} Bench
 * @property {string} name
 * @property {string} what
 * @property {string} file
 * @property {string[]} [quick] arguments of a smoke test
 * @property {string[]} [args] arguments that it always gets
 * @property {string[]} [long] arguments that are added by --long
 * @property {boolean} [isLong] runs by name or with --long only
 * @property {string[]} [write] arguments that are added by --write
 */

/** @type {readonly Bench[]} */
const BENCHES = [
  {
    name: "engine",
    what: "CPU loop: metering against V8 alone, wasm3, cosmwasm-vm",
    file: "bench/engine.mjs",
    quick: ["40"],
  },
  {
    name: "token",
    what: "SNIP-20 transfer on a plain backend, against wasm3; reset",
    file: "bench/token.mjs",
    quick: ["4000"],
  },
  {
    name: "encrypted",
    what: "SNIP-20 transfer with all cryptography, against plain",
    file: "bench/encrypted.mjs",
    quick: ["4000", "1"],
  },
  { name: "node", what: "a whole node under load, by RPC", file: "bench/node.mjs", quick: ["--transactions", "2000"] },
  {
    name: "network",
    what: "networks on stock CometBFT: a pace over four validators, replay, one validator beside the embedded sequencer",
    file: "bench/network.mjs",
    quick: ["--seconds", "5", "--transactions", "1000", "--turns", "1"],
    isLong: true,
  },
  {
    name: "memory",
    what: "a node's memory after 100,000 transfers",
    file: "bench/node.mjs",
    args: ["--only-memory"],
    quick: ["--transactions", "2000"],
    long: ["--transactions", "100000"],
    isLong: true,
  },
  {
    name: "growth",
    what: "a transfer as the state grows",
    file: "bench/growth.mjs",
    quick: ["--rows", "10000", "--blocks", "2"],
    long: ["--rows", "10000,100000,1000000"],
    write: ["--plot", resolve(ROOT, "docs/growth.svg")],
  },
  {
    name: "rows",
    what: "private transfers with proofs of rows against without",
    file: "bench/rows.mjs",
    args: ["--rows", "100000"],
    quick: ["--rows", "10000", "--blocks", "4"],
    long: ["--rows", "1000000"],
  },
  {
    name: "disk",
    what: "disk that a private transfer takes with pruning on",
    file: "bench/disk.mjs",
    quick: ["--transactions", "500", "--rounds", "2"],
    isLong: true,
  },
  {
    name: "snapshots",
    what: "a snapshot beside the chain, and its restore",
    file: "bench/snapshots.mjs",
    args: ["--rows", "200000"],
    quick: ["--rows", "10000", "--turns", "1"],
    long: ["--rows", "1000000"],
  },
  {
    name: "genesis",
    what: "a genesis file of many accounts, imported and exported in bounded memory",
    file: "bench/genesis.mjs",
    quick: ["--accounts", "1000"],
    long: ["--accounts", "10000,100000,1000000"],
  },
  {
    name: "hooks",
    what: "begin and end of a block of many validators, a withdrawal among many delegations",
    file: "bench/hooks.mjs",
    quick: ["--delegations", "1000", "--blocks", "20"],
  },
  {
    name: "start",
    what: "fresh clone to first block, second start",
    file: "bench/start.mjs",
    quick: ["--second-only"],
  },
  {
    name: "devchain",
    what: "a chain inside a test: start, transfers, snapshot and revert",
    file: "bench/devchain.mjs",
    quick: ["1000", "3000"],
  },
  {
    name: "uses",
    what: "gas and wasm of the products' messages, and what it costs to leak nothing",
    file: "bench/uses.mjs",
  },
  {
    name: "votes",
    what: "a poll with 10,000 votes, and its tally",
    file: "bench/votes.mjs",
    quick: ["200"],
    isLong: true,
  },
  {
    name: "bids",
    what: "an auction with 10,000 bids, its close and its settlements",
    file: "bench/bids.mjs",
    quick: ["200"],
    isLong: true,
  },
  { name: "leaks", what: "the tester of leaks, one call", file: "bench/leaks.mjs", quick: ["3"] },
  { name: "timing", what: "whether times depend on secrets", file: "bench/timing.mjs", quick: ["1"], isLong: true },
  { name: "codec", what: "protobuf codec (prints only)", file: "pure/codec/bench/protobuf.mjs" },
  { name: "store", what: "commits of the store (prints only)", file: "host/store/bench/commit.mjs", quick: ["10000"] },
];

const USAGE = `usage: npm run bench -- [names] [--quick] [--long] [--write] [--list]
  names      what to run (default: all but network, memory, disk, votes, bids and timing)
  --quick    small numbers: shows that it runs, says nothing about speed
  --long     growth up to 10^6 rows, a node's memory after 100,000 transfers (minutes)
  --write    puts the results into docs/performance.md and the plot into docs/growth.svg
`;

/** @param {Bench} bench @param {{ quick: boolean, long: boolean, write: boolean }} flags */
function argumentsOf({ args = [], quick = [], long = [], isLong = false, write = [] }, flags) {
  const size = flags.quick ? quick : flags.long || isLong ? long : [];
  return [...args, ...size, ...(flags.write ? write : [])];
}

/**
 * Runs one bench.
 * @param {Bench} bench
 * @param {string[]} args
 * @returns {Promise<import("./lib/results.mjs").Result>}
 */
function run({ name, what, file }, args) {
  console.log(`\n${name}: ${what}`);
  const result = { name, rows: [], notes: [] };
  const child = fork(resolve(ROOT, file), args, { cwd: ROOT });
  child.on("message", (message) => {
    if (message.row !== undefined) result.rows.push(message.row);
    if (message.note !== undefined) result.notes.push(message.note);
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", (code, signal) =>
      code === 0 ? done(result) : fail(new Error(`${name} ended with ${signal ?? code}`)),
    );
  });
}

/** @param {string[]} argv */
async function main(argv) {
  const booleans = { quick: false, long: false, write: false, list: false };
  const options = Object.fromEntries(Object.keys(booleans).map((name) => [name, { type: "boolean", default: false }]));
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const unknown = positionals.filter((name) => BENCHES.every((bench) => bench.name !== name));
  if (unknown.length > 0) throw new Error(`no bench named ${unknown.join(", ")}\n${USAGE}`);
  if (values.list) {
    for (const { name, what } of BENCHES) console.log(`${name.padEnd(10)} ${what}`);
    console.log(`\n${USAGE}`);
    return;
  }
  if (values.write && values.quick) throw new Error("--quick says nothing about speed, so its results are not written");
  const [load = 0] = loadavg();
  const busy =
    load > 0.5 ? `the machine was busy (load ${load.toFixed(1)}): ratios are of use, times are not` : undefined;
  if (busy !== undefined) console.log(busy);
  const results = [];
  const failed = [];
  for (const bench of BENCHES) {
    const isWanted = positionals.length > 0 ? positionals.includes(bench.name) : !bench.isLong || values.long;
    if (!isWanted) continue;
    try {
      const result = await run(bench, argumentsOf(bench, values));
      if (busy !== undefined) result.notes.push(busy);
      results.push(result);
    } catch (error) {
      failed.push(error.message);
      console.error(`  ${error.message}`);
    }
  }
  const rows = results.flatMap((result) => result.rows);
  const missed = rows.filter((row) => row.met === false);
  console.log(
    `\n${rows.length} figures, ${missed.length} below their target${missed.map((row) => `\n  ${row.what}: ${row.figure}, ${row.target}`).join("")}`,
  );
  if (values.write) {
    writeResults(
      resolve(ROOT, "docs/performance.md"),
      results,
      BENCHES.map((bench) => bench.name),
    );
    console.log("docs/performance.md is written");
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join("; ")}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
