// SPDX-License-Identifier: Apache-2.0
// A thread of hostile clients, each of one kind, each with one request after the other for as long
// as it lasts. Their answers are not read. Data: the node's address, the number of clients, and
// requests that only the bench can make.
import { Agent, request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import WebSocket from "ws";

const { rpc, rest, clients, burning, nearlyBurning, compiling, simulation } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: clients * 2 });
const counts = {};
function countOf(kind) {
  counts[kind] = counts[kind] ?? { asked: 0, answered: 0, refused: 0, failed: 0, bytes: 0 };
  return counts[kind];
}
let isOver = false;
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** Bytes of the answer, which are dropped. */
const send = ({ host, port }, path, body) =>
  new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request({ host, port, path, method, headers, agent, timeout: 60_000 }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => {
        bytes += chunk.length;
      });
      response.on("end", () => resolve({ status: response.statusCode, bytes }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.on("timeout", () => asked.destroy(new Error("no answer within a minute")));
    asked.end(body);
  });

const call = (method, params) => send(rpc, "/", JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
const anyOf = (list) => list[Math.floor(Math.random() * list.length)];
const some = () => Math.random().toString(36).slice(2, 6);
const contains = (tag) => Array.from({ length: 9 }, () => `${tag} CONTAINS '${some()}'`).join(" AND ");
const tags = [
  "transfer.amount",
  "message.sender",
  "tx.fee",
  "coin_spent.amount",
  "coin_received.amount",
  "tx.signature",
];
let height = 1;
/**
 * The next queried contract. An engine does not cache so many: each query compiles its contract.
 */
let compiled = 0;

/** Kinds of clients. */
const kinds = {
  contains: () => call("tx_search", { query: contains(anyOf(tags)) }),
  many: () => call("tx_search", { query: tags.map((tag) => `${tag} CONTAINS '${some()}'`).join(" AND ") }),
  exists: () =>
    call("tx_search", { query: `${anyOf(tags)} EXISTS`, per_page: "100", order_by: anyOf(["asc", "desc"]) }),
  range: () => call("tx_search", { query: `${anyOf(tags)} > 5 AND tx.height > ${Math.floor(Math.random() * height)}` }),
  proofs: () =>
    call("tx_search", { query: "tx.height > 0", prove: true, per_page: "100", order_by: anyOf(["asc", "desc"]) }),
  blocks: () => call("block_search", { query: "block.height > 0", per_page: "100" }),
  results: () => call("block_results", { height: `${1 + Math.floor(Math.random() * height)}` }),
  pages: () => send(rest, `/cosmos/tx/v1beta1/txs?query=${encodeURIComponent("message.module EXISTS")}&limit=100`),
  block: () => call("blockchain", { minHeight: "1", maxHeight: `${height}` }),
  burning: () => call("abci_query", anyOf(burning)),
  nearlyBurning: () => call("abci_query", anyOf(nearlyBurning)),
  ...(compiling.length > 0 && { compiling: () => call("abci_query", compiling[compiled++ % compiling.length]) }),
  simulation: () => send(rest, "/cosmos/tx/v1beta1/simulate", simulation),
  consensus: () => call("dump_consensus_state", {}),
};

async function ask(kind) {
  const count = countOf(kind);
  while (!isOver) {
    count.asked++;
    try {
      const { status, bytes } = await kinds[kind]();
      count[status === 200 ? "answered" : "refused"]++;
      count.bytes += bytes;
      if (status !== 200) await pause(20);
    } catch {
      count.failed++;
      await pause(100);
    }
  }
}

/**
 * Fifty subscriptions: with a value, without a value, to all events; every third client does not
 * read.
 */
async function listen(number) {
  const count = countOf("subscriptions");
  const parts = Array.from("abcdefghij", (letter) => `wasm.contract_address CONTAINS '${letter}'`).join(" AND ");
  const queries = [
    (i) => `tm.event='Tx' AND transfer.amount CONTAINS 'u' AND ${parts} AND x.y='${number}/${i}'`,
    (i) => `transfer.amount CONTAINS '${number}x${i}' AND ${parts}`,
    (i) => `tm.event='Tx' AND tx.height > ${i}`,
  ];
  while (!isOver) {
    const socket = new WebSocket(`ws://${rpc.host}:${rpc.port}/websocket`);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => count.failed++);
    socket.on("message", (data) => {
      count.answered++;
      count.bytes += data.length;
      if (String(data).includes("subscription was canceled")) count.refused++;
    });
    socket.on("open", () => {
      for (let i = 0; i < 50; i++) {
        const query = queries[(number + i) % queries.length](i).slice(0, 512);
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: i, method: "subscribe", params: { query } }));
      }
      if (number % 3 === 2) setTimeout(() => socket.pause(), 2_000);
    });
    // Ended subscriptions are renewed.
    await Promise.race([closed, pause(10_000)]);
    socket.terminate();
    await pause(100);
  }
}

async function follow() {
  while (!isOver) {
    await pause(2_000);
    await fetch(`http://${rpc.host}:${rpc.port}/status`)
      .then((response) => response.json())
      .then(({ result }) => {
        height = Number(result.sync_info.latest_block_height);
      })
      .catch(() => {});
  }
}

parentPort.on("message", () => {
  isOver = true;
  parentPort.postMessage(counts);
  setTimeout(() => process.exit(0), 500);
});
const names = Object.keys(kinds);
// Every fourth is a subscriber.
const subscribers = Math.floor(clients / 4);
for (let i = 0; i < subscribers; i++) void listen(i);
for (let i = 0; i < clients - subscribers; i++) void ask(names[i % names.length]);
void follow();
