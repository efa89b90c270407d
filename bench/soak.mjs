// SPDX-License-Identifier: Apache-2.0
// Budget: with 200 hostile clients of every kind at once, p99 of the time between two blocks at
// most 1.5 times the block time, p99 of honest queries below 200 ms, no honest query refused,
// memory that does not grow. The clients share the machine with the node.
// Usage: node bench/soak.mjs [--minutes 10] [--clients 200] [--rows 20000] [--transfers 10] (a
// second) [--modules 0] (codes that are queried in turn) [--block-time 1s] [--json] [--profile a
// folder]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { startNodeProcess } from "./lib/nodeProcess.mjs";
import { note, report } from "./lib/report.mjs";
import { broadcastBody, Rpc } from "./lib/rpc.mjs";
import { quantile, short } from "./lib/stats.mjs";
import {
  contractQuery,
  deploy,
  deployVariants,
  pack,
  prepareToken,
  richAccount,
  run,
  signExecutes,
  signNow,
  signTransfers,
} from "./lib/tokenChain.mjs";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "200" },
    rows: { type: "string", default: "20000" },
    transfers: { type: "string", default: "10" },
    modules: { type: "string", default: "0" },
    "block-time": { type: "string", default: "1s" },
    json: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});
const MOST_MINUTES = 60;
const minutes = Math.min(Number(flags.minutes), MOST_MINUTES);
const blockMs = Number(flags["block-time"].replace(/s$/, "")) * 1000;
const SENDERS = 20;
const IN_ONE = 500;
/** Messages of the transaction that hostile clients simulate. */
const SIMULATED = 100;
const progress = (text) => console.error(`  ${new Date().toISOString().slice(11, 19)} ${text}`);
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
/** Uses all gas of a query: seconds of a thread. */
const filled = (length, value) => Buffer.alloc(length, value).toString("base64");
const verify = (times) => ({
  secp256k1_verify: { hash: filled(32, 1), signature: filled(64, 1), public_key: filled(33, 2), times },
});
const BURN = verify(100_000);
/**
 * The largest work of a query within its trial (`host/node/src/queries.ts`).
 */
const NEARLY_BURN = verify(700);

/** The work of hostile contracts in transactions, until their gas is used. */
const HOSTILE = [
  { loop: { kind: "cpu" } },
  { loop: { kind: "storage" } },
  { loop: { kind: "read" } },
  { loop: { kind: "memory" } },
  BURN,
];
/** Hostile transactions a second, and the gas of each: a tenth of a core. */
const ATTACKS = 2;
const ATTACK_GAS = 300_000n;

/** Transfers to oneself, with amounts from `least` on. */
function sends(count, least) {
  const { address: self } = richAccount();
  return Array.from({ length: count }, (_, i) =>
    pack(MsgSendSchema, { fromAddress: self, toAddress: self, amount: [{ denom: "uscrt", amount: `${least + i}` }] }),
  );
}

/** Transfers with distinct amounts, so that searches have rows to read. */
async function fill(rpc, rows) {
  for (let done = 0; done < rows; done += IN_ONE) {
    const messages = sends(Math.min(IN_ONE, rows - done), 1 + done);
    await run(rpc, richAccount(), BigInt(60_000 * messages.length), messages);
  }
}

function startWorker(name, data) {
  const worker = new Worker(new URL(`./lib/${name}.mjs`, import.meta.url), { workerData: data });
  const ended = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  return () => {
    worker.postMessage("stop");
    return ended;
  };
}

/** Sends transactions at a steady pace until it is stopped; returns the number of accepted ones. */
function startSending(where, bodies, perSecond) {
  // One: the node ends a connection without a request for a minute.
  const rpc = new Rpc(where, 1);
  let isOver = false;
  let taken = 0;
  const sending = (async () => {
    const begin = performance.now();
    for (const [i, body] of bodies.entries()) {
      const wait = begin + (i * 1000) / perSecond - performance.now();
      if (wait > 0) await pause(wait);
      if (isOver) return;
      const { result, error } = await rpc.post(body);
      if (error !== undefined || result.code !== 0)
        throw new Error(`a transaction was refused: ${JSON.stringify(error ?? result)}`);
      taken++;
    }
  })();
  return async () => {
    isOver = true;
    await sending;
    rpc.close();
    return taken;
  };
}

/** Milliseconds between blocks, by their own times. */
async function intervals(rpc, from, to) {
  const times = new Map();
  for (let at = from; at <= to; at += 20) {
    const { block_metas } = await rpc.call("blockchain", { minHeight: `${at}`, maxHeight: `${Math.min(to, at + 19)}` });
    for (const { header } of block_metas) times.set(Number(header.height), Date.parse(header.time));
  }
  const out = [];
  for (let at = from + 1; at <= to; at++) out.push(times.get(at) - times.get(at - 1));
  return out;
}

/** All clients at once; returns the measurements. */
async function soak(node) {
  const rpc = new Rpc(node.rpc, 1);
  progress("preparing accounts, contracts and rows");
  const all = await prepareToken(rpc, SENDERS + 1);
  const token = { ...all, users: all.users.slice(0, SENDERS) };
  const attacker = all.users[SENDERS];
  const [first] = token.users;
  const burner = await deploy(rpc, first.cipher, "probe-v1", { ops: [] });
  await fill(rpc, Number(flags.rows));
  const perSecond = Number(flags.transfers);
  const lists = await signTransfers(rpc, token, Math.ceil(minutes * 60 * perSecond) + SENDERS);
  const bodies = Array.from({ length: lists[0].length }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
  const inputs = Array.from({ length: Math.ceil(minutes * 60 * ATTACKS) }, (_, i) => ({
    ops: [HOSTILE[i % HOSTILE.length]],
  }));
  const attacks = await signExecutes(rpc, attacker, burner, ATTACK_GAS, inputs);
  const { hash } = await rpc.call("broadcast_tx_commit", { tx: Buffer.from(bodies[0]).toString("base64") });
  await pause(1_000);
  const many = (query) => Array.from({ length: 64 }, () => contractQuery(burner, first.cipher, query).params);
  const burning = many(BURN);
  const variants = await deployVariants(rpc, first.cipher, "probe-v1", { ops: [] }, Number(flags.modules));
  const compiling = variants.map((each) => contractQuery(each, first.cipher, verify(1)).params);
  const nearlyBurning = many(NEARLY_BURN);
  // Of an account without other transactions: its sequence stays correct.
  const simulated = await signNow(rpc, richAccount(), BigInt(60_000 * SIMULATED), sends(SIMULATED, 1));
  const simulation = JSON.stringify({ tx_bytes: Buffer.from(simulated).toString("base64") });
  const where = { rpc: node.rpc, rest: node.rest };
  const probe = {
    ...where,
    address: first.address,
    hash: Buffer.from(hash, "hex").toString("base64"),
    token: { address: token.address, codeHash: token.codeHash },
    pauseMs: 20,
  };
  const height = async () => Number((await rpc.call("status")).sync_info.latest_block_height);

  progress(`${flags.clients} hostile clients for ${minutes} min`);
  const stopTransfers = startSending(node.rpc, bodies.slice(1).map(broadcastBody), perSecond);
  const stopAttacks = startSending(node.rpc, attacks.map(broadcastBody), ATTACKS);
  const stopHostile = startWorker("hostileClients", {
    ...where,
    clients: Number(flags.clients),
    burning,
    nearlyBurning,
    compiling,
    simulation,
  });
  const stopProbe = startWorker("honestProbe", probe);
  await pause(3_000);
  const from = await height();
  const threads = node.threadTimes();
  const resident = [node.residentMb()];
  const end = performance.now() + minutes * 60_000;
  for (let second = 1; performance.now() < end; second++) {
    await pause(1_000);
    resident.push(node.residentMb());
    if (second % 60 === 0) progress(`minute ${second / 60}: height ${await height()}, ${short(resident.at(-1))} MB`);
  }
  const to = await height();
  const busy = [...node.threadTimes()].map(([id, ms]) => (ms - (threads.get(id) ?? 0)) / (minutes * 600));
  const { times, failures } = await stopProbe();
  const taken = await stopTransfers();
  const attacked = await stopAttacks();
  const hostile = await stopHostile();
  await pause(1_000);
  const blocks = await intervals(rpc, from, to);
  rpc.close();
  return {
    blocks,
    times,
    failures,
    taken,
    attacked,
    hostile,
    busy,
    resident: resident.filter((mb) => mb !== undefined),
  };
}

function summary({ blocks, times, failures, taken, attacked, hostile, busy, resident }) {
  const all = Object.values(times).flat();
  const tenth = Math.max(1, Math.floor(resident.length / 10));
  return {
    blocks: blocks.length,
    blockMs: { set: blockMs, p50: quantile(blocks, 0.5), p99: quantile(blocks, 0.99), most: Math.max(...blocks) },
    queries: all.length,
    queryMs: { p50: quantile(all, 0.5), p99: quantile(all, 0.99), most: Math.max(...all) },
    byKind: Object.fromEntries(Object.entries(times).map(([name, own]) => [name, quantile(own, 0.99)])),
    failures: failures.length,
    firstFailures: failures.slice(0, 5),
    transfers: taken,
    attacks: attacked,
    busy: busy.sort((a, b) => b - a).slice(0, 10),
    hostile,
    memoryMb: {
      begin: Math.max(...resident.slice(0, tenth)),
      end: Math.max(...resident.slice(-tenth)),
      most: Math.max(...resident),
    },
  };
}

function print(found) {
  const { blockMs: block, queryMs: query, memoryMb: memory } = found;
  report({
    id: "soak-blocks",
    what: `time between blocks beside ${flags.clients} hostile clients, ${minutes} min`,
    figure: `p50 ${short(block.p50)} ms, p99 ${short(block.p99)} ms, most ${short(block.most)} ms (${found.blocks} blocks)`,
    target: `p99 at most ${short(1.5 * block.set)} ms`,
    met: block.p99 <= 1.5 * block.set,
  });
  report({
    id: "soak-queries",
    what: "honest queries beside them",
    figure: `p50 ${short(query.p50)} ms, p99 ${short(query.p99)} ms, most ${short(query.most)} ms (${found.queries}, ${found.failures} refused)`,
    target: "p99 below 200 ms, none refused",
    met: query.p99 < 200 && found.failures === 0,
  });
  note(
    `p99 by kind: ${Object.entries(found.byKind)
      .map(([name, ms]) => `${name} ${short(ms)} ms`)
      .join(", ")}`,
  );
  note(
    `memory: ${short(memory.begin)} MB at the begin, ${short(memory.end)} MB at the end, at most ${short(memory.most)} MB`,
  );
  note(`${found.transfers} private transfers were taken, and ${found.attacks} calls of hostile contracts`);
  note(`processor time of the node's threads: ${found.busy.map((part) => `${part.toFixed(0)} %`).join(", ")}`);
  for (const [name, count] of Object.entries(found.hostile)) {
    note(
      `hostile ${name}: ${count.answered} answered (${short(count.bytes / 1e6)} MB), ${count.refused} refused, ${count.failed} failed`,
    );
  }
  for (const text of found.firstFailures) note(`honest failure: ${text}`);
}

const home = mkdtempSync(join(tmpdir(), "sotto-soak-"));
const node = await startNodeProcess({ home, blockTime: flags["block-time"], profile: flags.profile });
try {
  const found = summary(await soak(node));
  if (flags.json) console.log(JSON.stringify(found));
  else print(found);
  if (node.faults.length > 0) throw new Error(`the node said: ${JSON.stringify(node.faults[0])}`);
} finally {
  await node.stop();
  rmSync(home, { recursive: true, force: true });
}
