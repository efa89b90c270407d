// SPDX-License-Identifier: Apache-2.0
/** A node and the stock CometBFT that decides its blocks, on one machine. */
import { cpSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CometProcess, cometFiles, cometIdentity } from "@sotto/cometbft";
import { localGenesis } from "@sotto/local";
import { makeComet, type TestComet } from "../support/cometbft.ts";
import { freePorts, newHome, type Ports, TestNode } from "./node.ts";

/** The same keys for the enclaves of all nodes: they are of one network. */
const SEED = "5e".repeat(32);

/** Members of a genesis document that a test changes. */
export type GenesisChange = (document: {
  readonly consensus_params: { readonly evidence: { max_age_num_blocks: string } };
}) => void;

export class Pair {
  readonly home: string;
  readonly comet: TestComet;
  readonly ports: Ports;
  readonly #flags: readonly string[];
  #node: TestNode | undefined;
  #engine: CometProcess | undefined;

  private constructor(home: string, comet: TestComet, ports: Ports, flags: readonly string[]) {
    this.home = home;
    this.comet = comet;
    this.ports = ports;
    this.#flags = flags;
  }

  /** The only validator of a new chain, not started. */
  static async make(chainId: string, flags: readonly string[] = [], change: GenesisChange = () => {}): Promise<Pair> {
    const home = newHome();
    const comet = await makeComet({ proxyApp: `unix://${home}/abci.sock`, timeoutCommit: 100 });
    const { validatorPublicKey } = cometIdentity(comet.home);
    const timeNs = BigInt(Date.now()) * 1_000_000n + 1n;
    const { json } = localGenesis({ chainId, timeNs, validatorPubKey: validatorPublicKey });
    const document = JSON.parse(json);
    change(document);
    writeFileSync(cometFiles(comet.home).genesis, JSON.stringify(document));
    return new Pair(home, comet, await freePorts(), flags);
  }

  /** An empty pair, not started, that joins the chain of a running one by state sync. */
  static async join(other: Pair, flags: readonly string[] = ["--comet-others", other.comet.rpc]): Promise<Pair> {
    const home = newHome();
    const trustHeight = await other.comet.reached(1);
    const trustHash = Buffer.from(await other.comet.hashAt(trustHeight))
      .toString("hex")
      .toUpperCase();
    const rpcServers = [other.comet.rpc, other.comet.rpc];
    const comet = await makeComet({
      proxyApp: `unix://${home}/abci.sock`,
      timeoutCommit: 100,
      persistentPeers: [other.comet.peer],
      stateSync: { rpcServers, trustHeight, trustHash, trustPeriod: 3600, discoveryTime: 5 },
    });
    cpSync(cometFiles(other.comet.home).genesis, cometFiles(comet.home).genesis);
    return new Pair(home, comet, await freePorts(), flags);
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
  async startNode(): Promise<TestNode> {
    const { home, comet, ports } = this;
    const genesis = existsSync(join(home, "genesis.json")) ? [] : ["--genesis", cometFiles(comet.home).genesis];
    const engine = ["--abci", `unix://${home}/abci.sock`, "--comet-rpc", comet.socket, "--comet-home", comet.home];
    const flags = [...engine, ...genesis, ...this.#flags, "--seed", SEED];
    this.#node = await TestNode.launch({ home, ports, flags });
    return this.#node;
  }

  /** `env`: beside the process's own, such as the fail point of CometBFT. */
  async startEngine(env: NodeJS.ProcessEnv = {}): Promise<CometProcess> {
    this.#engine = await this.comet.start([], { ...process.env, ...env });
    return this.#engine;
  }

  async start(): Promise<void> {
    const node = await this.startNode();
    await this.startEngine();
    await node.ready();
  }

  /** CometBFT ends when the node does. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.node.stop(signal);
    await this.engine.exited;
  }

  /** The embedded sequencer on the same network's keys. */
  static readonly seed = SEED;
}
