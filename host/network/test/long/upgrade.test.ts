// SPDX-License-Identifier: Apache-2.0
/**
 * Four validators change their program at one height: one under a stand-in for cosmovisor, two
 * under `sotto network`, one late and by hand.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type CometProcess, cometFiles, startCometbft } from "@sotto/cometbft";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Contract,
  clientOf,
  execute,
  make,
  must,
  store,
  tokenBalance,
  tokenInit,
} from "../../../../test/e2e/client.ts";
import { heightOf, rest, rpc, until } from "../../../../test/e2e/node.ts";
import { planUpgrade } from "../../../../test/e2e/upgrade/plan.ts";
import { makeNextProgram, upgradedEnv } from "../../../../test/e2e/upgrade/program.ts";
import { cometbft } from "../../../../test/support/cometbft.ts";
import { forgetLastBlock } from "../../../../test/support/forgottenBlock.ts";
import { Supervisor } from "../../../../test/support/supervisor.ts";
import { enclaveFlags } from "../../src/enclaveKeys.ts";
import { abciAddress, nodePaths, restUrl, rpcUrl } from "../../src/files.ts";
import type { NetworkStatus } from "../../src/status.ts";
import { init, network, nodeOf, type Running, startNetwork } from "../command.ts";

const CHAIN = "net-upgrade";
const KEY = "key of a";
const SUPPLY = 1_000_000n;
const LONG_MS = 400_000;
/** The vote takes 15 s; a block takes 0.3 s at least. */
const BLOCKS = 60;
const ALL = [1, 2, 3, 4] as const;
const MAIN = fileURLToPath(new URL("../../../../sotto/dist/main.js", import.meta.url));

let root: string;
let home: string;
let height: number;
let next: string;
let running: Running;
let token: Contract;

const nodeAt = (number: number) => nodeOf(home, number);
const serverAt = (number: number) => ({ rest: restUrl(nodeAt(number)), rpc: rpcUrl(nodeAt(number)) });
const clientAt = (number: number) => clientOf(serverAt(number), "a", { chainId: CHAIN });

/** Puts a program in its place at once, as `mv` does. */
function putProgram(
  number: number,
  folder: string,
  program = MAIN,
  env: Readonly<Record<string, string>> = {},
): string {
  const bin = join(nodePaths(home, number).root, "cosmovisor", folder, "bin");
  const path = join(bin, "sotto");
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(`${path}.new`, ["#!/bin/sh", ...lines, `exec "${process.execPath}" "${program}" "$@"`, ""].join("\n"));
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
  return path;
}

const putUpgrade = (number: number): string => putProgram(number, "upgrades/notes", next, upgradedEnv(height));

/**
 * A validator without `sotto network`: its node under the stand-in, CometBFT started when it ends.
 */
class Supervised {
  readonly data: string;
  readonly #number: number;
  #comet: CometProcess | undefined;
  #isStopped = false;
  #kept: Promise<void> | undefined;
  supervisor: Supervisor | undefined;

  constructor(number: number) {
    this.#number = number;
    this.data = join(nodePaths(home, number).root, "data");
    mkdirSync(this.data, { recursive: true });
    putProgram(number, "genesis");
  }

  /** `cosmovisor run start ...` */
  startNode(): void {
    const node = nodeAt(this.#number);
    const { comet } = nodePaths(home, this.#number);
    const { rest: restPort, grpc, grpcWeb } = node.ports;
    const args = [
      ...["start", "--home", this.data, "--quiet", "--abci", abciAddress(home, node)],
      ...["--comet-rpc", rpcUrl(node), "--comet-home", comet, "--genesis", cometFiles(comet).genesis],
      ...[`--rest-port=${restPort}`, `--grpc-port=${grpc}`, `--grpc-web-port=${grpcWeb}`],
      ...enclaveFlags(home, node),
    ];
    this.supervisor = new Supervisor({ home: nodePaths(home, this.#number).root, name: "sotto" }, args);
  }

  startEngine(): void {
    const { comet, cometLog } = nodePaths(home, this.#number);
    const args = ["--proxy_app", abciAddress(home, nodeAt(this.#number))];
    this.#kept = (async () => {
      while (!this.#isStopped) {
        this.#comet = await startCometbft({ binary: cometbft(), home: comet, log: cometLog, args });
        await this.#comet.exited;
        await sleep(500);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#comet?.stop();
    await this.#kept;
    await this.supervisor?.stop();
  }
}

let first: Supervised;
let last: Supervised;

const appHashAt = async (number: number, at: number) => {
  const { signed_header } = await rpc<{ signed_header: { header: { app_hash: string } } }>(
    serverAt(number),
    `commit?height=${at}`,
  );
  return signed_header.header.app_hash;
};

const reached = (number: number, at: number): Promise<number> =>
  until(async () => {
    const now = await heightOf(serverAt(number)).catch(() => 0);
    return now >= at ? now : undefined;
  }, LONG_MS);

const status = (): NetworkStatus => JSON.parse(network(["status", "--home", home, "--json"]).stdout) as NetworkStatus;

beforeAll(async () => {
  next = await makeNextProgram();
  root = mkdtempSync(join(tmpdir(), "sotto-upgrade-"));
  home = join(root, "net");
  init(home, "--validators", "4", "--chain-id", CHAIN, "--block-time", "300ms");
  [first, last] = [new Supervised(1), new Supervised(4)];
  for (const each of [first, last]) {
    each.startNode();
    each.startEngine();
  }
  running = startNetwork("--home", home, "--validator", "2", "--validator", "3");
  await running.says("is ready:");
  const client = clientAt(2);
  token = await make(client, await store(client, "private-token"), tokenInit(client.address));
  must(await execute(client, token, { set_viewing_key: { key: KEY } }));
  height = (await heightOf(serverAt(2))) + BLOCKS;
  await planUpgrade({ node: serverAt(2), chainId: CHAIN }, 3, "notes", height);
  putUpgrade(1);
  putUpgrade(2);
}, LONG_MS);

afterAll(async () => {
  await Promise.all([first?.stop(), last?.stop()]);
  running?.child.kill("SIGTERM");
  await running?.ended;
  rmSync(root, { recursive: true, force: true });
}, LONG_MS);

describe("an upgrade of four validators", { timeout: LONG_MS }, () => {
  test("stops each node before the height, and says where its program belongs", async () => {
    const needed = `the upgrade "notes" is needed at height ${height} (next): put its program at ${join(nodePaths(home, 3).root, "cosmovisor/upgrades/notes/bin/sotto")}`;
    await running.says(needed, LONG_MS);
    expect(await last.supervisor?.ended).toContain("upgrades/notes/bin/sotto does not exist");
    expect(last.supervisor?.output).toContain(`UPGRADE \\"notes\\" NEEDED at height: ${height}: next`);
    const { nodes } = status();
    expect(nodes[2]).toMatchObject({ height: null, upgrade: { name: "notes", height } });
    expect(nodes[2]?.fault).toContain(needed);
    // Both programs of the node rest: it is not started again and again.
    await sleep(3_000);
    const lines = running.output().split("\n");
    expect(lines.filter((line) => line.startsWith("sotto3") && line.includes("is needed at height")).length).toBe(1);
    expect(lines.filter((line) => line.startsWith("sotto3") && line.includes("started again"))).toEqual([]);
    expect(readFileSync(nodePaths(home, 3).nodeLog, "utf8").match(/"level":60/g)?.length).toBe(1);
  });

  test("waits for two thirds of the power, and goes on with the program of the upgrade", async () => {
    await until(async () => {
      const { sync_info } = await rpc<{ sync_info: { latest_block_height: string } }>(serverAt(1), "status").catch(
        () => ({ sync_info: { latest_block_height: "0" } }),
      );
      return Number(sync_info.latest_block_height) === height ? true : undefined;
    }, LONG_MS);
    expect(first.supervisor?.output).toContain("pre-upgrade: 1");
    putUpgrade(3);
    await reached(3, height + 3);
    expect(running.output()).toContain('the program of the upgrade "notes" is there, and is started');
    expect(readFileSync(nodePaths(home, 2).nodeLog, "utf8")).not.toContain("the last run ended while it executed");
  });

  test("lets in a validator that is switched late, whose node takes the block from CometBFT's files", async () => {
    expect(forgetLastBlock(last.data)).toBe(height - 1);
    putUpgrade(4);
    const programs = join(nodePaths(home, 4).root, "cosmovisor");
    rmSync(join(programs, "current"));
    symlinkSync("upgrades/notes", join(programs, "current"));
    renameSync(join(last.data, "upgrade-info.json"), join(programs, "upgrades/notes/upgrade-info.json"));
    last.startNode();
    await reached(4, height + 3);
  });

  test("keeps the private state, has run the migration, and has one application hash", async () => {
    const client = clientAt(3);
    must(await execute(client, token, { transfer: { recipient: clientOf(serverAt(3), "b").address, amount: "5" } }));
    const now = await heightOf(serverAt(3));
    const hashes = new Set<string>();
    for (const number of ALL) {
      await reached(number, now + 2);
      hashes.add(await appHashAt(number, now + 2));
      const balance = () => tokenBalance(clientAt(number), token, client.address, KEY).catch(() => undefined);
      await until(async () => ((await balance()) === SUPPLY - 5n ? true : undefined), LONG_MS);
      const { module_versions: versions } = await rest<{ module_versions: { name: string; version: string }[] }>(
        serverAt(number),
        "/cosmos/upgrade/v1beta1/module_versions",
      );
      expect(versions).toEqual(
        expect.arrayContaining([
          { name: "notes", version: "1" },
          { name: "circuit", version: "2" },
        ]),
      );
    }
    expect(hashes.size).toBe(1);
    await until(async () => {
      const whole = status().nodes.filter(({ fault, upgrade }) => fault === null && upgrade === null);
      return whole.length === ALL.length ? true : undefined;
    }, LONG_MS);
  });
});
