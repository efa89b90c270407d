// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/** Ports of one node and its CometBFT, on 127.0.0.1. */
export interface NodePorts {
  readonly p2p: number;
  readonly rpc: number;
  readonly rest: number;
  readonly grpc: number;
  readonly grpcWeb: number;
  /** Used when the path of the folder is too long for a Unix socket. */
  readonly abci: number;
  /** Metrics and health of the node. */
  readonly metrics: number;
}

export const PORT_NAMES = ["p2p", "rpc", "rest", "grpc", "grpcWeb", "abci", "metrics"] as const;

export interface NetworkNode {
  /** 1, 2, 3, ...: its folder is `node<number>`. */
  readonly number: number;
  readonly moniker: string;
  /** Whether the genesis has it as a validator. */
  readonly isGenesisValidator: boolean;
  readonly ports: NodePorts;
}

/** The content of network.json. */
export interface Network {
  readonly chainId: string;
  /** The pause of CometBFT after a block, in milliseconds. */
  readonly blockTimeMs: number;
  /** Blocks between two snapshots for state sync; 0: none are taken. */
  readonly snapshotInterval: number;
  readonly nodes: readonly NetworkNode[];
}

/** The form of network.json that this program reads and writes. */
const FORM = 1;

export const networkFile = (home: string): string => join(home, "network.json");

/** Paths of one node. */
export const nodePaths = (home: string, number: number) => {
  const root = join(home, `node${number}`);
  return {
    root,
    node: join(root, "node"),
    comet: join(root, "comet"),
    /** Seed of the keys of all enclaves of the network. */
    seed: join(root, "seed"),
    nodeLog: join(root, "node.log"),
    cometLog: join(root, "comet.log"),
    /** Made by the node while it is ready. */
    ready: join(root, "ready.json"),
    /** There while a `start` runs the node. */
    run: join(root, "run.json"),
    /** Held by that `start`. */
    lock: join(root, "start.lock"),
    /** Why the pair ended without being asked to, the last time. */
    end: join(root, "end.json"),
    /** Asks that `start` to stop the node. */
    stop: join(root, "stop"),
    abci: join(root, "abci.sock"),
    /** Where CometBFT answers its own node. */
    rpc: join(root, "rpc.sock"),
    /** Written by a node that needs another program (ADR 95). */
    upgradeInfo: join(root, "node", "upgrade-info.json"),
    /** There while the node waits for the program of an upgrade. */
    upgrade: join(root, "upgrade.json"),
  } as const;
};

/** Most bytes of a socket's path: 103 on macOS, 107 on Linux. */
const MOST_PATH = 103;

/** Where the ABCI server of a node listens. */
export function abciAddress(home: string, { number, ports }: NetworkNode): string {
  const { abci } = nodePaths(home, number);
  return Buffer.byteLength(abci) <= MOST_PATH ? `unix://${abci}` : `tcp://127.0.0.1:${ports.abci}`;
}

/**
 * Where a node asks its own CometBFT. A stranger who fills the RPC's port with connections does not
 * fill the Unix socket; where its path is too long, it is the port.
 */
export function ownRpc(home: string, node: NetworkNode): string {
  const { rpc } = nodePaths(home, node.number);
  return Buffer.byteLength(rpc) <= MOST_PATH ? `unix://${rpc}` : rpcUrl(node);
}

/** Where CometBFT's RPC listens: for clients, and for its own node. */
export const rpcListeners = (home: string, node: NetworkNode): readonly string[] => [
  ...new Set([rpcUrl(node), ownRpc(home, node)].map((url) => url.replace(/^http:/, "tcp:"))),
];

export const rpcUrl = ({ ports }: NetworkNode): string => `http://127.0.0.1:${ports.rpc}`;
export const restUrl = ({ ports }: NetworkNode): string => `http://127.0.0.1:${ports.rest}`;
export const metricsUrl = ({ ports }: NetworkNode): string => `http://127.0.0.1:${ports.metrics}`;

/** Replaces a file at once. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, path);
}

export function saveNetwork(home: string, network: Network): void {
  writeWhole(networkFile(home), `${JSON.stringify({ form: FORM, ...network }, undefined, 2)}\n`);
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;

/** A network.json of before metrics had a port lacks it. */
const METRICS_OFFSET = 6;

function parsePorts(given: unknown): NodePorts {
  const value = isFields(given) ? { metrics: Number(given["p2p"]) + METRICS_OFFSET, ...given } : given;
  if (!isFields(value) || !PORT_NAMES.every((name) => isPort(value[name])))
    throw new Error("a node has no valid ports");
  const at = (name: keyof NodePorts): number => Number(value[name]);
  return {
    p2p: at("p2p"),
    rpc: at("rpc"),
    rest: at("rest"),
    grpc: at("grpc"),
    grpcWeb: at("grpcWeb"),
    abci: at("abci"),
    metrics: at("metrics"),
  };
}

function parseNode(value: unknown, index: number): NetworkNode {
  if (!isFields(value)) throw new Error("a node is not an object");
  const { number, moniker, isGenesisValidator, ports } = value;
  if (number !== index + 1) throw new Error(`node ${index + 1} has the number ${String(number)}`);
  if (typeof moniker !== "string" || typeof isGenesisValidator !== "boolean") {
    throw new Error(`node ${number} lacks moniker or isGenesisValidator`);
  }
  return { number, moniker, isGenesisValidator, ports: parsePorts(ports) };
}

/** Throws Error with the reason. */
function parseNetwork(text: string): Network {
  const value: unknown = JSON.parse(text);
  if (!isFields(value)) throw new Error("it is not an object");
  // A network.json of before there were snapshots lacks their interval.
  const { form, chainId, blockTimeMs, snapshotInterval = 0, nodes } = value;
  if (form !== FORM) throw new Error(`it has form ${String(form)}, and this program reads form ${FORM}`);
  if (typeof chainId !== "string" || typeof blockTimeMs !== "number")
    throw new Error("chainId or blockTimeMs is missing");
  if (!Number.isSafeInteger(snapshotInterval) || Number(snapshotInterval) < 0)
    throw new Error("snapshotInterval is no whole number");
  if (!Array.isArray(nodes) || nodes.length === 0) throw new Error("it has no nodes");
  return { chainId, blockTimeMs, snapshotInterval: Number(snapshotInterval), nodes: nodes.map(parseNode) };
}

const INIT = "sotto network init --home DIR";

/**
 * Reads network.json. Throws EnvironmentFault for a folder that is no network, and a damaged file.
 */
export function loadNetwork(home: string): Network {
  const file = networkFile(home);
  if (!existsSync(file)) {
    throw new EnvironmentFault(
      `${home} is not the folder of a network: ${file} does not exist; make one with: ${INIT}`,
    );
  }
  try {
    return parseNetwork(readFileSync(file, "utf8"));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EnvironmentFault(
      `${file} cannot be read: ${why}; restore it from a backup, or make a new network with: ${INIT}`,
    );
  }
}

/**
 * The nodes of these numbers; all when none is given. Throws EnvironmentFault for an unknown
 * number.
 */
export function nodesOf({ nodes }: Network, numbers: readonly number[] | undefined): readonly NetworkNode[] {
  if (numbers === undefined || numbers.length === 0) return nodes;
  return [...new Set(numbers)].map((number) => {
    const found = nodes[number - 1];
    if (found !== undefined) return found;
    throw new EnvironmentFault(`the network has no node ${number}; its nodes are 1 to ${nodes.length}`);
  });
}
