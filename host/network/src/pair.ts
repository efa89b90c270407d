// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type CometProcess, cometFiles, startCometbft } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { enclaveFlags } from "./enclaveKeys.ts";
import { abciAddress, type Network, type NetworkNode, nodePaths, rpcUrl } from "./files.ts";
import type { Keeper } from "./keeper.ts";
import { rotate } from "./logView.ts";
import { markOf, type ProcessMark } from "./processes.ts";
import { programOf, Upgrades } from "./upgrades.ts";

export interface PairOptions {
  readonly home: string;
  readonly network: Network;
  readonly node: NetworkNode;
  /** A cometbft program. */
  readonly binary: string;
  /** Path of sotto/dist/main.js. */
  readonly launcher: string;
  /** Of both programs. */
  readonly logLevel: string;
  readonly keeper: Keeper;
  /** Shows a line about the pair. */
  readonly tell: (line: string) => void;
}

/** A node and its CometBFT, which run and end together. */
export interface Pair {
  readonly isReady: () => boolean;
  /** Stops both. Settles when both have ended. */
  stop(): Promise<void>;
  /** Settles with whether it was stopped; false: it ended too often. */
  readonly done: Promise<boolean>;
}

const LOOK_MS = 100;
/** A node ends itself 5 s after a signal at the latest, on an idle machine. */
const NODE_STOP_MS = 15_000;
const COMET_STOP_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Ends in a row without a ready node between them. */
const MOST_ENDS = 8;

function nodeFlags({ home, network, node, logLevel }: PairOptions): readonly string[] {
  const { number, ports } = node;
  const paths = nodePaths(home, number);
  const others = network.nodes.filter((each) => each.number !== number).map(rpcUrl);
  return [
    ...["start", "--home", paths.node, "--quiet", "--log-level", logLevel],
    ...["--abci", abciAddress(home, node), "--comet-rpc", rpcUrl(node), "--comet-home", paths.comet],
    ...(others.length === 0 ? [] : ["--comet-others", ...others]),
    ...["--rest-port", String(ports.rest), "--grpc-port", String(ports.grpc)],
    ...["--grpc-web-port", String(ports.grpcWeb), "--ready-file", paths.ready],
    // Nothing happens for the file that the chain began with, and an import that was cut off goes
    // on.
    ...["--genesis", cometFiles(paths.comet).genesis],
    ...enclaveFlags(home, node),
  ];
}

interface NodeProcess {
  readonly pid: number;
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

const endOf = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `ended with code ${code}` : `was ended by ${signal}`;

async function startNode(options: PairOptions): Promise<NodeProcess> {
  const { root, nodeLog, ready, abci } = nodePaths(options.home, options.node.number);
  rmSync(ready, { force: true });
  // Of a killed node: CometBFT must not dial it.
  rmSync(abci, { force: true });
  rotate(nodeLog);
  const log = openSync(nodeLog, "a", 0o600);
  const { file, args } = programOf(root, options.launcher);
  const child: ChildProcess = spawn(file, [...args, ...nodeFlags(options)], {
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.on("exit", (code, signal) => resolve(`the node ${endOf(code, signal)}; its log is ${nodeLog}`));
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.on("spawn", () => resolve(child.pid ?? 0));
    child.on("error", (error) => reject(new EnvironmentFault(`the node cannot be started: ${error.message}`)));
  });
  return {
    pid,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), NODE_STOP_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Whether the ready file is of this process. */
function isReadyFile(path: string, pid: number): boolean {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { readonly pid?: unknown }).pid === pid;
  } catch {
    return false;
  }
}

/** How long CometBFT waits for the node's socket: it then looks for it by itself, every 3 s. */
const SERVED_MS = 60_000;

async function untilServed(address: string, isStopping: () => boolean): Promise<undefined> {
  const path = address.startsWith("unix://") ? address.slice("unix://".length) : undefined;
  if (path === undefined) return undefined;
  for (let spent = 0; spent < SERVED_MS && !existsSync(path) && !isStopping(); spent += LOOK_MS) await sleep(LOOK_MS);
  return undefined;
}

/** CometBFT has three of the node's levels. */
const cometLevel = (level: string): string => ({ info: "info", debug: "debug", trace: "debug" })[level] ?? "error";

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** A request to stop that can be waited for. */
interface Stopping {
  isAsked: boolean;
  readonly asked: Promise<undefined>;
}

/** One run of both programs. `onPid`: of the node. Returns why one of them ended. */
async function runOnce(
  options: PairOptions,
  stopping: Stopping,
  onPid: (pid: number | undefined) => void,
): Promise<string | undefined> {
  const { home, node, binary, logLevel, keeper } = options;
  const paths = nodePaths(home, node.number);
  const address = abciAddress(home, node);
  const marks: ProcessMark[] = [];
  const keep = (pid: number): void => {
    const mark = markOf(pid);
    marks.push(mark);
    keeper.add(mark);
  };
  const running = await startNode(options);
  keep(running.pid);
  onPid(running.pid);
  let comet: CometProcess | undefined;
  try {
    rotate(paths.cometLog);
    const served = untilServed(address, () => stopping.isAsked);
    const early = await Promise.race([served, running.exited, stopping.asked]);
    if (early !== undefined || stopping.isAsked) return early;
    const args = ["--proxy_app", address, "--log_level", cometLevel(logLevel)];
    comet = await startCometbft({ binary, home: paths.comet, log: paths.cometLog, args });
    keep(comet.pid);
    return await Promise.race([running.exited, comet.exited.then(({ reason }) => reason), stopping.asked]);
  } finally {
    // The node last: CometBFT fails without it.
    await comet?.stop(COMET_STOP_MS);
    await running.stop();
    for (const mark of marks) keeper.remove(mark);
  }
}

/** Runs a pair until it is stopped, and starts both again when one ends. */
export function startPair(options: PairOptions): Pair {
  const { home, node, tell } = options;
  const paths = nodePaths(home, node.number);
  let ask: () => void = () => {};
  const asked = new Promise<undefined>((resolve) => {
    ask = () => resolve(undefined);
  });
  const stopping: Stopping = { isAsked: false, asked };
  let pid: number | undefined;
  let wasReady = false;
  const isReady = (): boolean => {
    const ready = pid !== undefined && isReadyFile(paths.ready, pid);
    wasReady ||= ready;
    return ready;
  };
  const upgrades = new Upgrades(home, node.number);
  const run = async (): Promise<boolean> => {
    for (let ends = 0; ; ) {
      upgrades.begin();
      const reason = await runOnce(options, stopping, (now) => {
        pid = now;
      }).catch(textOf);
      pid = undefined;
      if (stopping.isAsked || reason === undefined) return true;
      if (await upgrades.waits(tell, () => stopping.isAsked)) {
        if (stopping.isAsked) return true;
        ends = 0;
        continue;
      }
      ends = wasReady ? 1 : ends + 1;
      wasReady = false;
      if (ends >= MOST_ENDS) {
        tell(
          `${reason}. It ended ${ends} times in a row and is not started again: see ${paths.nodeLog} and ${paths.cometLog}`,
        );
        return false;
      }
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (ends - 1), LONGEST_PAUSE_MS);
      tell(`${reason}. Both are started again in ${pause / 1000} s`);
      await Promise.race([sleep(pause), asked]);
      if (stopping.isAsked) return true;
    }
  };
  const done = run();
  return {
    isReady,
    done,
    stop: async () => {
      stopping.isAsked = true;
      ask();
      await done;
    },
  };
}
