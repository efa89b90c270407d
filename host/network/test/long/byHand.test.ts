// SPDX-License-Identifier: Apache-2.0
/**
 * What docs/operating.md promises to an operator who runs a node and its CometBFT without `start`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cometCalls } from "@sotto/cometbft";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cometbft } from "../../../../test/support/cometbft.ts";
import { nodePaths, restUrl, rpcUrl } from "../../src/files.ts";
import { init, must, network, nodeOf, startNetwork } from "../command.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const LONG_MS = 300_000;

let root: string;
let home: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sotto-hand-"));
  home = join(root, "net");
  init(home, "--validators", "1", "--chain-id", "net-hand", "--block-time", "200ms");
}, LONG_MS);

afterAll(async () => {
  for (const child of children) await stop(child, "SIGKILL");
  network(["stop", "--home", home]);
  rmSync(root, { recursive: true, force: true });
}, LONG_MS);

const nodeAt = (number: number) => nodeOf(home, number);

async function stop(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/** Runs the command of a unit with the folders and addresses of this test. */
function runUnit(name: string, ...more: readonly string[]): ChildProcess {
  const paths = nodePaths(home, 1);
  const unit = readFileSync(join(ROOT, "deploy", name), "utf8");
  const [, line = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const places: readonly (readonly [string, string])[] = [
    ["/usr/bin/node", process.execPath],
    ["/usr/local/bin/cometbft", cometbft()],
    ["/var/lib/sotto/node", paths.node],
    ["/var/lib/sotto/comet", paths.comet],
    ["/run/sotto/abci.sock", paths.abci],
    ["/run/sotto/ready.json", paths.ready],
    ["http://127.0.0.1:26657", rpcUrl(nodeAt(1))],
  ];
  const [program = "", ...args] = places.reduce((text, [from, to]) => text.replaceAll(from, to), line).split(" ");
  const child = spawn(program, [...args, ...more], { cwd: ROOT, stdio: "ignore" });
  children.push(child);
  return child;
}

interface Pair {
  readonly node: ChildProcess;
  readonly comet: ChildProcess;
}

function runPair(): Pair {
  const { rest, grpc, grpcWeb } = nodeAt(1).ports;
  const ports = [`--rest-port=${rest}`, `--grpc-port=${grpc}`, `--grpc-web-port=${grpcWeb}`];
  const { seed } = nodePaths(home, 1);
  return { node: runUnit("sotto-node.service", ...ports, "--seed-file", seed), comet: runUnit("sotto-comet.service") };
}

async function stopPair({ node, comet }: Pair): Promise<void> {
  await stop(comet);
  await stop(node);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const from = performance.now();
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() - from > LONG_MS / 2) throw new Error(`not so: ${what}`);
    await sleep(100);
  }
}

async function withCalls<T>(number: number, use: (calls: ReturnType<typeof cometCalls>) => Promise<T>): Promise<T> {
  const calls = cometCalls(rpcUrl(nodeAt(number)));
  try {
    return await use(calls);
  } finally {
    calls.close();
  }
}

const heightOf = (number: number): Promise<number> => withCalls(number, async (calls) => (await calls.status()).height);

/** Waits for a block above a height, which the node serves, too. */
const above = (number: number, height: number): Promise<number> =>
  until(`node ${number} is above ${height}`, async () => {
    const answer = await fetch(`${restUrl(nodeAt(number))}/cosmos/base/tendermint/v1beta1/blocks/latest`);
    const { block } = (await answer.json()) as { block: { header: { height: string } } };
    const now = Math.min(Number(block.header.height), await heightOf(number));
    return now > height ? now : undefined;
  });

describe("a node by hand", { timeout: LONG_MS }, () => {
  test("runs with the commands of both units, stops in order, and goes on", async () => {
    let pair = runPair();
    const height = await above(1, 3);
    await stopPair(pair);
    expect(pair.node.exitCode).toBe(0);
    expect(existsSync(nodePaths(home, 1).ready)).toBe(false);
    pair = runPair();
    await above(1, height);
    await stopPair(pair);
  });

  test("goes on from a backup of both folders, and not from one of CometBFT's alone", async () => {
    const { root: at, node, comet } = nodePaths(home, 1);
    const backup = join(root, "backup");
    cpSync(at, backup, { recursive: true });
    let pair = runPair();
    await until("a block more", async () => ((await heightOf(1)) > 0 ? true : undefined));
    await above(1, (await heightOf(1)) + 3);
    await stopPair(pair);

    const later = join(root, "later");
    cpSync(node, later, { recursive: true });
    rmSync(comet, { recursive: true });
    cpSync(join(backup, "comet"), comet, { recursive: true });
    pair = runPair();
    await once(pair.comet, "exit");
    expect(pair.comet.exitCode).not.toBe(0);
    await stopPair(pair);

    for (const name of ["node", "comet"]) {
      rmSync(join(at, name), { recursive: true });
      cpSync(join(backup, name), join(at, name), { recursive: true });
    }
    pair = runPair();
    await above(1, 3);
    await stopPair(pair);
  });

  test("syncs again from its peers with its keys", async () => {
    const running = startNetwork("--home", home);
    await running.says("the network net-hand is ready:");
    must("join", "--home", home);
    const second = startNetwork("--home", home, "--validator", "2");
    await second.says("is ready:");
    await above(2, 3);
    must("stop", "--home", home, "--validator", "2");
    expect(await second.ended).toBe(0);

    const { node, comet } = nodePaths(home, 2);
    for (const name of readdirSync(node)) {
      if (name !== "enclave.sealed") rmSync(join(node, name), { recursive: true });
    }
    const data = join(comet, "data");
    for (const name of readdirSync(data)) {
      if (name !== "priv_validator_state.json") rmSync(join(data, name), { recursive: true });
    }
    const height = await heightOf(1);
    const again = startNetwork("--home", home, "--validator", "2");
    await again.says("is ready:");
    await above(2, height);
    const hashes = await Promise.all([1, 2].map((number) => withCalls(number, (calls) => calls.appHashAt(height))));
    expect(hashes[0]).toMatch(/^[0-9A-F]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
    must("stop", "--home", home);
    expect(await Promise.all([running.ended, again.ended])).toEqual([0, 0]);
  });
});
