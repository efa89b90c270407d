// SPDX-License-Identifier: Apache-2.0
/**
 * Waiting and unproven state: simulations after the mempool, and the block that carries the last
 * state.
 */
import { MsgSend } from "secretjs";
import { afterAll, describe, expect, test } from "vitest";
import { CHAIN_ID, clientOf, must, withGas } from "./client.ts";
import { heightOf, removeAll, rpc, TestNode } from "./node.ts";

afterAll(removeAll);

const payment = (from: string) =>
  new MsgSend({ from_address: from, to_address: from, amount: [{ denom: "uscrt", amount: "1" }] });

describe("a transaction behind one that waits", () => {
  test("is simulated on what the one before it left, by REST and as an ABCI query", async () => {
    // Long block times: sent transactions wait.
    const node = await TestNode.start({ flags: ["--block-time=6s"] });
    const client = clientOf(node, "a");
    const { account } = await client.query.auth.account({ address: client.address });
    const { account_number, sequence } = account as { account_number: string; sequence?: string };
    const first = Number(sequence ?? 0);
    const sign = async (at: number): Promise<string> => {
      const explicitSignerData = { accountNumber: Number(account_number), sequence: at, chainId: CHAIN_ID };
      const bytes = await client.tx.signTx([payment(client.address)], { ...withGas(60_000), explicitSignerData });
      return Buffer.from(bytes).toString("base64");
    };
    const simulate = async (tx: string) => {
      const url = `${node.rest}/cosmos/tx/v1beta1/simulate`;
      return (await fetch(url, { method: "POST", body: JSON.stringify({ tx_bytes: tx }) })).status;
    };
    const [one, two, three] = [await sign(first), await sign(first + 1), await sign(first + 2)];
    expect(await simulate(two)).toBe(500);
    const send = async (tx: string) =>
      (await rpc(node, `broadcast_tx_sync?tx=0x${Buffer.from(tx, "base64").toString("hex")}`)) as { code: number };
    const height = await heightOf(node);
    expect((await send(one)).code).toBe(0);
    expect(await simulate(two)).toBe(200);
    expect(await simulate(three)).toBe(500);
    const hex = Buffer.from(two, "base64").toString("hex");
    expect(await rpc(node, `abci_query?path="/app/simulate"&data=0x${hex}`)).toMatchObject({ response: { code: 0 } });
    expect(
      await rpc(node, `abci_query?path="/app/simulate"&data=0x${Buffer.from(three, "base64").toString("hex")}`),
    ).toMatchObject({
      response: { code: 32 },
    });
    expect((await send(two)).code).toBe(0);
    expect(await simulate(three)).toBe(200);
    // All of it between two blocks.
    expect(await heightOf(node)).toBe(height);
  });
});

describe("a chain that makes blocks when there is something to do", () => {
  const header = async (node: TestNode, height: number) =>
    (await rpc(node, `header?height=${height}`)) as { header: { app_hash: string } };

  test("makes one more behind a transaction, whose header carries the state, and then none", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    const client = clientOf(node, "a");
    const { height } = must(await client.tx.broadcast([payment(client.address)], withGas(60_000)));
    await expect.poll(() => heightOf(node), { timeout: 5_000 }).toBe(height + 1);
    expect((await header(node, height + 1)).header.app_hash).not.toBe((await header(node, height)).header.app_hash);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await heightOf(node)).toBe(height + 1);
  });

  test("makes it after a restart that came between", async () => {
    const node = await TestNode.start({ flags: ["--block-time=6s"] });
    const client = clientOf(node, "a");
    const { height } = must(await client.tx.broadcast([payment(client.address)], withGas(60_000)));
    await node.stop();
    const again = await node.restart(["--instant"]);
    await expect.poll(() => heightOf(again), { timeout: 5_000 }).toBe(height + 1);
  });
});
