// SPDX-License-Identifier: Apache-2.0
/** A node and the stock CometBFT that decides its blocks, on one machine. */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type CometProcess, type CometSettings, cometFiles, cometIdentity } from "@sotto/cometbft";
import { localGenesis } from "@sotto/local";
import { makeComet, type TestComet } from "../support/cometbft.ts";
import { freePorts, newHome, type Ports, TestNode } from "./node.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));

/** The same keys for the enclaves of all nodes: they are of one network. */
const SEED = "5e".repeat(32);

/** In which CometBFT ends after its node has. */
const ENGINE_STOP_MS = 10_000;

/** Where the keys of a node's enclave come from: a seed, a new network, or other nodes. */
export type KeySource = "seed" | "found" | "network";

/** Members of a genesis document that a test changes. */
export type GenesisChange = (document: {
  readonly consensus_params: { readonly evidence: { max_age_num_blocks: string } };
}) => void;

export interface PairOptions {
  readonly keys?: KeySource;
  /**
   * A node of an existing network, which the new one dials. Default: the only validator of a new
   * one.
   */
  readonly peer?: Pair;
  /** Milliseconds of CometBFT's pause after a block. Default: 100. */
  readonly pauseMs?: number;
  /** Of the node, beside those of its CometBFT and its keys. */
  readonly flags?: readonly string[];
  /** Before the chain begins. */
  readonly change?: GenesisChange;
  /** Whether CometBFT begins with a state sync from the peer. */
  readonly stateSync?: boolean;
}

/** Settings of a CometBFT that joins a network. */
async function joining({ comet }: Pair, stateSync: boolean): Promise<CometSettings> {
  const persistentPeers = [comet.peer];
  if (!stateSync) return { persistentPeers };
  const trustHeight = await comet.reached(1);
  const trustHash = Buffer.from(await comet.hashAt(trustHeight))
    .toString("hex")
    .toUpperCase();
  const rpcServers = [comet.rpc, comet.rpc];
  return { persistentPeers, stateSync: { rpcServers, trustHeight, trustHash, trustPeriod: 3600, discoveryTime: 5 } };
}

export class Pair {
  readonly home: string;
  readonly comet: TestComet;
  readonly ports: Ports;
  readonly #keys: KeySource;
  readonly #flags: readonly string[];
  #node: TestNode | undefined;
  #engine: CometProcess | undefined;

  private constructor(home: string, comet: TestComet, ports: Ports, keys: KeySource, flags: readonly string[]) {
    this.home = home;
    this.comet = comet;
    this.ports = ports;
    this.#keys = keys;
    this.#flags = flags;
  }

  /** A node that is not started. */
  static async make(chainId: string, options: PairOptions = {}): Promise<Pair> {
    const { keys = "seed", peer, flags = [], change = () => {}, stateSync = false, pauseMs = 100 } = options;
    const home = newHome();
    const settings = peer === undefined ? {} : await joining(peer, stateSync);
    const comet = await makeComet({ proxyApp: `unix://${home}/abci.sock`, timeoutCommit: pauseMs, ...settings });
    const { genesis } = cometFiles(comet.home);
    if (peer === undefined) {
      const { validatorPublicKey } = cometIdentity(comet.home);
      const timeNs = BigInt(Date.now()) * 1_000_000n + 1n;
      const document = JSON.parse(localGenesis({ chainId, timeNs, validatorPubKey: validatorPublicKey }).json);
      change(document);
      writeFileSync(genesis, JSON.stringify(document));
    } else copyFileSync(cometFiles(peer.comet.home).genesis, genesis);
    const pair = new Pair(home, comet, await freePorts(), keys, flags);
    if (keys === "found") await pair.#found(genesis);
    return pair;
  }

  /** Makes the keys of a network, and names them in its genesis. */
  async #found(genesis: string): Promise<void> {
    const { register } = await this.enclave("found");
    const document = JSON.parse(readFileSync(genesis, "utf8"));
    document.app_state.register = register;
    writeFileSync(genesis, JSON.stringify(document));
  }

  /** Runs a command of the node's enclave, and returns its JSON. */
  async enclave(name: string, ...flags: readonly string[]): Promise<Record<string, string>> {
    const { genesis } = cometFiles(this.comet.home);
    const args = [MAIN, "enclave", name, "--home", this.home, "--genesis", genesis, ...flags];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Record<string, string>;
  }

  get node(): TestNode {
    if (this.#node === undefined) throw new Error("the node was not started");
    return this.#node;
  }

  get engine(): CometProcess {
    if (this.#engine === undefined) throw new Error("CometBFT was not started");
    return this.#engine;
  }

  /** Starts the node's process, which is ready when CometBFT runs. */
  async startNode(more: readonly string[] = []): Promise<TestNode> {
    const { home, comet, ports } = this;
    const genesis = existsSync(join(home, "genesis.json")) ? [] : ["--genesis", cometFiles(comet.home).genesis];
    const engine = ["--abci", `unix://${home}/abci.sock`, "--comet-rpc", comet.socket, "--comet-home", comet.home];
    const keys = this.#keys === "seed" ? ["--seed", SEED] : [];
    const flags = [...engine, ...genesis, ...this.#flags, ...keys, ...more];
    this.#node = await TestNode.launch({ home, ports, flags });
    return this.#node;
  }

  /**
   * `env`: beside the process's own, such as the fail point of CometBFT. `args`: of `cometbft
   * node`.
   */
  async startEngine(env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<CometProcess> {
    this.#engine = await this.comet.start(args, { ...process.env, ...env });
    return this.#engine;
  }

  /** `args`: of `cometbft node`. */
  async start(args: readonly string[] = []): Promise<void> {
    const node = await this.startNode();
    await this.startEngine({}, args);
    await node.ready();
  }

  /** CometBFT ends when the node does, or is killed. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.node.stop(signal);
    await this.engineEnds();
  }

  /**
   * Waits for the end of CometBFT without its node, as `sotto network` does. Hazard: CometBFT
   * v0.38.19 stays for ever when its application ends between the answer to PrepareProposal and
   * ProcessProposal: the call waits in a client that has stopped.
   */
  async engineEnds(): Promise<void> {
    const late = setTimeout(() => this.engine.kill("SIGKILL"), ENGINE_STOP_MS);
    await this.engine.exited;
    clearTimeout(late);
  }

  /** The embedded sequencer on the same network's keys. */
  static readonly seed = SEED;
}
