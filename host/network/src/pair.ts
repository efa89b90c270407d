// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type CometProcess, cometFiles, startCometbft } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { enclaveFlags } from "./enclaveKeys.ts";
import { abciAddress, type Network, type NetworkNode, nodePaths, ownRpc, rpcListeners, rpcUrl } from "./files.ts";
import type { Keeper } from "./keeper.ts";
import { lastWords, rotate } from "./logView.ts";
import { markOf, type ProcessMark } from "./processes.ts";
import { Restarts, saveEnd } from "./restarts.ts";
import { untilFull, untilRoom } from "./room.ts";
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
function nodeFlags({ home, network, node, logLevel }: PairOptions): readonly string[] {
  const { number, ports } = node;
  const paths = nodePaths(home, number);
  const others = network.nodes.filter((each) => each.number !== number).map(rpcUrl);
  return [
    ...["start", "--home", paths.node, "--quiet", "--log-level", logLevel],
    ...["--abci", abciAddress(home, node), "--comet-rpc", ownRpc(home, node), "--comet-home", paths.comet],
    ...(others.length === 0 ? [] : ["--comet-others", ...others]),
    ...["--rest-port", String(ports.rest), "--grpc-port", String(ports.grpc)],
    ...["--grpc-web-port", String(ports.grpcWeb), "--metrics-port", String(ports.metrics)],
    ...["--ready-file", paths.ready],
    ...(network.snapshotInterval === 0 ? [] : ["--snapshot-interval", String(network.snapshotInterval)]),
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
  const { size: from } = fstatSync(log);
  const { file, args } = programOf(root, options.launcher);
  const child: ChildProcess = spawn(file, [...args, ...nodeFlags(options)], {
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.on("exit", (code, signal) => {
      const words = signal === null ? lastWords(nodeLog, from) : undefined;
      resolve(`the node ${endOf(code, signal)}${words === undefined ? "" : `: ${words}`}; its log is ${nodeLog}`);
    });
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

/** The end of one of both programs. */
interface End {
  readonly reason: string;
  /** A new start ends in the same way. */
  readonly isFinal: boolean;
}

const again = (reason: string): End => ({ reason, isFinal: false });

/** One run of both programs. `onPid`: of the node. Returns the end of one of them. */
async function runOnce(
  options: PairOptions,
  stopping: Stopping,
  onPid: (pid: number | undefined) => void,
): Promise<End | undefined> {
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
  let isOver = false;
  try {
    rotate(paths.cometLog);
    const served = untilServed(address, () => stopping.isAsked);
    const early = await Promise.race([served, running.exited, stopping.asked]);
    if (early !== undefined || stopping.isAsked) return early === undefined ? undefined : again(early);
    const listeners = rpcListeners(home, node).join(",");
    const args = ["--proxy_app", address, "--rpc.laddr", listeners, "--log_level", cometLevel(logLevel)];
    comet = await startCometbft({ binary, home: paths.comet, log: paths.cometLog, args });
    keep(comet.pid);
    const ended = comet.exited.then(({ reason, isFinal }): End => ({ reason, isFinal }));
    const full = untilFull(home, () => isOver).then((reason) => (reason === undefined ? undefined : again(reason)));
    return await Promise.race([running.exited.then(again), ended, full, stopping.asked]);
  } finally {
    isOver = true;
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
  let readyAt: number | undefined;
  const isReady = (): boolean => {
    const ready = pid !== undefined && isReadyFile(paths.ready, pid);
    if (ready) readyAt ??= performance.now();
    return ready;
  };
  const restarts = new Restarts();
  const upgrades = new Upgrades(home, node.number);
  /** The pause before the next start; undefined: there is none. */
  const ended = ({ reason, isFinal }: End): number | undefined => {
    const pause = restarts.after(readyAt === undefined ? undefined : performance.now() - readyAt);
    readyAt = undefined;
    saveEnd(paths.end, reason);
    if (isFinal) {
      tell(`${reason}. It is not started again`);
      return undefined;
    }
    tell(
      pause === undefined
        ? `${reason}. It ended ${restarts.neverReady} times in a row and is not started again: see ${paths.nodeLog} and ${paths.cometLog}`
        : `${reason}. Both are started again in ${pause / 1000} s`,
    );
    return pause;
  };
  const run = async (): Promise<boolean> => {
    for (;;) {
      upgrades.begin();
      const end = await runOnce(options, stopping, (now) => {
        pid = now;
      }).catch((thrown: unknown) => again(textOf(thrown)));
      pid = undefined;
      if (stopping.isAsked || end === undefined) return true;
      if (await upgrades.waits(tell, () => stopping.isAsked)) {
        if (stopping.isAsked) return true;
        restarts.forget();
        readyAt = undefined;
        continue;
      }
      const pause = ended(end);
      if (pause === undefined) return false;
      await Promise.race([sleep(pause), asked]);
      if (await untilRoom(home, tell, () => stopping.isAsked)) restarts.forget();
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
