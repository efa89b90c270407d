// SPDX-License-Identifier: Apache-2.0
// Budget: one node, 1 s blocks, durable, 50 senders: at least 1,000 private SNIP-20 transfers a
// second committed (aim: 2,000), p99 of a private query under this load below 20 ms, resident
// memory below 250 MB idle. The public Go chain (wasmd) makes 669 public cw20 transfers a second on
// the bench machine with such a load.
// Usage: node bench/node.mjs [--transactions N] [--senders N] [--connections N] [--block-time 1s]
// [--enclave inline|worker]
//   [--block-gas GAS|none] [--home DIR] (kept; default: a temporary folder) [--profile DIR] (V8 profiles of the node's threads)
//   [--only-memory] (speed as notes: for long runs that are about memory)
//   [--bank] (bank sends in place of private transfers)
//   [--program FILE] (the launcher of another clone, to compare it in turn)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { decode } from "@sotto/codec";
import { QuerySecretContractResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import { answerOf } from "./lib/client.mjs";
import { failures, follow, send } from "./lib/load.mjs";
import { startNodeProcess } from "./lib/nodeProcess.mjs";
import { note, report } from "./lib/report.mjs";
import { broadcastBody, Rpc } from "./lib/rpc.mjs";
import { quantile, short } from "./lib/stats.mjs";
import { balanceQuery, prepareToken, signSends, signTransfers, TRANSFER_GAS } from "./lib/tokenChain.mjs";

const { values: flags } = parseArgs({
  options: {
    transactions: { type: "string", default: "20000" },
    senders: { type: "string", default: "50" },
    connections: { type: "string", default: "16" },
    "block-time": { type: "string", default: "1s" },
    "block-gas": { type: "string" },
    enclave: { type: "string", default: "inline" },
    home: { type: "string" },
    profile: { type: "string" },
    "only-memory": { type: "boolean", default: false },
    bank: { type: "boolean", default: false },
    program: { type: "string" },
  },
});
const total = Number(flags.transactions);
const PROBE_PAUSE_MS = 25;
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

function startProbe(where, token) {
  const requests = Array.from({ length: 64 }, () => balanceQuery(token).params);
  const worker = new Worker(new URL("./lib/queryProbe.mjs", import.meta.url), {
    workerData: { where, requests, pauseMs: PROBE_PAUSE_MS },
  });
  const ended = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  return async () => {
    worker.postMessage("stop");
    const { times, failure } = await ended;
    if (failure !== undefined) throw new Error(`a query failed under load: ${failure}`);
    return times;
  };
}

/** The parts of the blocks' time, per transfer. */
function reportPhases(blocks, seconds) {
  const busy = blocks.filter(({ txs }) => txs > 0);
  const txs = busy.reduce((sum, block) => sum + block.txs, 0);
  const phases = new Map();
  for (const block of busy) {
    for (const [name, ms] of Object.entries(block.phases)) phases.set(name, (phases.get(name) ?? 0) + ms);
  }
  const inAll = [...phases.values()].reduce((sum, ms) => sum + ms, 0);
  const parts = [...phases].map(([name, ms]) => `${name} ${short((ms * 1000) / txs)} us`).join(", ");
  note(
    `exec thread, per transfer: ${parts}; ${short((inAll * 1000) / txs)} us in all, busy ${((inAll / seconds / 1000) * 100).toFixed(0)} %`,
  );
  const largest = Math.max(...busy.map((block) => block.txs));
  const longest = Math.max(...busy.map((block) => Object.values(block.phases).reduce((sum, ms) => sum + ms, 0)));
  note(
    `${busy.length} blocks with transactions, at most ${largest} in one; the longest took ${short(longest / 1000)} s`,
  );
}

/** Processor time per transfer: the node's threads, and this client. */
function reportProcessor(node, before, client) {
  const spent = [...node.threadTimes()]
    .map(([id, ms]) => ((ms - (before.get(id) ?? 0)) * 1000) / total)
    .sort((a, b) => b - a);
  if (spent.length === 0) return;
  const all = spent.reduce((sum, us) => sum + us, 0);
  const parts = spent.filter((us) => us >= all / 50).map(short);
  const { user, system } = process.cpuUsage(client);
  note(
    `processor time per transfer: node ${short(all)} us, by thread: ${parts.join(", ")}; ` +
      `load client ${short((user + system) / total)} us`,
  );
}

function reportSpeed(rate, times) {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  const query = `p50 ${short(p50)} ms, p99 ${short(p99)} ms (${times.length} queries)`;
  if (flags["only-memory"]) return note(`${short(rate)} tx/s; private query under this load: ${query}`);
  if (flags.bank) {
    return report({
      id: "node-bank",
      what: `whole node: bank sends committed (${flags.senders} senders, ${flags["block-time"]} blocks)`,
      figure: `${short(rate)} tx/s`,
      target: "at least 2,436 tx/s, twice wasmd with its modules",
      met: rate >= 2436,
    });
  }
  const load = `${flags.senders} senders, ${flags["block-time"]} blocks, ${flags.enclave} enclave`;
  report({
    id: "node-rate",
    what: `whole node: private transfers committed (${load})`,
    figure: `${short(rate)} tx/s`,
    target: "at least 1,000 tx/s, aim for 2,000",
    met: rate >= 1000,
  });
  report({
    id: "node-query",
    what: "private query under this load",
    figure: query,
    target: "p99 below 20 ms",
    met: p99 < 20,
  });
}

function reportMemory(idle, after, ofFiles) {
  const many = total.toLocaleString("en-US");
  if (ofFiles !== undefined) {
    note(
      `memory of its own: ${short(after - ofFiles)} MB; mapped pages of the databases and programs: ${short(ofFiles)} MB`,
    );
  }
  if (total < 100_000) note(`resident memory after ${many} transfers: ${short(after)} MB`);
  else {
    report({
      id: "node-after",
      what: `resident memory after ${many} transfers`,
      figure: `${short(after)} MB`,
      target: "below 600 MB",
      met: after < 600,
    });
  }
  if (flags["only-memory"]) return;
  report({
    id: "node-idle",
    what: "resident memory, idle",
    figure: `${short(idle)} MB`,
    target: "below 250 MB",
    met: idle < 250,
  });
}

async function load(node) {
  const rpc = new Rpc(node.rpc, Number(flags.connections));
  const watch = new Rpc(node.rpc, 1);
  await pause(3000);
  const idle = node.residentMb();
  const token = await prepareToken(rpc, Number(flags.senders));
  note(`a transfer takes ${token.transferGas} gas of ${TRANSFER_GAS}`);
  const { key, params } = balanceQuery(token);
  const { response } = await rpc.call("abci_query", params);
  const { data } = decode(QuerySecretContractResponseSchema, Buffer.from(response.value, "base64"));
  if (!answerOf(key, data).includes('"balance"')) throw new Error(`a balance query answers ${answerOf(key, data)}`);

  let start = performance.now();
  const lists = await (flags.bank ? signSends : signTransfers)(rpc, token, total);
  note(
    `encrypted and signed ${total} transfers in ${short((performance.now() - start) / 1000)} s (before the clock starts)`,
  );
  const bodies = lists.map((list) => list.map(broadcastBody));
  const from = Number((await watch.call("status")).sync_info.latest_block_height);
  const logged = node.blocks.length;
  const stopProbe = startProbe(node.rpc, token);
  const threads = node.threadTimes();
  const client = process.cpuUsage();

  start = performance.now();
  const all = follow(watch, from, total, 60_000 + total * 10);
  const sent = Promise.all(bodies.map((list) => send(rpc, list))).then(() => performance.now());
  const [{ height, at }, sentAt] = await Promise.all([all, sent]);
  const times = await stopProbe();
  const after = node.residentMb();
  const ofFiles = node.fileMb();
  const seconds = (at - start) / 1000;
  reportProcessor(node, threads, client);
  const bad = await failures(watch, from, height);
  if (bad.length > 0) throw new Error(`${bad.length} of ${total} transfers failed, the first: ${bad[0]}`);
  rpc.close();
  watch.close();

  const rate = total / seconds;
  note(
    `${total} transfers, taken in ${short((sentAt - start) / 1000)} s, committed in ${short(seconds)} s, none failed`,
  );
  reportPhases(node.blocks.slice(logged), seconds);
  reportSpeed(rate, times);
  if (idle === undefined || after === undefined) return note("this system does not tell resident memory");
  reportMemory(idle, after, ofFiles);
}

const home = flags.home ?? mkdtempSync(join(tmpdir(), "sotto-bench-"));
const node = await startNodeProcess({
  home,
  blockTime: flags["block-time"],
  blockGas: flags["block-gas"],
  enclave: flags.enclave,
  profile: flags.profile,
  program: flags.program,
});
try {
  await load(node);
} catch (error) {
  for (const fault of node.faults.slice(0, 3)) console.error(JSON.stringify(fault));
  throw error;
} finally {
  await node.stop();
  if (flags.home === undefined) rmSync(home, { recursive: true, force: true });
}
