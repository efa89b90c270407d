// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  cometCalls,
  cometFiles,
  cometIdentity,
  configureComet,
  createCometHome,
  writeCometGenesis,
} from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { localGenesis } from "@sotto/local";
import { isClaimed, lockNetwork, lockNode, NETWORK_LOCK } from "./claim.ts";
import { receiveKeys, writeSeed } from "./enclaveKeys.ts";
import {
  abciAddress,
  loadNetwork,
  type Network,
  type NetworkNode,
  type NodePorts,
  networkFile,
  nodePaths,
  rpcUrl,
  saveNetwork,
} from "./files.ts";
import { choosePorts, nextPorts } from "./ports.ts";
import { isServing } from "./send.ts";

export interface InitOptions {
  readonly home: string;
  readonly validators: number;
  readonly chainId: string;
  readonly blockTimeMs: number;
  /** First port; undefined: a free range is searched. */
  readonly basePort: number | undefined;
  /** Blocks between two snapshots; 0: none are taken. */
  readonly snapshotInterval: number;
  readonly force: boolean;
  /** A cometbft program. */
  readonly binary: string;
}

/** A transaction is base64 in the body of a request. */
const MOST_TX_BYTES = 4 * 1024 * 1024;
const MOST_BODY_BYTES = 6 * 1024 * 1024;

const monikerOf = (number: number): string => (number === 1 ? "sotto" : `sotto-${number}`);

/** Makes the folder of one CometBFT, without peers and genesis. */
function makeComet(home: string, node: NetworkNode, blockTimeMs: number, binary: string): void {
  const { ports, number, moniker } = node;
  createCometHome({
    binary,
    home: nodePaths(home, number).comet,
    moniker,
    proxyApp: abciAddress(home, node),
    rpcListeners: [`tcp://127.0.0.1:${ports.rpc}`],
    p2pListener: `tcp://127.0.0.1:${ports.p2p}`,
    allowDuplicateIp: true,
    addrBookStrict: false,
    pex: false,
    timeoutCommit: blockTimeMs,
    logLevel: "error",
    mempoolMaxTxBytes: MOST_TX_BYTES,
    rpcMaxBodyBytes: MOST_BODY_BYTES,
  });
  mkdirSync(nodePaths(home, number).node, { recursive: true, mode: 0o700 });
}

const peerOf = (home: string, { number, ports }: NetworkNode): string =>
  `${cometIdentity(nodePaths(home, number).comet).nodeId}@127.0.0.1:${ports.p2p}`;

/** Writes the addresses of all other nodes into the configuration of one. */
function writePeers(home: string, node: NetworkNode, nodes: readonly NetworkNode[]): void {
  const others = nodes.filter(({ number }) => number !== node.number);
  configureComet(nodePaths(home, node.number).comet, { persistentPeers: others.map((each) => peerOf(home, each)) });
}

/** Refuses to replace a network that runs. */
function assertStopped(home: string): void {
  const { nodes } = loadNetwork(home);
  const running = nodes.find(({ number }) => isClaimed(nodePaths(home, number).run));
  if (running !== undefined) {
    throw new EnvironmentFault(
      `node ${running.number} of ${home} runs; stop it first with: sotto network stop --home ${home}`,
    );
  }
}

/** Removes the nodes of the network that is there, and nothing else. */
async function removeOld(home: string): Promise<void> {
  if (!existsSync(networkFile(home))) return;
  const { nodes } = loadNetwork(home);
  const there = nodes.filter(({ number }) => existsSync(nodePaths(home, number).root));
  const locks: (() => void)[] = [];
  try {
    // A start at this moment would run the removed nodes.
    for (const { number } of there) locks.push(await lockNode(home, number));
    for (const { number } of there) rmSync(nodePaths(home, number).root, { recursive: true, force: true });
    rmSync(networkFile(home), { force: true });
  } finally {
    for (const unlock of locks) unlock();
  }
}

function prepareHome({ home, force, validators }: InitOptions): void {
  const names = readdirSync(home).filter((name) => name !== NETWORK_LOCK);
  if (names.length === 0) return;
  if (!force) {
    throw new EnvironmentFault(
      `${home} is not empty; choose another folder with --home DIR, or make the network there with --force, which replaces a network of this command and keeps all other files`,
    );
  }
  const hasOld = existsSync(networkFile(home));
  if (hasOld) assertStopped(home);
  const old = hasOld ? loadNetwork(home).nodes.length : 0;
  const roots = Array.from({ length: validators }, (_, i) => nodePaths(home, i + 1).root);
  const foreign = roots.slice(old).find(existsSync);
  if (foreign !== undefined) {
    throw new EnvironmentFault(
      `${foreign} exists and is not of a network in ${home}; move it away, or choose another folder`,
    );
  }
}

function writeGenesis(home: string, { chainId, nodes }: Network): void {
  const keyOf = ({ number }: NetworkNode) => cometIdentity(nodePaths(home, number).comet).validatorPublicKey;
  const [first, ...further] = nodes.map(keyOf);
  if (first === undefined) throw new EnvironmentFault("a network needs a validator");
  // The last digit is not zero (spec/local-network.md 3.4).
  const timeNs = BigInt(Date.now()) * 1_000_000n + 1n;
  const { json } = localGenesis({ chainId, timeNs, validatorPubKey: first, furtherPubKeys: further });
  for (const { number } of nodes) writeCometGenesis(nodePaths(home, number).comet, json);
}

/** Runs a change of a network's nodes: one at a time. */
async function changing<T>(home: string, change: () => Promise<T>): Promise<T> {
  const unlock = await lockNetwork(home);
  try {
    return await change();
  } finally {
    unlock();
  }
}

/** Makes a network in a folder. What it made is removed when it fails. Throws EnvironmentFault. */
export async function initNetwork(options: InitOptions): Promise<Network> {
  mkdirSync(options.home, { recursive: true, mode: 0o700 });
  return changing(options.home, () => makeNetwork(options));
}

async function makeNetwork(options: InitOptions): Promise<Network> {
  const { home, chainId, blockTimeMs, validators, snapshotInterval, binary } = options;
  prepareHome(options);
  const ports = await choosePorts(validators, options.basePort);
  // Last: a refused range of ports leaves the old network.
  await removeOld(home);
  const nodes = ports.map((each: NodePorts, i): NetworkNode => {
    return { number: i + 1, moniker: monikerOf(i + 1), isGenesisValidator: true, ports: each };
  });
  const network: Network = { chainId, blockTimeMs, snapshotInterval, nodes };
  try {
    for (const node of nodes) makeComet(home, node, blockTimeMs, binary);
    for (const node of nodes) writePeers(home, node, nodes);
    writeSeed(home, nodes);
    writeGenesis(home, network);
    saveNetwork(home, network);
    return network;
  } catch (thrown) {
    for (const { number } of nodes) rmSync(nodePaths(home, number).root, { recursive: true, force: true });
    throw thrown;
  }
}

export interface JoinOptions {
  readonly home: string;
  /** A cometbft program. */
  readonly binary: string;
  /** The developer's account that signs the registration. */
  readonly from: string;
  /** Path of sotto/dist/main.js. */
  readonly launcher: string;
  /** Whether it begins with a snapshot of the network, in place of the first block. */
  readonly stateSync: boolean;
}

/** The first node that can take a registration. */
async function mustServing(nodes: readonly NetworkNode[]): Promise<NetworkNode> {
  for (const node of nodes) if (await isServing(node)) return node;
  throw new EnvironmentFault(
    "no node of the network answers, and a new one gets its keys through the chain; run the network first: sotto network start",
  );
}

/** Trust in the header of a height that this machine's own nodes have: CometBFT's default. */
const TRUST_S = 168 * 3600;

/** Height of the newest snapshot of the nodes of a network; undefined: there is none. */
function newestSnapshot(home: string, nodes: readonly NetworkNode[]): number | undefined {
  const heights = nodes.flatMap(({ number }) => {
    const folder = join(nodePaths(home, number).node, "snapshots");
    return existsSync(folder) ? readdirSync(folder).map((name) => Number(/^([0-9]+)-3$/.exec(name)?.[1] ?? 0)) : [];
  });
  const newest = Math.max(0, ...heights);
  return newest === 0 ? undefined : newest;
}

/**
 * Makes CometBFT begin with a snapshot of the others. Throws EnvironmentFault when there is none.
 */
async function writeStateSync(
  home: string,
  node: NetworkNode,
  others: readonly NetworkNode[],
  via: NetworkNode,
): Promise<void> {
  const trustHeight = newestSnapshot(home, others);
  if (trustHeight === undefined) {
    const { snapshotInterval } = loadNetwork(home);
    throw new EnvironmentFault(
      snapshotInterval === 0
        ? `the network takes no snapshots: set snapshotInterval in ${networkFile(home)} to 100, for example, start the network again, wait for so many blocks, then join; or join without --state-sync`
        : `the network has no snapshot yet: wait for block ${snapshotInterval} and some seconds more, or join without --state-sync`,
    );
  }
  const calls = cometCalls(rpcUrl(via));
  try {
    const trustHash = await calls.blockHashAt(trustHeight);
    if (trustHash === undefined) throw new EnvironmentFault(`node ${via.number} has no block ${trustHeight} any more`);
    // CometBFT compares two servers: the second may be the first.
    const urls = [via, ...others.filter((each) => each !== via)].map(rpcUrl);
    const rpcServers = urls.length === 1 ? [...urls, ...urls] : urls.slice(0, 2);
    configureComet(nodePaths(home, node.number).comet, {
      stateSync: { rpcServers, trustHeight, trustHash, trustPeriod: TRUST_S, discoveryTime: 5 },
    });
  } finally {
    calls.close();
  }
}

/**
 * Adds a node that follows a running network from its genesis. Its CometBFT dials the others, its
 * enclave gets the keys by a registration. Or it begins with a snapshot. Throws EnvironmentFault.
 */
export async function addNode(options: JoinOptions): Promise<NetworkNode> {
  loadNetwork(options.home);
  return changing(options.home, () => makeNode(options));
}

async function makeNode({ home, binary, from, launcher, stateSync }: JoinOptions): Promise<NetworkNode> {
  const network = loadNetwork(home);
  const { chainId, nodes } = network;
  const via = await mustServing(nodes);
  const number = nodes.length + 1;
  const { root, comet } = nodePaths(home, number);
  if (existsSync(root)) throw new EnvironmentFault(`${root} exists and is not of this network; move it away`);
  const ports = await nextPorts(nodes.map((each) => each.ports));
  const node: NetworkNode = { number, moniker: monikerOf(number), isGenesisValidator: false, ports };
  try {
    makeComet(home, node, network.blockTimeMs, binary);
    writePeers(home, node, [...nodes, node]);
    writeCometGenesis(comet, readFileSync(cometFiles(nodePaths(home, via.number).comet).genesis, "utf8"));
    if (stateSync) await writeStateSync(home, node, nodes, via);
    await receiveKeys({ home, chainId, node, via, from, launcher });
    saveNetwork(home, { ...network, nodes: [...nodes, node] });
    return node;
  } catch (thrown) {
    rmSync(root, { recursive: true, force: true });
    throw thrown;
  }
}
