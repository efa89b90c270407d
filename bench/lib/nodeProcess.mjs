// A node in a process of its own, as `npm start` runs it after it has installed and built.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

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

/** An offset at which no port of a node is taken. */
async function freeOffset() {
  for (let offset = 10_000 + (process.pid % 1000) * 10; offset < 30_000; offset += 97) {
    const free = await Promise.all(Object.values(STANDARD).map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error("no free ports");
}

/** Resident memory of a process in MB, or undefined where the system does not tell. @param {number} pid */
export function residentMb(pid) {
  try {
    if (process.platform !== "linux") return Number(execFileSync("ps", ["-o", "rss=", "-p", `${pid}`], { encoding: "utf8" })) / 1024;
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** The JSON objects of a stream of lines. @param {import("node:stream").Readable} stream @param {(entry: any) => void} take */
function onEntries(stream, take) {
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("{")) process.stderr.write(`${line}\n`);
      else take(JSON.parse(line));
    }
  });
}

/**
 * Starts a node and waits until it answers.
 * @param {{ home: string, blockTime?: string, enclave?: string, profile?: string }} options `profile`: a folder for
 *   V8's processor profiles of all threads
 */
export async function startNodeProcess({ home, blockTime = "1s", enclave = "inline", profile }) {
  const offset = await freeOffset();
  const started = performance.now();
  const forV8 = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const args = ["start", "--home", home, "--port-offset", `${offset}`, "--block-time", blockTime];
  const child = spawn(process.execPath, [...forV8, join(ROOT, "sotto/dist/main.js"), ...args, "--enclave", enclave, "--log-level", "debug"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  /** @type {{ height: number, txs: number, failed: number, phases: Record<string, number> }[]} */
  const blocks = [];
  const faults = [];
  onEntries(child.stderr, (entry) => {
    if (entry.msg === "block") blocks.push(entry);
    else if (entry.level >= 50) faults.push(entry);
  });
  child.stdout.resume();
  const node = {
    pid: child.pid,
    rpc: { host: "127.0.0.1", port: STANDARD.rpc + offset },
    blocks,
    faults,
    /** Until the first block could be asked for. */
    startMs: 0,
    residentMb: () => residentMb(child.pid),
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the node ended with ${child.exitCode}`);
    if (performance.now() - started > START_MS) {
      await node.stop();
      throw new Error("the node does not come up");
    }
    const height = await fetch(`http://127.0.0.1:${node.rpc.port}/status`).then(
      async (response) => Number((await response.json()).result.sync_info.latest_block_height),
      () => 0,
    );
    if (height > 0) break;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  node.startMs = performance.now() - started;
  return node;
}
