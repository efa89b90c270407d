// SPDX-License-Identifier: Apache-2.0
/** The commands of `sotto network` as a user gives them: processes of the launcher. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CommandLine } from "../e2e/namespaces.ts";
import { cometbft } from "./cometbft.ts";
import { networkBase } from "./ports.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (env: NodeJS.ProcessEnv) => ({ ...process.env, SOTTO_COMETBFT: cometbft(), ...env });

/** Runs a command elsewhere: it must become the process that it is given. */
export type Within = (command: CommandLine) => CommandLine;
const here: Within = (command) => command;

/** Runs a command to its end. */
export function network(args: readonly string[], env: NodeJS.ProcessEnv = {}, within = here): Output {
  const [file, ...rest] = within([process.execPath, MAIN, "network", ...args]);
  const { status, stdout, stderr } = spawnSync(file, rest, {
    encoding: "utf8",
    env: environment(env),
  });
  return { code: status, stdout, stderr };
}

/** Runs a command that must succeed; returns its output. */
export function must(...args: readonly string[]): string {
  const { code, stdout, stderr } = network(args);
  if (code !== 0) throw new Error(`sotto network ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

const TRIES = 20;

/**
 * Makes a network on ports that nobody uses now. Test files run side by side, so each process
 * begins at another range.
 */
export const init = (home: string, ...args: readonly string[]): void => initWithin(here, home, ...args);

/** The same elsewhere. */
export function initWithin(within: Within, home: string, ...args: readonly string[]): void {
  for (let tries = 0; ; tries++) {
    const base = String(networkBase(tries));
    const { code, stderr } = network(["init", "--home", home, "--base-port", base, ...args], {}, within);
    if (code === 0) return;
    if (tries === TRIES || !stderr.includes("is in use")) throw new Error(`sotto network init: ${stderr}`);
  }
}

/** A `start` that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  /** Waits for a text in its output. */
  says(text: string, withinMs?: number): Promise<void>;
}

/** A process starts in 16 s on a busy machine, and four at once take longer. */
const READY_MS = 300_000;

export const startNetwork = (...args: readonly string[]): Running => startWithin(here, ...args);

/** The same elsewhere. */
export function startWithin(within: Within, ...args: readonly string[]): Running {
  const [file, ...rest] = within([process.execPath, MAIN, "network", "start", ...args]);
  const child = spawn(file, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment({}),
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output += chunk;
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    ended,
    output: () => output,
    says: async (text, withinMs = READY_MS) => {
      const from = performance.now();
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`);
        if (performance.now() - from > withinMs) throw new Error(`it does not say "${text}": ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
