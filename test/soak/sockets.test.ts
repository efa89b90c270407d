// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { Client, credentials } from "@grpc/grpc-js";
import { QueryParamsResponse } from "cosmjs-types/cosmos/bank/v1beta1/query.js";
import { MsgSend, Wallet } from "secretjs";
import { afterAll, expect, test } from "vitest";
import { randomOf, SEED } from "../../tools/tests/seed.mjs";
import { clientOf, must, withGas } from "../e2e/client.ts";
import { heightOf, removeAll, rest, TestNode, until, untilHeight } from "../e2e/node.ts";
import { attack, type Move, states } from "./hostileSockets.ts";

afterAll(removeAll);

/** A long run: SOTTO_FLOOD_SECONDS=3600 npm test -- test/soak/sockets. */
const SECONDS = Number(process.env["SOTTO_FLOOD_SECONDS"] ?? 20);
/** Clients at once. */
const CLIENTS = 100;

const sockets = (node: TestNode): number =>
  readdirSync(`/proc/${node.pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${node.pid}/fd/${fd}`).startsWith("socket:");
    } catch {
      return false; // Closed meanwhile.
    }
  }).length;

/** MB that the process holds. */
const memory = (node: TestNode): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${node.pid}/status`, "utf8"))?.[1]) / 1024;

/** Sends a request every 50 ms from a separate thread: the attackers keep this one busy. */
function askHonestly(url: string): { stop(): Promise<number[]> } {
  const worker = new Worker(
    `const { parentPort, workerData: url } = require("node:worker_threads");
    const times = [];
    let isOver = false;
    parentPort.once("message", () => { isOver = true; });
    (async () => {
      while (!isOver) {
        const begin = performance.now();
        const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(async (got) => (await got.arrayBuffer(), got.ok)).catch(() => false);
        if (answer) times.push(performance.now() - begin);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      parentPort.postMessage(times.sort((a, b) => a - b));
    })();`,
    { eval: true, workerData: url },
  );
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.postMessage("stop");
      }),
  };
}

async function answersHonestly(node: TestNode): Promise<void> {
  const alice = clientOf(node, "a");
  const to = new Wallet().address;
  const send = new MsgSend({ from_address: alice.address, to_address: to, amount: [{ denom: "uscrt", amount: "3" }] });
  must(await alice.tx.broadcast([send], withGas(50_000)));
  const found = await rest<{ balance: { amount: string } }>(
    node,
    `/cosmos/bank/v1beta1/balances/${to}/by_denom?denom=uscrt`,
  );
  expect(found.balance.amount).toBe("3");
  const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
  const params = await new Promise<QueryParamsResponse>((resolve, reject) =>
    client.makeUnaryRequest(
      "/cosmos.bank.v1beta1.Query/Params",
      () => Buffer.alloc(0),
      (bytes: Buffer) => QueryParamsResponse.decode(bytes),
      {},
      (error, answer) => (error === null && answer !== undefined ? resolve(answer) : reject(error)),
    ),
  );
  client.close();
  expect(params.params.defaultSendEnabled).toBe(true);
  const faucet = await fetch(`http://127.0.0.1:${node.ports.faucet}/status`);
  expect(faucet.status).toBe(200);
}

test(
  "sockets that are reset, closed in half, stalled and flooded in every state of every endpoint leave the node as it was",
  async () => {
    const node = await TestNode.start({ flags: ["--block-time=200ms"] });
    await answersHonestly(node);
    const before = { sockets: sockets(node), memory: memory(node), height: await heightOf(node) };
    const random = randomOf(SEED);
    const moves = new Map<string, number>();
    let last: Move | undefined;
    const end = performance.now() + SECONDS * 1_000;
    let peak = 0;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < end && node.isRunning) {
        last = await attack(node.ports, random);
        const name = `${last.endpoint}: ${last.state}`;
        moves.set(name, (moves.get(name) ?? 0) + 1);
        peak = Math.max(peak, memory(node));
      }
    });
    const honest = askHonestly(`${node.rest}/cosmos/bank/v1beta1/params`);
    await Promise.all(clients);
    const times = await honest.stop();
    const total = [...moves.values()].reduce((sum, count) => sum + count, 0);
    const why = `seed ${SEED}, ${total} connections, last ${JSON.stringify(last)}: ${node.stderr}`;
    expect(node.isRunning, why).toBe(true);
    const height = await heightOf(node);
    expect(height - before.height, why).toBeGreaterThan(SECONDS);
    await untilHeight(node, height + 3);
    await answersHonestly(node);
    await until(async () => (sockets(node) <= before.sockets + 8 ? true : undefined), 40_000);
    const now = await until(async () => (memory(node) < before.memory + 400 ? memory(node) : undefined), 20_000);
    expect(node.stderr, why).toBe("");
    expect(Object.values(states).flat().length).toBeGreaterThan(90);
    expect(times.length, why).toBeGreaterThan(SECONDS);
    const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(0);
    console.log(
      `seed ${SEED}: ${total} connections, ${height - before.height} blocks; honest queries ${at(0.5)} ms, p99 ${at(0.99)} ms; ` +
        `MB ${before.memory.toFixed(0)} before, ${peak.toFixed(0)} most, ${now.toFixed(0)} after; sockets ${before.sockets} and ${sockets(node)}`,
    );
  },
  SECONDS * 1_000 + 240_000,
);
