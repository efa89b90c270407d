// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cometCalls } from "@sotto/cometbft";
import { loadNetwork, type NetworkNode, nodePaths, restUrl, rpcUrl } from "./files.ts";

/** What a node of the network says of itself. */
export interface NodeStatus {
  readonly node: number;
  readonly moniker: string;
  readonly rest: string;
  readonly rpc: string;
  /**
   * Height and application hash of the last header, in upper-case hex; null: CometBFT does not
   * answer.
   */
  readonly height: number | null;
  readonly appHash: string | null;
  readonly peers: number | null;
  readonly catchingUp: boolean | null;
  /**
   * `running`: the node answers clients; `without keys`: it does so, but not to private queries;
   * `unreachable`: the node does not answer.
   */
  readonly enclave: "running" | "without keys" | "unreachable";
  /** Why a part is missing; null: it is whole. */
  readonly fault: string | null;
}

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

function enclaveOf(home: string, { number }: NetworkNode, isAnswering: boolean): NodeStatus["enclave"] {
  if (!isAnswering) return "unreachable";
  // The node's own mark (spec/registration.md 6.4).
  return existsSync(join(nodePaths(home, number).node, "without-keys")) ? "without keys" : "running";
}

async function statusOf(home: string, node: NetworkNode): Promise<NodeStatus> {
  const [{ why, ...comet }, nodeWhy] = await Promise.all([cometPart(node), nodePart(node)]);
  const faults = [why, nodeWhy].filter((each) => each !== null);
  return {
    node: node.number,
    moniker: node.moniker,
    rest: restUrl(node),
    rpc: rpcUrl(node),
    ...comet,
    enclave: enclaveOf(home, node, nodeWhy === null),
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

/** One line about a node. */
export function statusLine(status: NodeStatus): string {
  const { node, height, appHash, peers, catchingUp, enclave, fault } = status;
  const comet =
    height === null
      ? "CometBFT does not answer"
      : `height ${height}, app hash ${appHash}, peers ${peers}, ${catchingUp ? "catching up" : "in step"}`;
  return `node ${node}: ${comet}, enclave ${enclave}${fault === null ? "" : ` (${fault})`}`;
}
