// SPDX-License-Identifier: Apache-2.0
// Networks on stock CometBFT, all programs on this machine. Four validators take private transfers
// at a steady pace; a transfer is committed when all four applications have committed its block. A
// full node then executes the chain from its genesis. One validator on CometBFT and the embedded
// sequencer take the same load in turn, as fast as they accept it.
// Budget: with four validators at least 200 transfers a second, p50 below 1.6 s; one validator at
// least 0.7 times the rate of the embedded sequencer; replay 5 times faster than the chain was.
// Usage: node bench/network.mjs [--pace 240] [--seconds 30] [--warm 4000] [--transactions 10000]
//   [--turns 2] [--part steady,ratio]
//   --warm: transfers before those that are measured, while V8 compiles the programs of all nodes
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { failures, follow, send } from "./lib/load.mjs";
import { committedHeight, startNetworkProcess } from "./lib/networkProcess.mjs";
import { startNodeProcess } from "./lib/nodeProcess.mjs";
import { note, report } from "./lib/report.mjs";
import { broadcastBody, Rpc } from "./lib/rpc.mjs";
import { median, quantile, short } from "./lib/stats.mjs";
import { prepareToken, signTransfers } from "./lib/tokenChain.mjs";

const { values: flags } = parseArgs({
  options: {
    pace: { type: "string", default: "240" },
    seconds: { type: "string", default: "30" },
    warm: { type: "string", default: "4000" },
    transactions: { type: "string", default: "10000" },
    turns: { type: "string", default: "2" },
    part: { type: "string", default: "steady,ratio" },
  },
});
const [pace, seconds, warm] = [flags.pace, flags.seconds, flags.warm].map(Number);
const [transactions, turns] = [flags.transactions, flags.turns].map(Number);
const parts = flags.part.split(",");
const VALIDATORS = 4;
const SENDERS = 50;
const CONNECTIONS = 16;
const LOOK_MS = 25;
const waitMs = (count) => 120_000 + count * 20;

/** @param {(folder: string) => Promise<void>} use */
async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-bench-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends one sender's transactions at their times; notes when each was sent. */
async function sendPaced(rpc, txs, first, every, begin, sentAt) {
  const texts = txs.map((tx) => Buffer.from(tx).toString("base64"));
  await send(rpc, txs.map(broadcastBody), async (i) => {
    await sleep(Math.max(0, begin + first + i * every - performance.now()));
    if (!sentAt.has(texts[i])) sentAt.set(texts[i], performance.now());
  });
}

/**
 * Follows blocks until all of these transactions are committed by all nodes.
 * @param {Rpc[]} nodes
 * @param {Map<string, number>} sentAt filled while this runs
 * @returns {Promise<{ height: number, at: number, times: number[] }>} milliseconds of each
 */
async function followAll(nodes, from, expected, sentAt) {
  const times = [];
  const deadline = performance.now() + waitMs(expected);
  for (let height = from; ; ) {
    const least = Math.min(...(await Promise.all(nodes.map(committedHeight))));
    const at = performance.now();
    for (; height < least; height++) {
      const { block } = await nodes[0].call("block", { height: `${height + 1}` });
      for (const tx of block.data.txs ?? []) if (sentAt.has(tx)) times.push(at - sentAt.get(tx));
    }
    if (times.length >= expected) return { height, at, times };
    if (at > deadline) throw new Error(`${times.length} of ${expected} transactions are committed at height ${height}`);
    await sleep(LOOK_MS);
  }
}

/** @param {Rpc} rpc @param {Rpc[]} nodes @param {Uint8Array[][]} lists */
async function warmUp(rpc, nodes, lists) {
  const sentAt = new Map(lists.flat().map((tx) => [Buffer.from(tx).toString("base64"), 0]));
  const following = followAll(nodes, await committedHeight(nodes[0]), sentAt.size, sentAt);
  await Promise.all([following, ...lists.map((txs) => send(rpc, txs.map(broadcastBody)))]);
}

const timeOf = async (rpc, height) => Date.parse((await rpc.call("block", { height: `${height}` })).block.header.time);

/** A full node that starts at the genesis: how much faster it is than the chain was. */
async function replay(network, watch) {
  const number = await network.join();
  const height = await committedHeight(watch);
  const span = (await timeOf(watch, height)) - (await timeOf(watch, 1));
  const where = network.where()[number - 1];
  const ready = network.startNode(number);
  let began;
  for (;;) {
    const rpc = new Rpc(where, 1);
    const now = await committedHeight(rpc).catch(() => 0);
    rpc.close();
    if (now > 0) began ??= { at: performance.now(), height: now };
    if (now >= height) break;
    await sleep(LOOK_MS);
  }
  const took = performance.now() - began.at;
  await ready;
  const part = (span * (height - began.height)) / height;
  report({
    id: "network-replay",
    what: `a full node executes ${height} blocks from the genesis, beside ${VALIDATORS} idle validators`,
    figure: `${short(took / 1000)} s for ${short(part / 1000)} s of the chain: ${short(part / took)}x`,
    target: "at least 5x",
    met: part / took >= 5,
  });
}

/** Processor time per transfer: of each validator's programs, and of this client. */
function reportProcessor(before, after, { user, system }, total) {
  const each = (part) => short(((after[part] - before[part]) * 1000) / total / VALIDATORS);
  const threads = [...(after.threads ?? [])]
    .map(([id, ms]) => ((ms - (before.threads.get(id) ?? 0)) * 1000) / total)
    .sort((a, b) => b - a);
  note(
    `processor time per transfer, of each validator: node ${each("nodes")} us (threads of one: ` +
      `${threads.slice(0, 8).map(short).join(", ")}), CometBFT ${each("comet")} us; load client ${short((user + system) / total)} us`,
  );
}

async function steady(folder) {
  const network = await startNetworkProcess({ home: join(folder, "net"), validators: VALIDATORS });
  try {
    const nodes = network.where().map((each) => new Rpc(each, 1));
    const rpc = new Rpc(network.where()[0], CONNECTIONS);
    const token = await prepareToken(rpc, SENDERS);
    const total = pace * seconds;
    const lists = await signTransfers(rpc, token, warm + total);
    await warmUp(
      rpc,
      nodes,
      lists.map((txs) => txs.splice(0, warm / SENDERS)),
    );
    const from = await committedHeight(nodes[0]);
    const sentAt = new Map();
    const [before, client] = [network.times(), process.cpuUsage()];
    const begin = performance.now();
    const every = (SENDERS * 1000) / pace;
    const following = followAll(nodes, from, total, sentAt);
    const sending = lists.map((txs, i) => sendPaced(rpc, txs, (every * i) / SENDERS, every, begin, sentAt));
    const sent = Promise.all(sending).then(() => performance.now());
    const [{ height, at, times }, taken] = await Promise.all([following, sent]);
    note(`${total} transfers were taken in ${short((taken - begin) / 1000)} s, sent at ${pace} a second`);
    reportProcessor(before, network.times(), process.cpuUsage(client), total);
    const bad = await failures(nodes[0], from, height);
    if (bad.length > 0) throw new Error(`${bad.length} of ${total} transfers failed, the first: ${bad[0]}`);
    const rate = (total * 1000) / (at - begin);
    const [p50, p99] = [median(times) / 1000, quantile(times, 0.99) / 1000];
    report({
      id: "network-rate",
      what: `${VALIDATORS} validators, 1 s blocks: private transfers committed on all`,
      figure: `${short(rate)} tx/s in ${height - from} blocks, from broadcast to commit p50 ${short(p50)} s, p99 ${short(p99)} s`,
      target: "at least 200 tx/s, p50 below 1.6 s",
      met: rate >= 200 && p50 < 1.6,
    });
    await replay(network, nodes[0]);
    for (const each of [...nodes, rpc]) each.close();
  } finally {
    await network.stop();
  }
}

/** Transfers a second that a node takes and commits, as fast as it accepts them. */
async function rateOf(where) {
  const rpc = new Rpc(where, CONNECTIONS);
  const watch = new Rpc(where, 1);
  try {
    const token = await prepareToken(rpc, SENDERS);
    const bodies = (await signTransfers(rpc, token, transactions)).map((list) => list.map(broadcastBody));
    const from = Number((await watch.call("status")).sync_info.latest_block_height);
    const start = performance.now();
    const following = follow(watch, from, transactions, waitMs(transactions));
    await Promise.all(bodies.map((list) => send(rpc, list)));
    const { height } = await following;
    while ((await committedHeight(watch)) < height) await sleep(LOOK_MS);
    const rate = (transactions * 1000) / (performance.now() - start);
    const bad = await failures(watch, from, height);
    if (bad.length > 0) throw new Error(`${bad.length} transfers failed, the first: ${bad[0]}`);
    return rate;
  } finally {
    rpc.close();
    watch.close();
  }
}

async function embedded(folder) {
  const node = await startNodeProcess({ home: join(folder, "embedded") });
  try {
    return await rateOf(node.rpc);
  } finally {
    await node.stop();
  }
}

async function onCometbft(folder) {
  const network = await startNetworkProcess({ home: join(folder, "comet"), validators: 1 });
  try {
    return await rateOf(network.where()[0]);
  } finally {
    await network.stop();
  }
}

async function ratio() {
  const runs = [];
  for (let turn = 0; turn < turns; turn++) {
    await withFolder(async (folder) => {
      const both = turn % 2 === 0 ? [embedded, onCometbft] : [onCometbft, embedded];
      const rates = new Map();
      for (const each of both) rates.set(each, await each(folder));
      runs.push({ own: rates.get(embedded), comet: rates.get(onCometbft) });
    });
  }
  for (const { own, comet } of runs) note(`embedded ${short(own)} tx/s, on CometBFT ${short(comet)} tx/s`);
  const part = median(runs.map(({ own, comet }) => comet / own));
  report({
    id: "network-ratio",
    what: "one validator on CometBFT against the embedded sequencer, 1 s blocks, 50 senders",
    figure: `${short(part)}x its rate`,
    target: "at least 0.7x",
    met: part >= 0.7,
  });
}

if (parts.includes("steady")) await withFolder(steady);
if (parts.includes("ratio")) await ratio();
