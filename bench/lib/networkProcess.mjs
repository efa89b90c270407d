// SPDX-License-Identifier: Apache-2.0
// A network of validators on stock CometBFT, by the commands of `sotto network`.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { processTimes } from "./processTimes.mjs";
import { Rpc } from "./rpc.mjs";
import { CHAIN_ID } from "./tokenChain.mjs";

const MAIN = resolve(import.meta.dirname, "../../sotto/dist/main.js");
const START_MS = 180_000;

/** @param {string[]} args */
const command = async (...args) => (await promisify(execFile)(process.execPath, [MAIN, "network", ...args])).stdout;

/** Runs `sotto network start` until it is ready. @param {string} home @param {string[]} args */
async function startCommand(home, args) {
  const child = spawn(process.execPath, [MAIN, "network", "start", "--home", home, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  const began = performance.now();
  // Each node of it says so of itself, too.
  while (!/^the network .* is ready:/m.test(text)) {
    if (child.exitCode !== null) throw new Error(`the network ended with ${child.exitCode}: ${text}`);
    if (performance.now() - began > START_MS) throw new Error(`the network is not ready: ${text}`);
    await sleep(20);
  }
  return child;
}

/** Height of the last block that the application of a node has committed. @param {Rpc} rpc */
export const committedHeight = async (rpc) => Number((await rpc.call("abci_info")).response.last_block_height ?? 0);

/**
 * Makes a network in a folder and starts it.
 * @param {{ home: string, validators: number, blockTime?: string }} options
 */
export async function startNetworkProcess({ home, validators, blockTime = "1s" }) {
  await command(
    "init",
    "--home",
    home,
    "--validators",
    `${validators}`,
    "--chain-id",
    CHAIN_ID,
    "--block-time",
    blockTime,
  );
  const children = [await startCommand(home, [])];
  const where = () =>
    JSON.parse(readFileSync(join(home, "network.json"), "utf8")).nodes.map(({ ports }) => ({
      host: "127.0.0.1",
      port: ports.rpc,
    }));
  for (const each of where()) {
    const rpc = new Rpc(each, 1);
    while ((await committedHeight(rpc).catch(() => 0)) < 1) await sleep(20);
    rpc.close();
  }
  return {
    home,
    /** Addresses of the RPC of each CometBFT. */
    where,
    /**
     * Milliseconds of processor time of all nodes, of all CometBFTs, and of each thread of one
     * node.
     */
    times: () => {
      const all = processTimes(children[0].pid);
      const sum = (list) => list.reduce((ms, each) => ms + each.ms, 0);
      const nodes = all.filter(({ command }) => command.includes(" start --home "));
      return {
        nodes: sum(nodes),
        comet: sum(all.filter(({ command }) => command.includes("cometbft node"))),
        threads: nodes[1]?.threads,
      };
    },
    /** Adds a full node, which begins at the genesis. Returns its number; it is not started. */
    join: async () => {
      await command("join", "--home", home);
      return where().length;
    },
    /** Starts one node. @param {number} number */
    startNode: async (number) => {
      children.push(await startCommand(home, ["--validator", `${number}`]));
    },
    stop: async () => {
      for (const child of children.splice(0).reverse()) {
        if (child.exitCode !== null) continue;
        child.kill("SIGTERM");
        await once(child, "exit");
      }
    },
  };
}
