// SPDX-License-Identifier: Apache-2.0
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvironmentFault } from "@sotto/errors";
import { type Claimed, takeClaim } from "./claim.ts";
import {
  loadNetwork,
  metricsUrl,
  type Network,
  type NetworkNode,
  nodePaths,
  nodesOf,
  restUrl,
  rpcUrl,
} from "./files.ts";
import { networkGenesisFaults } from "./genesisCheck.ts";
import { startKeeper } from "./keeper.ts";
import { type Tail, tailOf } from "./logView.ts";
import { type Pair, startPair } from "./pair.ts";
import { usedPorts } from "./ports.ts";

export interface StartOptions {
  readonly home: string;
  /** Numbers of nodes; undefined: all. */
  readonly validators: readonly number[] | undefined;
  readonly binary: string;
  readonly launcher: string;
  readonly logLevel: string;
  readonly print: (line: string) => void;
}

const LOOK_MS = 200;

async function assertStartable(home: string, network: Network, nodes: readonly NetworkNode[]): Promise<void> {
  const [fault] = networkGenesisFaults(home, network);
  if (fault !== undefined) throw new EnvironmentFault(fault);
  for (const { number, ports } of nodes) {
    const used = await usedPorts(ports);
    if (used.length === 0) continue;
    throw new EnvironmentFault(
      `port ${used.join(", ")} of node ${number} is in use; stop the program that listens there, or change the ports in network.json and in the node's comet/config/config.toml`,
    );
  }
}

interface Running {
  readonly node: NetworkNode;
  readonly pair: Pair;
  readonly tails: readonly (readonly [name: string, tail: Tail])[];
  wasReady: boolean;
  isStopped: boolean;
  hasFailed: boolean;
}

function run(
  options: StartOptions,
  network: Network,
  node: NetworkNode,
  keeper: ReturnType<typeof startKeeper>,
): Running {
  const { home, binary, launcher, logLevel, print } = options;
  const { nodeLog, cometLog } = nodePaths(home, node.number);
  const tell = (line: string): void => print(`${`sotto${node.number}`.padEnd(7)} | ${line}`);
  const running: Running = {
    node,
    tails: [
      [`node${node.number}`, tailOf(nodeLog)],
      [`comet${node.number}`, tailOf(cometLog)],
    ],
    pair: startPair({ home, network, node, binary, launcher, logLevel, keeper, tell }),
    wasReady: false,
    isStopped: false,
    hasFailed: false,
  };
  void running.pair.done.then((wasStopped) => {
    running.isStopped = true;
    running.hasFailed = !wasStopped;
  });
  return running;
}

function showLogs(all: readonly Running[], print: (line: string) => void): void {
  for (const { tails } of all) {
    for (const [name, tail] of tails) {
      for (const line of tail.read()) if (line.trim() !== "") print(`${name.padEnd(7)} | ${line}`);
    }
  }
}

const place = (node: NetworkNode): string =>
  `  node ${node.number}: REST ${restUrl(node)}  RPC ${rpcUrl(node)}  gRPC 127.0.0.1:${node.ports.grpc}  gRPC-web http://127.0.0.1:${node.ports.grpcWeb}  metrics ${metricsUrl(node)}/metrics`;

/** Says once that all are ready, and each node that is ready again. */
function showReady(all: readonly Running[], { chainId }: Network, print: (line: string) => void): void {
  const wasAll = all.every(({ wasReady }) => wasReady);
  for (const each of all) {
    const isReady = each.pair.isReady();
    if (isReady && !each.wasReady && wasAll) print(`node ${each.node.number} is ready again`);
    each.wasReady ||= isReady;
  }
  if (wasAll || !all.every(({ wasReady }) => wasReady)) return;
  print(`the network ${chainId} is ready:`);
  for (const { node } of all) print(place(node));
}

/** Follows the pairs until all have ended; false: one ended too often. */
async function follow(
  all: readonly Running[],
  network: Network,
  options: StartOptions,
  claims: Map<number, Claimed>,
): Promise<boolean> {
  const { home, print } = options;
  const isOver = new Set<number>();
  while (isOver.size < all.length) {
    await sleep(LOOK_MS);
    showLogs(all, print);
    showReady(all, network, print);
    for (const each of all) {
      const { number } = each.node;
      const { stop } = nodePaths(home, number);
      if (existsSync(stop)) void each.pair.stop();
      if (!each.isStopped || isOver.has(number)) continue;
      isOver.add(number);
      rmSync(stop, { force: true });
      claims.get(number)?.release();
      claims.delete(number);
      print(each.hasFailed ? `node ${number} has failed` : `node ${number} is stopped`);
    }
  }
  showLogs(all, print);
  return all.every(({ hasFailed }) => !hasFailed);
}

/**
 * Runs nodes with their CometBFT processes until SIGINT, SIGTERM, SIGHUP or `stopNetwork`. Returns
 * false when a pair ended too often. Throws EnvironmentFault when nothing can be started.
 */
export async function startNetwork(options: StartOptions): Promise<boolean> {
  const { home, print } = options;
  const network = loadNetwork(home);
  const nodes = nodesOf(network, options.validators);
  const claims = new Map<number, Claimed>();
  const keeper = startKeeper({
    tell: (line) => print(`sotto   | ${line}`),
    onReplaced: (mark) => {
      for (const claim of claims.values()) claim.keptBy(mark);
    },
  });
  const release = (): void => {
    for (const claim of claims.values()) claim.release();
    claims.clear();
    keeper.end();
  };
  try {
    for (const { number } of nodes) {
      claims.set(number, await takeClaim(home, number, keeper.mark()));
      const { stop, end } = nodePaths(home, number);
      for (const file of [stop, end]) rmSync(file, { force: true });
    }
    await assertStartable(home, network, nodes);
  } catch (thrown) {
    release();
    throw thrown;
  }
  print(
    `starting node ${nodes.map(({ number }) => number).join(", ")} of ${network.chainId}; stop with Ctrl-C or: sotto network stop --home ${home}`,
  );
  const all = nodes.map((node) => run(options, network, node, keeper));
  const stopAll = (): void => {
    for (const { pair } of all) void pair.stop();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stopAll);
  try {
    return await follow(all, network, options, claims);
  } finally {
    for (const signal of signals) process.off(signal, stopAll);
    await Promise.all(all.map(({ pair }) => pair.stop()));
    release();
  }
}
