// SPDX-License-Identifier: Apache-2.0
/** The stock programs of CometBFT, and a chain of one validator that they run. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abciCli, cometbft } from "../../../../test/support/cometbft.ts";
import type { CometSettings } from "../../src/index.ts";

/** A program that `npm test` compiles once. */
export const find = (name: "cometbft" | "abci-cli"): string => (name === "cometbft" ? cometbft() : abciCli());

const homes: string[] = [];

/** A new folder, removed by `removeHomes`; its path is short enough for sockets. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "abci-"));
  homes.push(home);
  return home;
}

export function removeHomes(): void {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}

/** Makes the home of one validator with fast blocks. */
export function initHome(): string {
  const home = newHome();
  execFileSync(find("cometbft"), ["init", "--home", home], { stdio: "ignore" });
  const file = join(home, "config", "config.toml");
  const text = readFileSync(file, "utf8");
  const changed = text
    .replace(/^timeout_commit = .*$/m, 'timeout_commit = "100ms"')
    .replace(/^pex = .*$/m, "pex = false");
  writeFileSync(file, changed);
  return home;
}

/** A CometBFT of one validator, whose RPC listens at a path in its home. */
export class Comet {
  readonly #process: ChildProcess;
  readonly #rpc: string;
  #log = "";

  constructor(home: string, { abci, proxyApp }: CometSettings) {
    this.#rpc = join(home, "rpc.sock");
    rmSync(this.#rpc, { force: true });
    const flags = ["--abci", abci, "--proxy_app", proxyApp, "--rpc.laddr", `unix://${this.#rpc}`];
    const p2p = ["--p2p.laddr", "tcp://127.0.0.1:0", "--log_level", "info"];
    this.#process = spawn(find("cometbft"), ["node", "--home", home, ...flags, ...p2p], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-20_000);
      });
    }
  }

  get log(): string {
    return this.#log;
  }

  get isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.isOver) return;
    const over = once(this.#process, "exit");
    this.#process.kill(signal);
    await over;
  }

  async ended(): Promise<void> {
    if (!this.isOver) await once(this.#process, "exit");
  }

  /** The result of a method of its RPC. */
  async rpc(path: string): Promise<unknown> {
    const { promise, resolve, reject } = withResolvers<string>();
    const asked = request({ socketPath: this.#rpc, path: `/${path}`, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => resolve(text));
    });
    asked.on("error", reject);
    asked.end();
    const { result, error } = JSON.parse(await promise);
    if (result === undefined) throw new Error(JSON.stringify(error));
    return result;
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
