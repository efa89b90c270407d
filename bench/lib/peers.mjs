// SPDX-License-Identifier: Apache-2.0
// Builds and runs the peers' harnesses. They are Rust; without the toolchain, a bench continues
// without them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { note } from "./report.mjs";

const SOURCES = resolve(import.meta.dirname, "../peers");

/** Outside the clone: a build of wasmer is 700 MB. @returns {string} */
function targetFolder() {
  if (process.env["SOTTO_BENCH_TARGET"] !== undefined) return process.env["SOTTO_BENCH_TARGET"];
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sotto-bench", "target");
}

/**
 * The path of a built peer, or undefined with a note about the reason.
 * @param {"peer-wasm3" | "peer-cosmwasm-vm"} name
 */
export function buildPeer(name) {
  if (process.env["SOTTO_BENCH_PEERS"] === "off") {
    note(`${name}: left out, SOTTO_BENCH_PEERS=off asks for it: no comparison with it is made`);
    return undefined;
  }
  const have = spawnSync("cargo", ["--version"], { cwd: SOURCES, encoding: "utf8" });
  if (have.error !== undefined || have.status !== 0) {
    note(`${name}: left out, there is no Rust toolchain here (https://rustup.rs)`);
    return undefined;
  }
  const target = targetFolder();
  console.log(`  building ${name} (the first time takes minutes) ...`);
  const built = spawnSync("cargo", ["build", "--quiet", "--release", "--locked", "-p", name], {
    cwd: SOURCES,
    encoding: "utf8",
    env: { ...process.env, CARGO_TARGET_DIR: target },
  });
  if (built.status === 0) return join(target, "release", process.platform === "win32" ? `${name}.exe` : name);
  note(`${name}: left out, it does not build here: ${built.stderr.trim().split("\n").slice(-3).join(" / ")}`);
  return undefined;
}

/**
 * @typedef {{ entry: string, env: string, info: string, msg: string }} Message
 * @typedef {{ name: string, times: number, turns: Message[] }} PeerCall
 * @typedef {{ name: string, mode: string, times_us: number[], answer: string }} Measured
 */

/**
 * @param {string} program
 * @param {Uint8Array[]} files modules, in the order in which the peer takes them
 * @param {{ warmup: number, first?: Message, calls: PeerCall[] }} job
 * @returns {{ peer: string, results: Measured[] }}
 */
export function runPeer(program, files, job) {
  const folder = mkdtempSync(join(tmpdir(), "sotto-peer-"));
  try {
    const paths = [...files, JSON.stringify(job)].map((content, i) => {
      const path = join(folder, `${i}`);
      writeFileSync(path, content);
      return path;
    });
    const done = spawnSync(program, paths, { encoding: "utf8", maxBuffer: 1 << 28 });
    if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
    return JSON.parse(done.stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
