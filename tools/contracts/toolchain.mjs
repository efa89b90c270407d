// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export const RUST = "1.81.0";
export const TARGET = "wasm32-unknown-unknown";
/**
 * The host triple is part of symbol hashes and so of the order of functions: only this one gives
 * the committed bytes.
 */
export const HOST = "x86_64-unknown-linux-gnu";

/**
 * Where compiled libraries of native tests stay for the next run of this user, as programs of
 * CometBFT do: compiling them takes minutes.
 */
export const LIBRARIES = join(homedir(), ".sotto", "cargo");

const INSTALL = ["toolchain", "install", RUST, "--profile", "minimal", "-t", TARGET];

/** @returns stdout; throws with the tool's own text when it fails. */
export function output(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", ...options });
  if (done.error?.code === "ENOENT") throw new Error(`${command} is not installed`);
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${done.stderr}`);
  return done.stdout;
}

/** Installs the compiler and its target if needed, and returns the data for the build. */
export function prepareToolchain() {
  const version = rustc(["-vV"]) ?? installed();
  const sysroot = rustc(["--print", "sysroot"]).trim();
  return {
    host: /^host: (.*)$/m.exec(version)[1],
    commit: /^commit-hash: (.*)$/m.exec(version)[1],
    sysroot,
    cargoHome: process.env.CARGO_HOME ?? join(homedir(), ".cargo"),
  };
}

function installed() {
  const command = ["rustup", ...INSTALL].join(" ");
  console.log(`Rust ${RUST} with ${TARGET} is missing; running: ${command}`);
  try {
    output("rustup", INSTALL, { stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    throw new Error(`the contracts need Rust ${RUST}: install rustup (https://rustup.rs), then run: ${command}`, {
      cause: error,
    });
  }
  return rustc(["-vV"]);
}

/** Returns undefined when the toolchain or its target is missing. */
function rustc(args) {
  const done = spawnSync("rustup", ["run", RUST, "rustc", ...args], { encoding: "utf8" });
  if (done.error !== undefined || done.status !== 0) return undefined;
  const sysroot = spawnSync("rustup", ["run", RUST, "rustc", "--print", "sysroot"], { encoding: "utf8" });
  return existsSync(join(sysroot.stdout.trim(), "lib/rustlib", TARGET)) ? done.stdout : undefined;
}

/** Panic messages contain source paths; every path of this machine becomes a fixed one. */
export function pathFlags(toolchain, contractsDir) {
  const registry = join(toolchain.cargoHome, "registry/src");
  const indexes = existsSync(registry) ? readdirSync(registry) : [];
  const pairs = [
    [contractsDir, "/contracts"],
    [join(toolchain.sysroot, "lib/rustlib/src/rust"), `/rustc/${toolchain.commit}`],
    ...indexes.sort().map((index) => [join(registry, index), "/crates"]),
  ];
  return pairs.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}
