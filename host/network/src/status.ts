// SPDX-License-Identifier: Apache-2.0
import { cometCalls } from "@sotto/cometbft";
import { isClaimed } from "./claim.ts";
import { hasKeys } from "./enclaveKeys.ts";
import { loadNetwork, metricsUrl, type NetworkNode, nodePaths, restUrl, rpcUrl } from "./files.ts";
import { type LastEnd, readEnd } from "./restarts.ts";
import { type NeededUpgrade, neededBy, upgradeText } from "./upgrades.ts";

/** What a node of the network says of itself. */
export interface NodeStatus {
  readonly node: number;
  readonly moniker: string;
  readonly rest: string;
  readonly rpc: string;
  /** Metrics and health are below it. */
  readonly metrics: string;
  /**
   * `down`: no `start` runs it, and it does not answer; `starting`: its `start` runs, and it does
   * not answer; `without keys`: it cannot answer without the network's keys; `catching up`: its
   * CometBFT fetches a snapshot or blocks that others decided; `in step`.
   */
  readonly state: "down" | "starting" | "without keys" | "catching up" | "in step";
  /**
   * Height and application hash of the last header, in upper-case hex; null: CometBFT does not
   * answer.
   */
  readonly height: number | null;
  readonly appHash: string | null;
  readonly peers: number | null;
  readonly catchingUp: boolean | null;
  /**
   * `running`: the node answers clients; `without keys`: its enclave lacks the keys of the network,
   * and it answers no private queries; `unreachable`: the node does not answer.
   */
  readonly enclave: "running" | "without keys" | "unreachable";
  /** Why node and CometBFT ended without being asked to since their `start`; null: they did not. */
  readonly lastEnd: LastEnd | null;
  /** The upgrade whose program the node waits for; null: none. */
  readonly upgrade: NeededUpgrade | null;
  /** Why a part is missing; null: it is whole. */
  readonly fault: string | null;
}

const NO_KEYS =
  "the enclave has no keys of the network: put back the file seed (a genesis validator) or node/enclave.sealed of the node's folder, or let the node join again";

const TIMEOUT_MS = 10_000;

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function cometPart(node: NetworkNode) {
  const calls = cometCalls(rpcUrl(node), { timeoutMs: TIMEOUT_MS });
  try {
    const { height, appHash, isCatchingUp } = await calls.status();
    return { height, appHash, catchingUp: isCatchingUp, peers: await calls.peers(), why: null };
  } catch (thrown) {
    return { height: null, appHash: null, catchingUp: null, peers: null, why: textOf(thrown) };
  } finally {
    calls.close();
  }
}

/** Why the node does not answer; null: it does. */
async function nodePart(node: NetworkNode): Promise<string | null> {
  const url = `${restUrl(node)}/cosmos/base/tendermint/v1beta1/blocks/latest`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await answer.arrayBuffer();
    return answer.ok ? null : `the node answers ${answer.status} at ${url}`;
  } catch {
    return `the node does not answer at ${restUrl(node)}`;
  }
}

const enclaveOf = (home: string, node: NetworkNode, isServing: boolean): NodeStatus["enclave"] => {
  if (!hasKeys(home, node)) return "without keys";
  return isServing ? "running" : "unreachable";
};

async function statusOf(home: string, node: NetworkNode): Promise<NodeStatus> {
  const paths = nodePaths(home, node.number);
  const [{ why, ...comet }, nodeWhy] = await Promise.all([cometPart(node), nodePart(node)]);
  const enclave = enclaveOf(home, node, nodeWhy === null);
  const noKeys = enclave === "without keys" ? NO_KEYS : null;
  const upgrade = nodeWhy === null ? null : (neededBy(home, node.number) ?? null);
  const waits = upgrade === null ? null : upgradeText(upgrade);
  const faults = [waits, why, noKeys ?? nodeWhy].filter((each) => each !== null);
  const running = faults.length === 0 ? "in step" : isClaimed(paths.run) ? "starting" : "down";
  return {
    node: node.number,
    moniker: node.moniker,
    rest: restUrl(node),
    rpc: rpcUrl(node),
    metrics: metricsUrl(node),
    state: noKeys !== null ? "without keys" : comet.catchingUp === true ? "catching up" : running,
    ...comet,
    enclave,
    lastEnd: readEnd(paths.end),
    upgrade,
    fault: faults.length === 0 ? null : faults.join("; "),
  };
}

export interface NetworkStatus {
  readonly chainId: string;
  readonly nodes: readonly NodeStatus[];
}

/** Asks each node. Throws EnvironmentFault when the folder has no network. */
export async function networkStatus(home: string): Promise<NetworkStatus> {
  const { chainId, nodes } = loadNetwork(home);
  return { chainId, nodes: await Promise.all(nodes.map((node) => statusOf(home, node))) };
}

/** One line about a node, and one about its last end. */
export function statusLine(status: NodeStatus): string {
  const { node, state, height, appHash, peers, enclave, metrics, lastEnd, fault } = status;
  const comet = height === null ? "CometBFT does not answer" : `height ${height}, app hash ${appHash}, peers ${peers}`;
  const line = `node ${node}: ${state}, ${comet}, enclave ${enclave}, metrics ${metrics}/metrics`;
  const why = fault === null ? "" : ` (${fault})`;
  return `${line}${why}${lastEnd === null ? "" : `\n        its last end, ${lastEnd.at}: ${lastEnd.reason}`}`;
}
