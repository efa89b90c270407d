// SPDX-License-Identifier: Apache-2.0
/** Nodes that forget their past by flags, on CometBFT and with the embedded sequencer. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientOf, must } from "./client.ts";
import { removeAll, rest, rpc, TestNode, untilHeight } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "prune-1";
/** Blocks and versions that stay, as the flags say. */
const KEPT = 12;
/** Blocks of which evidence is judged stay, too. */
const EVIDENCE = 20;
const FLAGS = ["--keep-versions", String(KEPT), "--keep-blocks", String(KEPT)];
let pair: Pair;

beforeAll(async () => {
  const flags = [...FLAGS, "--snapshot-interval", "4", "--snapshot-keep", "2"];
  pair = await Pair.make(CHAIN, {
    flags,
    change(document) {
      document.consensus_params.evidence.max_age_num_blocks = String(EVIDENCE);
    },
  });
  await pair.start();
}, 120_000);

afterAll(async () => {
  await removeAll();
  await pair?.comet.remove();
});

const earliestOfComet = async (): Promise<number> =>
  Number((await pair.comet.ask("/status")).result?.["sync_info"]?.["earliest_block_height"]);

const earliestOf = async (node: TestNode): Promise<number> =>
  Number(
    (await rest<{ earliest_store_height: string }>(node, "/cosmos/base/node/v1beta1/status")).earliest_store_height,
  );

/** Transactions that fill blocks, from one height to another. */
async function reach(height: number): Promise<void> {
  const client = clientOf(pair.node, "a", { chainId: CHAIN });
  while ((await pair.comet.reached(1)) < height) {
    const message = { from_address: client.address, to_address: client.address };
    must(
      await client.tx.bank.send(
        { ...message, amount: [{ denom: "uscrt", amount: "1" }] },
        { gasLimit: 100_000, broadcastCheckIntervalMs: 50 },
      ),
    );
  }
}

const atHeight = (node: TestNode, path: string, height: number) =>
  rest(node, path, { headers: { "x-cosmos-block-height": String(height) } });

describe("a node on CometBFT that keeps little", { timeout: 120_000 }, () => {
  test.each([60, 120])("has few blocks at height %i, and CometBFT too", async (height) => {
    await reach(height);
    const latest = await pair.comet.reached(height);
    // Blocks go on while the node is asked.
    for (const earliest of [await earliestOf(pair.node), await earliestOfComet()]) {
      expect(earliest).toBeGreaterThan(latest - EVIDENCE - 5);
      expect(earliest).toBeLessThanOrEqual(latest);
    }
  });

  test("has no more files at a later height", async () => {
    const count = (): number =>
      ["state", "blocks"].reduce(
        (sum, name) => sum + readdirSync(join(pair.home, name), { recursive: true }).length,
        0,
      );
    const before = count();
    await reach((await pair.comet.reached(1)) + 40);
    expect(count()).toBeLessThanOrEqual(before);
  });

  test("keeps two snapshots and a newer one, of heights that the interval divides", async () => {
    const names = readdirSync(join(pair.home, "snapshots")).filter((name) => /^\d+-3$/.test(name));
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThanOrEqual(3);
    for (const name of names) expect(Number.parseInt(name, 10) % 4).toBe(0);
  });

  test("refuses an old block and an old version, and says what it has", async () => {
    const { node } = pair;
    const block = rest(node, "/cosmos/base/tendermint/v1beta1/blocks/2");
    await expect(block).rejects.toThrow(/earliest height is \d+/);
    await expect(atHeight(node, "/cosmos/bank/v1beta1/supply", 2)).rejects.toThrow(/the oldest kept is \d+/);
    const latest = await pair.comet.reached(1);
    await atHeight(node, "/cosmos/bank/v1beta1/supply", latest - 3);
  });

  test("starts again, with its index", async () => {
    await pair.stop();
    await pair.start();
    expect(pair.node.stderr).not.toContain("rebuilt");
    await reach((await pair.comet.reached(1)) + 3);
  });
});

test("a node with the embedded sequencer keeps the blocks and versions of its flags", async () => {
  const node = await TestNode.start({ flags: ["--block-time", "100ms", ...FLAGS] });
  const latest = await untilHeight(node, 40, 60_000);
  expect(await earliestOf(node)).toBeGreaterThan(latest - KEPT - 5);
  await expect(rpc(node, "block?height=2")).rejects.toThrow("lowest height is");
  await node.stop();
  const again = await node.restart();
  await untilHeight(again, latest + 5);
  await again.stop();
});
