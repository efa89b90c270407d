// SPDX-License-Identifier: Apache-2.0
/**
 * A stand-in for cosmovisor, for which the module proxy has no source: the same files, commands and
 * order of steps (tools/cosmovisor of cosmos-sdk: args.go, process.go, scanner.go of v1.5 to v1.7).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** DAEMON_POLL_INTERVAL */
const POLL_MS = 300;
/** Exit codes of `pre-upgrade`: no such command; fail; try again. */
const [NO_COMMAND, FAILED, RETRY] = [1, 30, 31];

export interface Supervision {
  /** DAEMON_HOME */
  readonly home: string;
  /** DAEMON_NAME */
  readonly name: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface Plan {
  readonly name: string;
  readonly height: number;
}

export class Supervisor {
  readonly #options: Supervision;
  #child: ChildProcess | undefined;
  #isStopped = false;
  #output = "";
  /** Settles with why `run` ended. */
  readonly ended: Promise<string>;

  /** `cosmovisor run ARGS`. */
  constructor(options: Supervision, args: readonly string[]) {
    this.#options = options;
    this.ended = this.#run(args).catch((thrown: unknown) => String(thrown));
  }

  /** What the programs and this one said. */
  get output(): string {
    return this.#output;
  }

  /** SIGTERM, which is passed on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#child?.kill("SIGTERM");
    await this.ended;
  }

  #at(...parts: readonly string[]): string {
    return join(this.#options.home, "cosmovisor", ...parts);
  }

  #bin(folder: string): string {
    return this.#at(folder, "bin", this.#options.name);
  }

  async #run(args: readonly string[]): Promise<string> {
    // The folder of upgrade-info.json must be there at the start.
    if (!existsSync(join(this.#options.home, "data"))) throw new Error("there is no folder data");
    if (!existsSync(this.#at("current"))) symlinkSync("genesis", this.#at("current"));
    for (;;) {
      const plan = await this.#runOnce(args);
      if (typeof plan === "string") return plan;
      this.#switch(plan);
      this.#preUpgrade();
    }
  }

  /** One run of the current program: the plan that ended it, or why it ended. */
  async #runOnce(args: readonly string[]): Promise<Plan | string> {
    const child = spawn(this.#bin("current"), args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.#options.env },
    });
    this.#child = child;
    let code: string | undefined;
    const exited = new Promise<void>((resolve) => {
      const end = (reason: string): void => {
        code = reason;
        resolve();
      };
      child.on("error", (error) => end(error.message));
      child.on("close", (status, signal) => end(`ended with ${status ?? signal}`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk;
      });
    }
    while (code === undefined && !this.#isStopped) {
      await Promise.race([sleep(POLL_MS), exited]);
      if (code !== undefined) break;
      const plan = this.#due();
      if (plan === undefined) continue;
      // DAEMON_SHUTDOWN_GRACE is 0.
      child.kill("SIGKILL");
      await exited;
      return plan;
    }
    await exited;
    return code ?? "";
  }

  /** A plan in `data` that is not the current program's, once the node has decided its block. */
  #due(): Plan | undefined {
    const plan = planIn(join(this.#options.home, "data", "upgrade-info.json"));
    if (plan === undefined || plan.name === planIn(this.#at("current", "upgrade-info.json"))?.name) return undefined;
    const args = ["status", "--home", this.#options.home];
    const { status, stdout } = spawnSync(this.#bin("current"), args, { encoding: "utf8" });
    if (status !== 0) return undefined;
    const { sync_info } = JSON.parse(stdout) as { sync_info: { latest_block_height: string } };
    return Number(sync_info.latest_block_height) < plan.height ? undefined : plan;
  }

  #switch(plan: Plan): void {
    const folder = join("upgrades", encodeURIComponent(plan.name.toLowerCase()));
    const bin = this.#bin(folder);
    if (!existsSync(bin) || !statSync(bin).isFile()) throw new Error(`${bin} does not exist`);
    if (lstatSync(this.#at("current")).isSymbolicLink()) rmSync(this.#at("current"));
    symlinkSync(folder, this.#at("current"));
    writeFileSync(this.#at(folder, "upgrade-info.json"), JSON.stringify(plan));
  }

  /** DAEMON_PREUPGRADE_MAX_RETRIES is 0. */
  #preUpgrade(): void {
    const { status, stderr } = spawnSync(this.#bin("current"), ["pre-upgrade"], { encoding: "utf8" });
    this.#output += `pre-upgrade: ${status}\n`;
    if (status === FAILED || status === RETRY) throw new Error(`pre-upgrade failed: ${stderr}`);
    if (status !== 0 && status !== NO_COMMAND) throw new Error(`pre-upgrade ended with ${status}: ${stderr}`);
  }
}

function planIn(path: string): Plan | undefined {
  if (!existsSync(path)) return undefined;
  const { name, height } = JSON.parse(readFileSync(path, "utf8")) as Plan;
  return { name, height };
}
