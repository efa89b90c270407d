// SPDX-License-Identifier: Apache-2.0
/** An empty node that joins a chain by CometBFT's state sync, and a chain that forgets its past. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBase64 } from "@sotto/bytes";
import { listSnapshots } from "@sotto/store";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cometbft } from "../support/cometbft.ts";
import { lyingRpc } from "../support/lyingRpc.ts";
import { type Contract, clientOf, execute, make, must, store, tokenBalance, tokenInit, withGas } from "./client.ts";
import { newHome, removeAll, rest, until } from "./node.ts";
import { type KeySource, Pair } from "./pair.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const CHAIN = "sync-1";
const KEY = "key of a";
const pairs: Pair[] = [];

afterAll(async () => {
  await removeAll();
  for (const { comet } of pairs) await comet.remove();
});

const heightOf = (pair: Pair): Promise<number> => pair.comet.reached(1);

/** Height of a node's newest snapshot; 0 without one. */
const newestOf = ({ home }: Pair): number => Number(listSnapshots(join(home, "snapshots"))[0]?.height ?? 0n);

/**
 * Ends both. Hazard: while it fetches blocks, the stock program may hang at the end of its node, so
 * it is ended, too.
 */
async function end({ node, engine }: Pair, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  await node.stop(signal);
  await engine.stop();
}

const appHashAt = async ({ comet }: Pair, height: number): Promise<string> => {
  const { result } = await comet.ask(`/commit?height=${height}`);
  return result?.["signed_header"]?.["header"]?.["app_hash"] as string;
};

const earliestOf = async ({ comet }: Pair): Promise<number> =>
  Number((await comet.ask("/status")).result?.["sync_info"]?.["earliest_block_height"]);

/** Both have the blocks of ten more heights, with equal application hashes. */
async function expectSameBlocks(one: Pair, other: Pair): Promise<void> {
  const from = await heightOf(other);
  await Promise.all([one, other].map(({ comet }) => comet.reached(from + 10)));
  for (let height = from; height <= from + 10; height++) {
    expect(await appHashAt(other, height)).toBe(await appHashAt(one, height));
  }
}

describe("a chain with snapshots", { timeout: 300_000 }, () => {
  let first: Pair;
  let client: SecretNetworkClient;
  let token: Contract;

  /** Of the private token, by a private query to a node. */
  const balanceOn = (pair: Pair) =>
    tokenBalance(clientOf(pair.node, "a", { chainId: CHAIN }), token, client.address, KEY);

  /** An empty pair that joins by state sync, not started. */
  async function joined(
    flags: readonly string[] = ["--comet-others", first.comet.rpc],
    keys: KeySource = "seed",
  ): Promise<Pair> {
    const pair = await Pair.make(CHAIN, { peer: first, stateSync: true, flags, keys });
    pairs.push(pair);
    return pair;
  }

  /** Through the chain, while the node runs. Its enclave is needed for the block that has this. */
  async function receiveKeys(pair: Pair): Promise<void> {
    const { certificate = "" } = await pair.enclave("create");
    const message = { sender: client.address, certificate: fromBase64(certificate) ?? new Uint8Array(0) };
    const { height } = must(await client.tx.registration.register(message, withGas(500_000)));
    await pair.enclave("receive", "--from", first.node.rest);
    await until(async () => ((await heightOf(pair)) > height ? true : undefined), 150_000);
  }

  /** Waits for a snapshot that has all transactions until now. */
  async function nextSnapshot(): Promise<void> {
    const now = await heightOf(first);
    await until(async () => (newestOf(first) > now ? true : undefined), 60_000);
  }

  beforeAll(async () => {
    first = await Pair.make(CHAIN, { flags: ["--snapshot-interval", "50", "--snapshot-keep", "20"] });
    pairs.push(first);
    await first.start();
    client = clientOf(first.node, "a", { chainId: CHAIN });
    const code = await store(client, "private-token");
    token = await make(client, code, tokenInit(client.address));
    must(await execute(client, token, { set_viewing_key: { key: KEY } }));
    const recipient = clientOf(first.node, "b", { chainId: CHAIN }).address;
    must(await execute(client, token, { transfer: { recipient, amount: "7" } }));
    await nextSnapshot();
  }, 180_000);

  test("is joined by an empty node without keys, which executes on, gets keys, and answers private queries, although a server lies", async () => {
    const liar = await lyingRpc(first.comet, "signatures");
    const second = await joined(["--comet-others", liar.url, first.comet.rpc], "network");
    await second.start();
    await liar.close();
    expect(second.node.stderr).toContain(`the headers of ${liar.url}, then ${first.comet.rpc}: `);
    expect(second.node.stderr).toContain("is restored");
    expect(await earliestOf(second)).toBeGreaterThan(50);
    await expectSameBlocks(first, second);
    await expect(balanceOn(second)).rejects.toThrow("the node has no keys of the network yet");
    await receiveKeys(second);
    await expectSameBlocks(first, second);
    expect(await balanceOn(second)).toBe(999_993n);
    await expect(rest(second.node, "/cosmos/base/tendermint/v1beta1/blocks/2")).rejects.toThrow("earliest height");
    await end(second);
    await second.start();
    await expectSameBlocks(first, second);
    expect(await balanceOn(second)).toBe(999_993n);
    await end(second);
  });

  test.each([
    ["is being restored", false],
    ["is restored", true],
  ])("is joined by a node that is killed when a snapshot %s", async (line, resets) => {
    const second = await joined();
    const node = await second.startNode();
    await second.startEngine();
    await until(async () => (node.stderr.includes(line) ? true : undefined), 60_000);
    await end(second, "SIGKILL");
    // The stock program cannot go on when it ends between its state sync and the next block.
    if (resets) spawnSync(cometbft(), ["reset-state", "--home", second.comet.home]);
    await second.start();
    await expectSameBlocks(first, second);
    expect(await balanceOn(second)).toBe(999_993n);
    await end(second);
  });

  test("lists its snapshots, and a stopped node takes one by command", async () => {
    const run = (...args: readonly string[]) =>
      JSON.parse(spawnSync(process.execPath, [MAIN, "snapshots", ...args], { encoding: "utf8" }).stdout);
    const listed = run("list", "--home", first.home);
    expect(listed.length).toBeGreaterThan(0);
    expect(listed[0]).toEqual(expect.objectContaining({ format: 3, chunks: 1 }));
    await end(first);
    const to = newHome();
    const taken = run("take", "--home", first.home, "--height", listed[0].height, "--to", to);
    // The one that the running node took in the background has the same bytes.
    expect(taken).toEqual(listed[0]);
    await first.start();
  });

  test("is not joined by a node without servers for the headers, which says what to do", async () => {
    const second = await joined([]);
    const node = await second.startNode();
    await second.startEngine();
    await node.ended;
    expect(node.stderr).toContain("name the rpc_servers of CometBFT's config.toml with --comet-others");
  });
});
