// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { cometFiles } from "../home/home.ts";
import { textOfToml } from "../home/toml.ts";
import { type CometExit, exitReason } from "./exit.ts";

export interface Starting {
  /** A cometbft program (`findCometbft`). */
  readonly binary: string;
  readonly home: string;
  /** File for its output, which is appended: CometBFT goes on when this process is gone. */
  readonly log: string;
  /** Arguments after `node --home`, as `--proxy_app kvstore`. */
  readonly args?: readonly string[];
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called once, also after `stop`. */
  readonly onExit?: (exit: CometExit) => void;
}

export interface CometProcess {
  readonly pid: number;
  /** Undefined: it runs. */
  readonly exit: () => CometExit | undefined;
  /** Settles when it has ended. Never rejects. */
  readonly exited: Promise<CometExit>;
  /** SIGTERM, and SIGKILL after the bound (default 10 s). Settles when it has ended. */
  stop(boundMs?: number): Promise<CometExit>;
  kill(signal: NodeJS.Signals): void;
}

const STOP_MS = 10_000;
/** Of the log, for the reason of an exit. */
const TAIL = 64 * 1024;

/** The end of what this process wrote into its log. */
function tailOf(path: string, from: number): string {
  // An operator may move a log away.
  if (!existsSync(path)) return "";
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(from, size - TAIL);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, buffer, 0, buffer.length, start);
    return buffer.toString("utf8");
  } finally {
    closeSync(fd);
  }
}

function openLog(path: string): { readonly fd: number; readonly size: number } {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(path, "a");
    return { fd, size: fstatSync(fd).size };
  } catch (error) {
    throw new EnvironmentFault(`CometBFT's log cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

const isServed = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });

/** Where the RPC listens: an argument counts more than the file. */
function rpcListeners(config: string, args: readonly string[]): string {
  const flag = args.lastIndexOf("--rpc.laddr");
  return flag >= 0 ? (args[flag + 1] ?? "") : (textOfToml(readFileSync(config, "utf8"), "rpc.laddr") ?? "");
}

/** Removes the sockets that a killed CometBFT left: it cannot listen where a file is. */
async function removeSockets(listeners: string): Promise<void> {
  for (const each of listeners.split(",")) {
    const path = /^\s*unix:\/\/(\/.*)$/.exec(each)?.[1]?.trim();
    if (path === undefined || lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) continue;
    if (!(await isServed(path))) rmSync(path);
  }
}

/**
 * Starts `cometbft node` in a folder. It tries to reach the node every 3 s, so start the node
 * first. Throws EnvironmentFault when it cannot be started; an end after that is its exit.
 */
export async function startCometbft(starting: Starting): Promise<CometProcess> {
  const { binary, home, log, args = [], env = process.env, onExit } = starting;
  const { config } = cometFiles(home);
  if (!existsSync(config)) throw new EnvironmentFault(`${home} has no CometBFT: ${config} does not exist`);
  await removeSockets(rpcListeners(config, args));
  const { fd, size } = openLog(log);
  const child = spawn(binary, ["node", "--home", home, ...args], { env, stdio: ["ignore", fd, fd] });
  closeSync(fd);
  let ended: CometExit | undefined;
  let wasStopped = false;
  const exited = new Promise<CometExit>((resolve) => {
    child.on("exit", (code, signal) => {
      const text = wasStopped && signal === null && code === 0 ? "" : tailOf(log, size);
      ended = { code, signal, wasStopped, ...exitReason(text, code, signal, { binary, home }) };
      onExit?.(ended);
      resolve(ended);
    });
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.on("spawn", () => resolve(child.pid as number));
    child.on("error", (error) => reject(new EnvironmentFault(`${binary} cannot be started: ${error.message}`)));
  });
  return {
    pid,
    exited,
    exit: () => ended,
    kill: (signal) => void child.kill(signal),
    stop: async (boundMs = STOP_MS) => {
      wasStopped = true;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), boundMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}
