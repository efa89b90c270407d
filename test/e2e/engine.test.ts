// SPDX-License-Identifier: Apache-2.0
/**
 * A node whose blocks a stock CometBFT decides: clients, crashes of both, the same chain elsewhere.
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cometFiles } from "@sotto/cometbft";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Contract, clientOf, execute, make, must, store, tokenBalance, tokenInit } from "./client.ts";
import { newHome, removeAll, rest, rpc, TestNode } from "./node.ts";
import { Pair } from "./pair.ts";

const CHAIN = "net-1";
const KEY = "key of a";
let pair: Pair;
let client: SecretNetworkClient;
let token: Contract;
let sent = 0n;

beforeAll(async () => {
  pair = await Pair.make(CHAIN);
  await pair.start();
  client = clientOf(pair.node, "a", { chainId: CHAIN });
  const code = await store(client, "private-token");
  token = await make(client, code, tokenInit(client.address));
  must(await execute(client, token, { set_viewing_key: { key: KEY } }));
}, 180_000);

afterAll(async () => {
  await removeAll();
  await pair?.comet.remove();
});

/** The latest height, when its RPC is up. */
const height = (): Promise<number> => pair.comet.reached(1);

const balance = () => tokenBalance(client, token, client.address, KEY);

async function transfer(): Promise<void> {
  const recipient = clientOf(pair.node, "b", { chainId: CHAIN }).address;
  must(await execute(client, token, { transfer: { recipient, amount: "1" } }));
  sent += 1n;
}

/** A transfer, and the balance that an exact ledger has. */
async function transferOne(): Promise<void> {
  await transfer();
  expect(await balance()).toBe(1_000_000n - sent);
}

describe("clients of a node on CometBFT", () => {
  test("run private calls with an unmodified secretjs, and read them back", async () => {
    await transferOne();
  });

  test("get the verdict of the node's check, and the refusals of CometBFT's mempool", async () => {
    const account = await rest<{ info: { sequence: string } }>(
      pair.node,
      `/cosmos/auth/v1beta1/account_info/${client.address}`,
    );
    const wrong = await client.tx.bank
      .send(
        { from_address: client.address, to_address: client.address, amount: [{ denom: "uscrt", amount: "1" }] },
        {
          gasLimit: 50_000,
          explicitSignerData: { accountNumber: 0, sequence: Number(account.info.sequence) + 5, chainId: CHAIN },
        },
      )
      .then(
        ({ code }) => code,
        (thrown: Error) => thrown.message,
      );
    expect(String(wrong)).toContain("account sequence mismatch");
  });

  test("see a proof of a row that the header of CometBFT carries", async () => {
    const path = '"/store/bank/key"';
    const { result } = await pair.comet.ask(
      `/abci_query?path=${encodeURIComponent(path)}&data=0x00757363727400&prove=true`,
    );
    expect(result?.["response"]?.["proofOps"]?.["ops"]?.length).toBe(2);
  });

  test("find their transactions and blocks in the node's own index", async () => {
    const found = await rest<{ txs: unknown[] }>(
      pair.node,
      `/cosmos/tx/v1beta1/txs?query=message.sender='${client.address}'`,
    );
    expect(found.txs.length).toBeGreaterThan(2);
    const { result } = await pair.comet.ask("/block?height=2");
    const own = await rest<{ block_id: { hash: string } }>(pair.node, "/cosmos/base/tendermint/v1beta1/blocks/2");
    expect(Buffer.from(own.block_id.hash, "base64").toString("hex").toUpperCase()).toBe(result?.["block_id"]?.["hash"]);
  });
});

/** Waits until a block more than now is made. */
const goesOn = async (): Promise<number> => pair.comet.reached((await height()) + 1);

describe("after a crash", { timeout: 300_000 }, () => {
  test("of the node, CometBFT ends too, and both go on together", async () => {
    await pair.stop("SIGKILL");
    await pair.start();
    await transferOne();
  });

  test("of CometBFT, the node goes on with the next one", async () => {
    for (let round = 0; round < 3; round++) {
      pair.engine.kill("SIGKILL");
      await pair.engine.exited;
      await pair.startEngine();
      await goesOn();
    }
    await transferOne();
  });

  // The stock program ends itself at its n-th fail point, which are before and after each of its
  // writes and calls of one block.
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("of CometBFT at its fail point %i", async (index) => {
    pair.engine.kill("SIGKILL");
    await pair.engine.exited;
    const failing = await pair.startEngine({ FAIL_TEST_INDEX: String(index) });
    await failing.exited;
    await pair.startEngine();
    await goesOn();
    await transferOne();
  });

  test("of the node while blocks with calls are executed, at any moment", async () => {
    for (let round = 0; round < 4; round++) {
      const going = transfer().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 40 + 60 * round));
      await pair.stop("SIGKILL");
      await pair.start();
      await going;
      // Whether the transfer came into a block is not known to a client that lost its node.
      sent = 1_000_000n - (await balance());
      await transferOne();
    }
  });
});

test("the embedded sequencer replays the blocks of CometBFT to the same hashes, results and events", {
  timeout: 300_000,
}, async () => {
  const last = await height();
  const theirs: object[] = [];
  // One after the other: CometBFT has 900 connections, and a node refuses many large requests at
  // once.
  for (let at = 1; at <= last - 2; at++)
    theirs.push((await pair.comet.ask(`/block_results?height=${at}`)).result ?? {});
  await pair.stop();
  const home = newHome();
  mkdirSync(home, { recursive: true });
  for (const name of ["genesis.json", "blocks"]) cpSync(join(pair.home, name), join(home, name), { recursive: true });
  cpSync(cometFiles(pair.comet.home).validatorKey, join(home, "validator_key.json"));
  const replayed = await TestNode.start({ home, flags: ["--chain-id", CHAIN, "--seed", Pair.seed] });
  for (const [i, each] of theirs.entries()) {
    expect(await rpc<object>(replayed, `block_results?height=${i + 1}`)).toEqual(each);
  }
  await replayed.stop();
});
