// SPDX-License-Identifier: Apache-2.0
/** One block is taken back from a node and its CometBFT, and executed again. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openBlockLog } from "@sotto/blocks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cometbft } from "../support/cometbft.ts";
import { type Contract, clientOf, execute, make, must, store, tokenBalance, tokenInit } from "./client.ts";
import { removeAll, until } from "./node.ts";
import { Pair } from "./pair.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const CHAIN = "net-rollback";
const KEY = "key of a";
const LONG_MS = 400_000;
let pair: Pair;
let token: Contract;

const sotto = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [MAIN, ...args])).stdout;
const rollback = (): Promise<string> =>
  sotto("rollback", "--home", pair.home, "--comet-home", pair.comet.home, "--cometbft", cometbft());

/** Heights by CometBFT's names. */
async function statusOf(): Promise<{ readonly height: number; readonly appHash: string }> {
  const { sync_info } = JSON.parse(await sotto("status", "--home", pair.home)) as {
    sync_info: { latest_block_height: string; latest_app_hash: string };
  };
  return { height: Number(sync_info.latest_block_height), appHash: sync_info.latest_app_hash };
}

const client = () => clientOf(pair.node, "a", { chainId: CHAIN });
const balance = () => tokenBalance(client(), token, client().address, KEY);

async function stopBoth(): Promise<void> {
  await pair.engine.stop();
  await pair.node.stop();
}

async function transfer(): Promise<void> {
  const recipient = clientOf(pair.node, "b", { chainId: CHAIN }).address;
  must(await execute(client(), token, { transfer: { recipient, amount: "1" } }));
}

beforeAll(async () => {
  pair = await Pair.make(CHAIN);
  await pair.start();
  token = await make(client(), await store(client(), "private-token"), tokenInit(client().address));
  must(await execute(client(), token, { set_viewing_key: { key: KEY } }));
  await transfer();
}, LONG_MS);

afterAll(async () => {
  await removeAll();
  await pair?.comet.remove();
});

describe("a rollback", { timeout: LONG_MS }, () => {
  test("is refused while the node runs", async () => {
    await expect(rollback()).rejects.toThrow("belongs to a running node");
    await transfer();
  });

  test("takes one block back, with CometBFT's own, and no second one", async () => {
    await stopBoth();
    const { height, appHash } = await statusOf();
    const said = await rollback();
    // The header of a block has the application hash of the block before.
    expect(said).toBe(
      `the state is at height ${height - 1}, application hash ${appHash}; block ${height} is executed again at the next start\n`,
    );
    await expect(rollback()).rejects.toThrow(
      `is at height ${height - 1} and stays there: block ${height} was rolled back before`,
    );
    expect(await statusOf()).toEqual({ height, appHash });
  });

  test("is followed by the same block, and the chain and its private state go on", async () => {
    const before = await statusOf();
    const log = openBlockLog({ path: join(pair.home, "blocks"), readOnly: true });
    const hash = Buffer.from(log.meta(before.height)?.blockId.hash ?? []);
    log.close();
    await pair.start();
    await pair.comet.reached(before.height + 2);
    expect(Buffer.from(await pair.comet.hashAt(before.height))).toEqual(hash);
    expect(await balance()).toBe(1_000_000n - 2n);
    await transfer();
    expect(await balance()).toBe(1_000_000n - 3n);
    expect(pair.node.stderr).not.toContain("the last run ended while it executed");
  });

  test("finishes when it was killed between CometBFT's part and the node's", async () => {
    await stopBoth();
    const { height } = await statusOf();
    await promisify(execFile)(cometbft(), ["rollback", "--home", pair.comet.home]);
    expect(await rollback()).toContain(`block ${height} is executed again`);
    await pair.start();
    await pair.comet.reached(height + 2);
    expect(await until(balance)).toBe(1_000_000n - 3n);
  });
});
