// SPDX-License-Identifier: Apache-2.0
/** Programs of the stock CometBFT, which `npm test` compiles once, and folders for them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CometProcess,
  type CometProgram,
  createCometHome,
  findCometbft,
  type NewComet,
  startCometbft,
} from "@sotto/cometbft";
import { freePort } from "./ports.ts";

const VARIABLES: Readonly<Record<CometProgram, string>> = {
  cometbft: "SOTTO_COMETBFT",
  "abci-cli": "SOTTO_ABCI_CLI",
};

const found = new Map<CometProgram, string>();

function program(name: CometProgram): string {
  const known = found.get(name);
  if (known !== undefined) return known;
  try {
    const path = findCometbft({ program: name, path: process.env[VARIABLES[name]], searchPath: process.env["PATH"] });
    found.set(name, path);
    return path;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\nOr run: node tools/run.mjs setup cometbft`);
  }
}

/** The stock cometbft: SOTTO_COMETBFT, the user's cache folder, PATH; else says how to get it. */
export const cometbft = (): string => program("cometbft");

/** The same of its tool for ABCI: SOTTO_ABCI_CLI. */
export const abciCli = (): string => program("abci-cli");

export interface TestComet {
  readonly home: string;
  /** `http://127.0.0.1:port`. */
  readonly rpc: string;
  /** Its second listener, `unix:///path`. */
  readonly socket: string;
  /** `<node id>@127.0.0.1:port`. */
  readonly peer: string;
  readonly log: string;
  start(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<CometProcess>;
  /** A GET of its RPC. */
  ask(path: string): Promise<Answer>;
  /** Waits until its RPC knows a block of this height; returns the latest height. */
  reached(height: number): Promise<number>;
  /** Hash of a block. */
  hashAt(height: number): Promise<Uint8Array>;
  /** Ends its processes, and removes its folder. */
  remove(): Promise<void>;
}

/** JSON of CometBFT; a test reads members that it knows to be there. */
export type Answer = { readonly [name: string]: Answer } & readonly Answer[] & string;

/** A folder of CometBFT on free ports, with blocks every 50 ms. `close` in `afterAll`. */
export async function makeComet(settings: Omit<NewComet, "binary" | "home"> = {}): Promise<TestComet> {
  const home = mkdtempSync(join(tmpdir(), "sotto-comet-"));
  const [rpcPort, p2pPort] = [await freePort(), await freePort()];
  const [rpc, socket] = [`http://127.0.0.1:${rpcPort}`, `unix://${home}/rpc.sock`];
  const log = join(home, "comet.log");
  const { nodeId } = createCometHome({
    binary: cometbft(),
    home,
    proxyApp: "kvstore",
    rpcListeners: [rpc.replace("http:", "tcp:"), socket],
    p2pListener: `tcp://127.0.0.1:${p2pPort}`,
    allowDuplicateIp: true,
    addrBookStrict: false,
    pex: false,
    timeoutCommit: 50,
    ...settings,
  });
  const processes: CometProcess[] = [];
  const ask = async (path: string): Promise<Answer> => (await fetch(rpc + path)).json() as Promise<Answer>;
  const reached = async (height: number): Promise<number> => {
    for (let left = 600; left > 0; left--) {
      const latest = await ask("/status").then(
        ({ result }) => Number(result?.["sync_info"]?.["latest_block_height"]),
        () => 0,
      );
      if (latest >= height) return latest;
      const exit = processes.at(-1)?.exit();
      if (exit !== undefined) throw new Error(exit.reason);
      await sleep(50);
    }
    throw new Error(`no block ${height} within 30 s:\n${readFileSync(log, "utf8").slice(-2000)}`);
  };
  return {
    home,
    rpc,
    socket,
    log,
    peer: `${nodeId}@127.0.0.1:${p2pPort}`,
    ask,
    reached,
    start: async (args = [], env = process.env) => {
      const started = await startCometbft({ binary: cometbft(), home, log, args, env });
      processes.push(started);
      return started;
    },
    hashAt: async (height) => {
      const { result } = await ask(`/commit?height=${height}`);
      return Buffer.from(result?.["signed_header"]?.["commit"]?.["block_id"]?.["hash"] as string, "hex");
    },
    remove: async () => {
      for (const each of processes) if (each.exit() === undefined) await each.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
