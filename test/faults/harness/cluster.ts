// SPDX-License-Identifier: Apache-2.0
/** Validators that `sotto network` makes and runs, and what a test does to their processes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CometSettings, cometFiles, cometIdentity, configureComet, writeCometGenesis } from "@sotto/cometbft";
import { loadNetwork, type NetworkNode, nodePaths } from "@sotto/network";
import { init, must, network, type Running, startNetwork } from "../../support/networkCommand.ts";
import { Links } from "./links.ts";
import { AGAIN_MS, until } from "./until.ts";

/** Times of a network on two cores that do other work, too. */
const READY_MS = 240_000;

export type Program = "node" | "comet" | "both";

export interface ClusterOptions {
  readonly chainId: string;
  readonly validators?: number;
  readonly blockTime?: string;
  /** Seed of the delays and losses of links. */
  readonly seed: number;
  /** Settings of a CometBFT, beside those of `sotto network init`. */
  readonly settings?: (number: number, cometHome: string) => CometSettings;
  /** Changes the genesis document, which is JSON. */
  readonly change?: (genesis: Genesis) => void;
}

/** Members that a test changes. */
export interface Genesis {
  readonly app_state: { readonly slashing: { readonly params: { signed_blocks_window: string } } };
}

/** JSON of CometBFT's RPC; undefined: no answer. */
type Json = { readonly [name: string]: Json } & readonly Json[] & string;

export class Cluster {
  readonly chainId: string;
  readonly home: string;
  readonly links: Links;
  /** 1, 2, 3, ... */
  readonly numbers: readonly number[];
  readonly #root: string;
  readonly #nodes: readonly NetworkNode[];
  readonly #starts: Running[] = [];

  private constructor(chainId: string, root: string, links: Links) {
    this.chainId = chainId;
    this.#root = root;
    this.home = join(root, "net");
    this.links = links;
    this.#nodes = loadNetwork(this.home).nodes;
    this.numbers = this.#nodes.map(({ number }) => number);
  }

  /** Validators that are not started, each link between two of them through a proxy. */
  static async make(options: ClusterOptions): Promise<Cluster> {
    const { chainId, validators = 4, blockTime = "300ms", seed, settings = () => ({}), change } = options;
    const root = mkdtempSync(join(tmpdir(), "sotto-faults-"));
    const home = join(root, "net");
    init(home, "--validators", String(validators), "--chain-id", chainId, "--block-time", blockTime);
    const { nodes } = loadNetwork(home);
    const links = await Links.open(
      nodes.map(({ number, ports }) => ({ number, port: ports.p2p })),
      seed,
    );
    for (const { number } of nodes) {
      const { comet } = nodePaths(home, number);
      const persistentPeers = nodes
        .filter((peer) => peer.number !== number)
        .map((peer) => {
          const { nodeId } = cometIdentity(nodePaths(home, peer.number).comet);
          return `${nodeId}@127.0.0.1:${links.portOf(number, peer.number)}`;
        });
      configureComet(comet, { persistentPeers, ...settings(number, comet) });
      const { genesis } = cometFiles(comet);
      const document = JSON.parse(readFileSync(genesis, "utf8")) as Genesis;
      change?.(document);
      writeCometGenesis(comet, JSON.stringify(document));
    }
    return new Cluster(chainId, root, links);
  }

  node(number: number): NetworkNode {
    const node = this.#nodes[number - 1];
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  }
  rest = (number: number): string => `http://127.0.0.1:${this.node(number).ports.rest}`;
  rpc = (number: number): string => `http://127.0.0.1:${this.node(number).ports.rpc}`;
  paths = (number: number): ReturnType<typeof nodePaths> => nodePaths(this.home, number);
  cometHome = (number: number): string => this.paths(number).comet;

  /** Starts nodes (none given: all), and waits until they are ready. */
  async start(...numbers: readonly number[]): Promise<void> {
    const flags = numbers.flatMap((number) => ["--validator", String(number)]);
    const running = startNetwork("--home", this.home, ...flags);
    this.#starts.push(running);
    await running.says("is ready:", READY_MS);
  }

  /** Stops nodes in order, by command. */
  stop(...numbers: readonly number[]): void {
    must("stop", "--home", this.home, ...numbers.flatMap((number) => ["--validator", String(number)]));
  }

  /** Process ids of a node's programs that run now. */
  pids(number: number, program: Program): readonly number[] {
    const { node, comet } = this.paths(number);
    const marks = program === "both" ? [node, comet] : [program === "node" ? node : comet];
    return processes()
      .filter(({ args }) => marks.some((home) => args.includes(home) && args[args.indexOf(home) - 1] === "--home"))
      .filter(({ args }) => args.includes("start") || args.includes("node"))
      .map(({ pid }) => pid);
  }

  /** Sends a signal; returns the number of processes that got it. */
  signal(number: number, program: Program, signal: NodeJS.Signals): number {
    const pids = this.pids(number, program);
    let sent = 0;
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
        sent++;
      } catch {
        // It has ended meanwhile.
      }
    }
    return sent;
  }

  /** The result of a method of a node's CometBFT; undefined: no answer, or an error. */
  async ask(number: number, path: string): Promise<Json | undefined> {
    try {
      const answer = await fetch(`${this.rpc(number)}/${path}`, { signal: AbortSignal.timeout(5_000) });
      return ((await answer.json()) as { readonly result?: Json }).result;
    } catch {
      return undefined;
    }
  }

  /** Height of CometBFT's last block; 0: it does not answer. */
  async height(number: number): Promise<number> {
    return Number((await this.ask(number, "status"))?.["sync_info"]?.["latest_block_height"] ?? 0);
  }

  /** Waits until each node has `by` blocks more than the highest of all has now. */
  async advance(by = 2, numbers = this.numbers, withinMs = AGAIN_MS): Promise<number> {
    const heights = await Promise.all(this.numbers.map(this.height, this));
    const target = Math.max(...heights) + by;
    for (const number of numbers) {
      await until(
        `node ${number} has block ${target}: ${heights}`,
        async () => ((await this.height(number)) >= target ? target : undefined),
        withinMs,
      );
    }
    return target;
  }

  /** Whether no node makes a block for a while. */
  async stands(ms: number): Promise<boolean> {
    const look = async (): Promise<string> => String(await Promise.all(this.numbers.map(this.height, this)));
    const before = await look();
    await sleep(ms);
    return (await look()) === before;
  }

  /**
   * Compares the application hash that each node itself reports with the one that the next header
   * has on every node. Throws when two differ.
   */
  async agree(numbers = this.numbers): Promise<void> {
    const states = await Promise.all(
      numbers.map((number) =>
        until(`node ${number} reports its state`, async () => {
          const info = (await this.ask(number, "abci_info"))?.["response"];
          if (info?.["last_block_app_hash"] === undefined) return undefined;
          const hash = Buffer.from(info["last_block_app_hash"] as string, "base64")
            .toString("hex")
            .toUpperCase();
          return { number, height: Number(info["last_block_height"]), hash };
        }),
      ),
    );
    await this.advance(1, numbers);
    for (const { number, height, hash } of states) {
      for (const other of numbers) {
        const header = await until(
          `node ${other} has header ${height + 1}`,
          async () =>
            (await this.ask(other, `header?height=${height + 1}`))?.["header"]?.["app_hash"] as string | undefined,
        );
        if (header !== hash)
          throw new Error(
            `after block ${height} node ${number} has the hash ${hash}, and the chain of node ${other} ${header}`,
          );
      }
    }
  }

  /** Output of all starts, for the report of a failure. */
  output(): string {
    return this.#starts.map((each) => each.output()).join("\n");
  }

  /** The file of a validator's key. */
  validatorKey = (number: number): string => cometFiles(this.cometHome(number)).validatorKey;

  async remove(): Promise<void> {
    for (const number of this.numbers) this.signal(number, "both", "SIGCONT");
    network(["stop", "--home", this.home]);
    for (const { child, ended } of this.#starts) {
      child.kill("SIGTERM");
      await ended;
    }
    this.links.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Processes of this machine with their arguments. */
function processes(): readonly { readonly pid: number; readonly args: readonly string[] }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") }];
      } catch {
        return [];
      }
    });
}
