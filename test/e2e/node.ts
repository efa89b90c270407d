// SPDX-License-Identifier: Apache-2.0
/** A node as a user starts it: a child process on free ports, with a separate folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, freeOffset as offsetFree } from "../support/ports.ts";
import type { CommandLine } from "./namespaces.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const START_MS = 150_000;
/**
 * In which a stop is over: the node ends itself 5 s after the signal at the latest (command.ts);
 * the rest is for a busy machine.
 */
export const STOP_MS = 10_000;

export interface Ports {
  readonly rest: number;
  readonly rpc: number;
  readonly grpc: number;
  readonly grpcWeb: number;
  readonly faucet: number;
}

export interface NodeOptions {
  /** Folder; a new one, removed by `removeAll`, when absent. */
  readonly home?: string;
  readonly ports?: Ports;
  /** The standard ports moved by `--port-offset`, in place of one flag per listener. */
  readonly portOffset?: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Path of another launcher. */
  readonly program?: string;
  /** Runs the command elsewhere: it must become the process that it is given. */
  readonly within?: ((command: CommandLine) => CommandLine) | undefined;
}

/** How a process ended. */
export interface ExitResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end. */
  readonly ms: number;
}

/** A start that ended before the node was ready. */
export class StartFailed extends Error {
  readonly code: number | null;
  readonly stderr: string;

  constructor(code: number | null, stderr: string) {
    super(`the node ended with ${code} before it was ready: ${stderr}`);
    this.code = code;
    this.stderr = stderr;
  }
}

const children = new Set<ChildProcess>();
const folders: string[] = [];
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "sotto-e2e-"));
  folders.push(home);
  return home;
}

/** Ends every node of this test file that still runs and removes the folders. */
export async function removeAll(): Promise<void> {
  await Promise.all(
    [...children].map(async (child) => {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }),
  );
  for (const home of folders.splice(0)) rmSync(home, { recursive: true, force: true });
}

/** The process that holds a folder; undefined when no process does. */
export function holderOf(home: string): number | undefined {
  const lock = join(home, "node.lock");
  if (!existsSync(lock)) return undefined;
  const claims = readdirSync(lock).filter((name) => existsSync(join(lock, name, "alive")));
  const [claim] = claims.filter((name) => !name.startsWith("draft"));
  if (claim === undefined) return undefined;
  return (JSON.parse(readFileSync(join(lock, claim, "holder"), "utf8")) as { pid: number }).pid;
}

/** Five ports that are free now, and differ. */
export async function freePorts(): Promise<Ports> {
  return {
    rest: await freePort(),
    rpc: await freePort(),
    grpc: await freePort(),
    grpcWeb: await freePort(),
    faucet: await freePort(),
  };
}

/** The ports that Secret tools expect, moved. */
export const movedPorts = (offset: number): Ports => ({
  rest: 1317 + offset,
  rpc: 26657 + offset,
  grpc: 9090 + offset,
  grpcWeb: 9091 + offset,
  faucet: 5000 + offset,
});

/** An offset at which all five standard ports are free. */
export const freeOffset = (): Promise<number> => offsetFree((offset) => Object.values(movedPorts(offset)));

const portFlags = ({ rest, rpc, grpc, grpcWeb, faucet }: Ports): string[] => [
  `--rest-port=${rest}`,
  `--rpc-port=${rpc}`,
  `--grpc-port=${grpc}`,
  `--grpc-web-port=${grpcWeb}`,
  `--faucet-port=${faucet}`,
];

export class TestNode {
  readonly home: string;
  readonly ports: Ports;
  readonly flags: readonly string[];
  readonly #child: ChildProcess;
  readonly #closed: Promise<ExitResult>;
  readonly #within: NodeOptions["within"];
  #stdout = "";
  #stderr = "";
  #asked = 0;

  private constructor(home: string, ports: Ports, options: NodeOptions, where = portFlags(ports)) {
    const { flags = [], env = {}, program = MAIN, within = (command) => command } = options;
    this.home = home;
    this.ports = ports;
    this.flags = flags;
    this.#within = within;
    const [file, ...args] = within([process.execPath, program, "start", "--home", home, ...where, ...flags]);
    const child = spawn(file, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    children.add(child);
    child.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    this.#closed = new Promise((resolve) => {
      child.on("close", (code, signal) => {
        children.delete(child);
        resolve({ code, signal, ms: performance.now() - this.#asked });
      });
    });
  }

  /** Resolves when every listener is open. */
  static async start(options: NodeOptions = {}): Promise<TestNode> {
    const node = await TestNode.launch(options);
    await node.ready();
    return node;
  }

  /** Starts the process and does not wait for the node. */
  static async launch(options: NodeOptions = {}): Promise<TestNode> {
    const { home = newHome(), ports, portOffset } = options;
    return portOffset === undefined
      ? new TestNode(home, ports ?? (await freePorts()), options)
      : new TestNode(home, movedPorts(portOffset), options, [`--port-offset=${portOffset}`]);
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#child.kill("SIGKILL");
        reject(new Error(`the node is not ready after ${START_MS} ms: ${this.#stderr}`));
      }, START_MS);
      this.#child.stdout?.on("data", () => {
        if (!this.#stdout.includes(" is ready: ")) return;
        clearTimeout(late);
        resolve();
      });
      void this.#closed.then(({ code }) => {
        clearTimeout(late);
        reject(new StartFailed(code, this.#stderr));
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }
  get rest(): string {
    return `http://127.0.0.1:${this.ports.rest}`;
  }
  get rpc(): string {
    return `http://127.0.0.1:${this.ports.rpc}`;
  }
  get stdout(): string {
    return this.#stdout;
  }
  /** The log. */
  get stderr(): string {
    return this.#stderr;
  }
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for the end, which has another cause. */
  get ended(): Promise<ExitResult> {
    return this.#closed;
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<ExitResult> {
    this.#asked = performance.now();
    this.#child.kill(signal);
    return this.#closed;
  }

  kill(): Promise<ExitResult> {
    return this.stop("SIGKILL");
  }

  /** The same folder and ports again, after `stop` or `kill`. */
  restart(flags: readonly string[] = this.flags): Promise<TestNode> {
    return TestNode.start({ home: this.home, ports: this.ports, flags, within: this.#within });
  }
}

/** A start that must fail, and its output. */
export const failedStart = (options: NodeOptions): Promise<StartFailed> =>
  TestNode.start(options).then(
    () => {
      throw new Error("it started");
    },
    (thrown) => {
      if (thrown instanceof StartFailed) return thrown;
      throw thrown;
    },
  );

/** Result of a CometBFT RPC method by GET; throws the node's error. */
export async function rpc<T>(node: Pick<TestNode, "rpc">, path: string): Promise<T> {
  const response = await fetch(`${node.rpc}/${path}`);
  const answer = (await response.json()) as { result?: T; error?: { message: string; data: string } };
  const { result, error } = answer;
  if (result === undefined) throw new Error(`${path}: ${error?.message} ${error?.data}`);
  return result;
}

/** JSON of a REST path. */
export async function rest<T>(node: Pick<TestNode, "rest">, path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${node.rest}${path}`, init);
  const body = (await response.json()) as T;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

export async function heightOf(node: Pick<TestNode, "rpc">): Promise<number> {
  const status = await rpc<{ sync_info: { latest_block_height: string } }>(node, "status");
  return Number(status.sync_info.latest_block_height);
}

/** Asks until `found` answers something; fails after `withinMs`. */
export async function until<T>(found: () => Promise<T | undefined>, withinMs = 20_000): Promise<T> {
  const start = performance.now();
  for (;;) {
    const value = await found();
    if (value !== undefined) return value;
    if (performance.now() - start > withinMs) throw new Error(`not so after ${withinMs} ms: ${found}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const untilHeight = (node: TestNode, height: number, withinMs?: number): Promise<number> =>
  until(async () => {
    const now = await heightOf(node);
    return now >= height ? now : undefined;
  }, withinMs);

/**
 * Height of a node on demand when its last block has no transactions: no further block comes
 * without a transaction.
 */
export const provenHeight = (node: TestNode): Promise<number> =>
  until(async () => {
    const height = await heightOf(node);
    const { block } = await rpc<{ block: { data: { txs: readonly string[] } } }>(node, `block?height=${height}`);
    return block.data.txs.length === 0 ? height : undefined;
  });
