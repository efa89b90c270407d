// SPDX-License-Identifier: Apache-2.0
import { fromBase64, toHex } from "@sotto/bytes";
import { MsgExecuteContract, MsgSend, type SecretNetworkClient, Wallet } from "secretjs";
import { afterAll, expect, test } from "vitest";
import { randomOf, SEED } from "../../tools/tests/seed.mjs";
import {
  CHAIN_ID,
  type Contract,
  clientOf,
  execute,
  make,
  must,
  nativeBalance,
  store,
  tokenBalance,
  tokenInit,
  withGas,
} from "../e2e/client.ts";
import { freePorts, heightOf, newHome, removeAll, rpc, TestNode, until } from "../e2e/node.ts";

afterAll(removeAll);

/**
 * The warning about the block in which the previous run, or several, were killed: a node that is
 * killed while it starts is killed in the block of the kill before.
 */
const WAS_KILLED = /the last (run|[0-9]+ runs) ended while (it|they) executed block/;

const complaints = (node: TestNode): string[] =>
  node.stderr.split("\n").filter((line) => line !== "" && !WAS_KILLED.test(line));

/** A long run: SOTTO_KILLS=200 npm test -- test/soak/kills. */
const ROUNDS = Number(process.env["SOTTO_KILLS"] ?? 15);

interface Header {
  readonly app_hash: string;
  readonly last_block_id: { readonly hash: string };
}
interface Block {
  readonly block_id: { readonly hash: string };
  readonly block: { readonly header: Header; readonly data: { readonly txs: readonly string[] } };
}
const block = (node: TestNode, height: number): Promise<Block> => rpc(node, `block?height=${height}`);

/** Results that the node has reported, which must never disappear. */
interface KnownChain {
  height: number;
  readonly blocks: Map<number, string>;
  /** Heights of transactions by hash. */
  readonly txs: Map<string, number>;
}

interface Chain {
  readonly token: Contract;
  /** Receives 1 uscrt and 1 token with each transaction, in one transaction or not at all. */
  readonly receiver: SecretNetworkClient;
}

/** Transactions of both kinds, with and without waiting for them, until the node has ended. */
async function traffic(
  node: TestNode,
  { token, receiver }: Chain,
  known: KnownChain,
  gone: () => boolean,
): Promise<void> {
  const endless = async (step: () => Promise<void>): Promise<void> => {
    while (!gone()) {
      try {
        await step();
      } catch (thrown) {
        if (!gone() && node.isRunning) throw thrown;
      }
    }
  };
  const alice = clientOf(node, "a");
  const bob = clientOf(node, "b");
  await Promise.all([
    endless(async () => {
      const { sync_info } = await rpc<{ sync_info: { latest_block_height: string; latest_block_hash: string } }>(
        node,
        "status",
      );
      const height = Number(sync_info.latest_block_height);
      known.height = Math.max(known.height, height);
      known.blocks.set(height, sync_info.latest_block_hash);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }),
    endless(async () => {
      const both = [
        new MsgSend({
          from_address: alice.address,
          to_address: receiver.address,
          amount: [{ denom: "uscrt", amount: "1" }],
        }),
        new MsgExecuteContract({
          sender: alice.address,
          ...token,
          msg: { transfer: { recipient: receiver.address, amount: "1" } },
          sent_funds: [],
        }),
      ];
      const tx = must(await alice.tx.broadcast(both, withGas(300_000)));
      known.txs.set(tx.transactionHash, tx.height);
    }),
    endless(async () => {
      const { account } = await bob.query.auth.account({ address: bob.address });
      const { account_number, sequence } = account as unknown as { account_number: string; sequence: string };
      const amount = [{ denom: "uscrt", amount: "1" }];
      for (let i = 0; i < 20 && !gone(); i++) {
        const explicitSignerData = {
          accountNumber: Number(account_number),
          sequence: Number(sequence) + i,
          chainId: CHAIN_ID,
        };
        const options = { ...withGas(50_000), explicitSignerData, waitForCommit: false };
        await bob.tx.bank.send({ from_address: bob.address, to_address: alice.address, amount }, options);
      }
      // The twenty are in blocks before the sequence is asked again.
      await until(async () => {
        const now = await bob.query.auth.account({ address: bob.address });
        const { sequence: reached } = now.account as unknown as { sequence: string };
        return gone() || Number(reached) >= Number(sequence) + 20 ? true : undefined;
      });
    }),
  ]);
}

/**
 * All reported results exist, every header follows, and the two halves of the transactions agree.
 */
async function assertWhole(node: TestNode, { token, receiver }: Chain, known: KnownChain): Promise<void> {
  const status = await rpc<{ sync_info: { latest_block_height: string } }>(node, "status");
  const height = Number(status.sync_info.latest_block_height);
  expect(height).toBeGreaterThanOrEqual(known.height);
  const from = Math.max(2, Math.min(...known.blocks.keys(), known.height));
  let last = await block(node, from - 1);
  for (let at = from; at <= height; at++) {
    const next = await block(node, at);
    expect(next.block.header.last_block_id.hash, `parent of ${at}`).toBe(last.block_id.hash);
    if (known.blocks.has(at)) expect(next.block_id.hash, `block ${at}`).toBe(known.blocks.get(at));
    const results = await rpc<{ txs_results: readonly unknown[] | null }>(node, `block_results?height=${at}`);
    expect(results.txs_results?.length ?? 0, `results of ${at}`).toBe(next.block.data.txs.length);
    last = next;
  }
  for (const [hash, at] of known.txs) {
    const found = await rpc<{ height: string; tx_result: { code: number } }>(node, `tx?hash=0x${hash}`);
    expect([Number(found.height), found.tx_result.code], hash).toEqual([at, 0]);
  }
  const client = clientOf(node, "c");
  const query = encodeURIComponent(`"transfer.recipient='${receiver.address}'"`);
  const { total_count } = await rpc<{ total_count: string }>(node, `tx_search?query=${query}`);
  const native = await nativeBalance(client, receiver.address);
  expect(native).toBe(BigInt(total_count));
  expect(await tokenBalance(client, token, receiver.address, "r")).toBe(native);
  expect(await tokenBalance(client, token, clientOf(node, "a").address, "a")).toBe(1_000_000n - native);
}

/** All coins are those of the genesis and those that the blocks minted. */
async function assertSupply(node: TestNode): Promise<void> {
  const { amount } = await clientOf(node, "c").query.bank.supplyOf({ denom: "uscrt" });
  // It answers for the height before or after: the supply of one of them.
  const supplies: string[] = [];
  let supply = 5n * 10n ** 18n;
  const height = await heightOf(node);
  for (let at = 1; at <= height; at++) {
    const results = await rpc<{ finalize_block_events: readonly Minted[] }>(node, `block_results?height=${at}`);
    const [mint] = results.finalize_block_events.filter(({ type }) => type === "mint");
    supply += BigInt(mint?.attributes.find(({ key }) => key === "amount")?.value ?? 0);
    supplies.push(String(supply));
  }
  expect(supplies.slice(-10)).toContain(amount?.amount);
}

interface Minted {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** The state after a block has the hash that the next header carries. */
async function assertFollows(node: TestNode): Promise<void> {
  const { response } = await rpc<{ response: { last_block_height: string; last_block_app_hash: string } }>(
    node,
    "abci_info",
  );
  const height = Number(response.last_block_height);
  const next = await until(() => block(node, height + 1).catch(() => undefined));
  expect(next.block.header.app_hash).toBe(
    toHex(fromBase64(response.last_block_app_hash) ?? new Uint8Array()).toUpperCase(),
  );
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function createChain(node: TestNode): Promise<Chain> {
  const alice = clientOf(node, "a");
  const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
  must(await execute(alice, token, { set_viewing_key: { key: "a" } }));
  const receiver = clientOf(node, "d");
  must(await execute(receiver, token, { set_viewing_key: { key: "r" } }));
  // Its coins are removed, so that its balance counts received coins.
  const gas = 50_000n;
  const rest = (await nativeBalance(receiver, receiver.address)) - gas / 10n;
  const amount = [{ denom: "uscrt", amount: String(rest) }];
  const to = { from_address: receiver.address, to_address: new Wallet().address, amount };
  must(await receiver.tx.bank.send(to, withGas(Number(gas))));
  return { token, receiver };
}

test(
  `a node that is killed ${ROUNDS} times under load loses nothing and shows no half block (seed ${SEED})`,
  async () => {
    const random = randomOf(SEED);
    const home = newHome();
    const ports = await freePorts();
    const options = { home, ports, flags: ["--block-time=100ms"] };
    let node = await TestNode.start(options);
    const chain = await createChain(node);
    const known: KnownChain = { height: 0, blocks: new Map(), txs: new Map() };
    for (let round = 0; round < ROUNDS; round++) {
      let gone = false;
      const load = traffic(node, chain, known, () => gone);
      await Promise.race([sleep(200 + random() * 600), load]);
      gone = true;
      await node.kill();
      await load;
      // Every third time it is killed again while it starts, at any moment of the replay.
      if (round % 3 === 2) {
        const starting = await TestNode.launch(options);
        const ready = starting.ready().catch(() => undefined);
        await sleep(random() * 1_500);
        await starting.kill();
        await ready;
      }
      node = await TestNode.start(options);
      await assertWhole(node, chain, known);
      await assertFollows(node);
      expect(complaints(node)).toEqual([]);
      // Only results of the last rounds are checked again, or the rounds become slower.
      for (const [hash, at] of known.txs) if (at < known.height - 40) known.txs.delete(hash);
      for (const at of known.blocks.keys()) if (at < known.height - 40) known.blocks.delete(at);
    }
    expect(known.height).toBeGreaterThan(ROUNDS);
    await assertSupply(node);
  },
  30_000 + ROUNDS * 15_000,
);

test(
  "a node that is killed in its first start can be started",
  async () => {
    const random = randomOf(SEED);
    for (let round = 0; round < Math.ceil(ROUNDS / 5); round++) {
      const options = { home: newHome(), ports: await freePorts(), flags: ["--block-time=100ms"] };
      const starting = await TestNode.launch(options);
      const ready = starting.ready().catch(() => undefined);
      await sleep(300 + random() * 1_500);
      await starting.kill();
      await ready;
      const node = await TestNode.start(options);
      await assertFollows(node);
      expect(complaints(node)).toEqual([]);
      await node.kill();
    }
  },
  30_000 + ROUNDS * 3_000,
);
