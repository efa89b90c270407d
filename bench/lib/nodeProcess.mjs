// SPDX-License-Identifier: Apache-2.0
// A node in a separate process, as `npm start` runs it after it has installed and built.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { threadTimes } from "./processTimes.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const STANDARD = { rest: 1317, rpc: 26_657, grpc: 9090, grpcWeb: 9091, faucet: 5000 };
const START_MS = 60_000;

/** @param {number} port @returns {Promise<boolean>} */
const isFree = (port) =>
  new Promise((answer) => {
    const server = createServer();
    server.once("error", () => answer(false));
    server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
  });

/** An offset at which all ports of a node are free. */
async function freeOffset() {
  for (let offset = 10_000 + (process.pid % 1000) * 10; offset < 30_000; offset += 97) {
    const free = await Promise.all(Object.values(STANDARD).map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error("no free ports");
}

/**
 * Resident memory of a process in MB, or undefined where the system does not report it.
 * @param {number} pid
 */
function residentMb(pid) {
  try {
    if (process.platform !== "linux")
      return Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) / 1024;
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/**
 * The part of the resident memory that is pages of files (MB): of the databases, which are mapped,
 * and of programs. The system frees them when it needs memory. Undefined where it does not report
 * it.
 * @param {number} pid
 */
function fileMb(pid) {
  try {
    const [, kb] = /RssFile:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}

/**
 * The JSON objects of a stream of lines, and the other lines.
 * @param {import("node:stream").Readable} stream
 * @param {(entry: any) => void} take
 * @param {string[]} texts
 */
function onEntries(stream, take, texts) {
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("{")) take(JSON.parse(line));
      else texts.push(line);
    }
  });
}

/** Height of the node's last block, 0 when it does not answer. @param {number} port */
const heightOf = (port) =>
  fetch(`http://127.0.0.1:${port}/status`).then(
    async (response) => Number((await response.json()).result.sync_info.latest_block_height),
    () => 0,
  );

/**
 * Starts a node and waits until it answers.
 * @param
 * {{ home: string, blockTime?: string, blockGas?: string, enclave?: string, profile?: string, program?: string, withinMs?: number, flags?: string[] }}
 * options
 *   `profile`: a folder for V8's processor profiles of all threads; `program`: the launcher of another program; `flags`: more
 *   flags of `start`
 */
export async function startNodeProcess(options) {
  const { home, blockTime = "1s", enclave = "inline", profile, withinMs = START_MS } = options;
  const { blockGas, program = join(ROOT, "sotto/dist/main.js"), flags = [] } = options;
  const offset = await freeOffset();
  const port = STANDARD.rpc + offset;
  const started = performance.now();
  const forV8 = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const place = ["--home", home, "--port-offset", `${offset}`];
  const gas = blockGas === undefined ? [] : ["--block-gas", blockGas];
  const kind = ["--block-time", blockTime, "--enclave", enclave, "--log-level", "debug"];
  const child = spawn(process.execPath, [...forV8, program, "start", ...place, ...kind, ...gas, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  /** @type {{ height: number, txs: number, failed: number, phases: Record<string, number> }[]} */
  const blocks = [];
  const faults = [];
  /** @type {string[]} */
  const texts = [];
  const take = (entry) => {
    if (entry.msg === "block") blocks.push(entry);
    else if (entry.level >= 50) faults.push(entry);
  };
  onEntries(child.stderr, take, texts);
  onEntries(child.stdout, take, texts);
  const elapsed = () => performance.now() - started;
  async function stop() {
    if (child.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  /** Waits for a height; returns the milliseconds since the start. @param {number} height */
  async function reach(height) {
    while ((await heightOf(port)) < height) {
      if (child.exitCode !== null)
        throw new Error(`the node ended with ${child.exitCode}\n${texts.slice(-20).join("\n")}`);
      if (elapsed() > withinMs) {
        await stop();
        throw new Error(`the node does not reach height ${height}`);
      }
      await new Promise((wake) => setTimeout(wake, 10));
    }
    return elapsed();
  }
  const startMs = await reach(1);
  const rpc = { host: "127.0.0.1", port };
  const rest = { host: "127.0.0.1", port: STANDARD.rest + offset };
  const height = () => heightOf(port);
  return {
    rpc,
    rest,
    blocks,
    faults,
    startMs,
    reach,
    height,
    stop,
    residentMb: () => residentMb(child.pid),
    fileMb: () => fileMb(child.pid),
    threadTimes: () => threadTimes(child.pid),
    pid: child.pid,
  };
}
