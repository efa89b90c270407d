// SPDX-License-Identifier: Apache-2.0
import { createRoutes } from "@sotto/api";
import { textBytes } from "@sotto/backend";
import { fromUtf8, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { b, openNode, payment, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRpc, createRpcSession, type Rpc } from "../src/index.ts";

let node: TestNode;
let rpc: Rpc;

const hashOf = (tx: Uint8Array) => toHex(sha256(tx)).toUpperCase();
const latestBlock = async () => {
  const { body } = await rpc.handle({ method: "GET", url: "/block", headers: {}, body: fromUtf8("") });
  return JSON.parse(textOf(body)).result.block;
};

beforeAll(() => {
  node = openNode();
  rpc = createRpc(node.backend, createRoutes(node.backend));
  node.produce([]);
});
afterAll(() => {
  expect(node.faults).toEqual([]);
  node.close();
});

/** A block, and the time of its announcement, which is done in slices. */
async function produce(txs: readonly Uint8Array[]): Promise<void> {
  node.produce(txs);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

describe("subscriptions", () => {
  const open = (accept: () => boolean = () => true) => {
    const sent: { id?: unknown; result?: Record<string, never>; error?: { code: number; data?: string } }[] = [];
    const session = createRpcSession(rpc.context, (text) => {
      if (!accept()) return false;
      sent.push(JSON.parse(textOf(textBytes(text))));
      return true;
    });
    const request = async (method: string, params: unknown = {}, id: unknown = 1) => {
      await session.receive(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      return sent.at(-1);
    };
    return { session, sent, request };
  };

  it("bring blocks, headers, block events and transactions with their attributes", async () => {
    const { session, sent, request } = open();
    const queries = [
      "tm.event='NewBlock'",
      "tm.event = 'NewBlockHeader'",
      "tm.event='NewBlockEvents'",
      `tm.event='Tx' AND transfer.recipient='${b.text}'`,
    ];
    for (const [id, query] of queries.entries())
      expect(await request("subscribe", { query }, id)).toEqual({ jsonrpc: "2.0", id, result: {} });
    sent.length = 0;
    const tx = payment(0n);
    await produce([tx]);
    expect(sent.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    const events = sent.map(
      ({ result }) =>
        result as unknown as {
          query: string;
          data: { type: string; value: { block?: unknown } };
          events: Record<string, string[]>;
        },
    );
    expect(events.map(({ query }) => query)).toEqual(queries);
    expect(events.map(({ data }) => data.type)).toEqual(
      ["NewBlock", "NewBlockHeader", "NewBlockEvents", "Tx"].map((name) => `tendermint/event/${name}`),
    );
    const txEvent = events[3];
    expect(txEvent?.events["tm.event"]).toEqual(["Tx"]);
    expect(txEvent?.events["tx.hash"]).toEqual([hashOf(tx)]);
    expect(txEvent?.events["tx.height"]).toEqual([String(node.backend.latestHeight())]);
    expect(txEvent?.events["transfer.recipient"]).toContain(b.text);
    expect(txEvent?.events["message.action"]).toEqual(["/cosmos.bank.v1beta1.MsgSend"]);
    expect(events[0]?.data.value.block).toEqual(await latestBlock());
    session.close();
    sent.length = 0;
    await produce([]);
    expect(sent).toEqual([]);
  });

  it("end by query in any spelling, all at once, and with the socket", async () => {
    const { session, sent, request } = open();
    await request("subscribe", { query: "tm.event='NewBlock'" });
    expect((await request("subscribe", { query: "tm.event = 'NewBlock'" }))?.error?.data).toBe("already subscribed");
    expect((await request("unsubscribe", { query: "tm.event  =  'NewBlock'" }))?.result).toEqual({});
    expect((await request("unsubscribe", { query: "tm.event='NewBlock'" }))?.error?.data).toBe(
      "subscription not found",
    );
    expect((await request("unsubscribe_all"))?.error?.data).toBe("subscription not found");
    await request("subscribe", { query: "tm.event='NewBlock'" });
    await request("subscribe", { query: "tm.event='Tx'" });
    expect((await request("unsubscribe_all"))?.result).toEqual({});
    sent.length = 0;
    await produce([]);
    expect(sent).toEqual([]);
    session.close();
  });

  it("serve the other methods too, and answer what is no request", async () => {
    const { session, sent, request } = open();
    expect((await request("health"))?.result).toEqual({});
    expect((await request("nothing"))?.error?.code).toBe(-32601);
    expect((await request("subscribe", { query: "tm.event=" }))?.error?.data).toMatch(/^failed to parse query: /);
    expect((await request("subscribe", { query: 5 }))?.error?.code).toBe(-32603);
    await session.receive("{");
    expect(sent.at(-1)).toMatchObject({ error: { code: -32700 } });
    const before = sent.length;
    await session.receive('{"id":null,"method":"health"}');
    expect(sent).toHaveLength(before);
    session.close();
  });

  it("are limited in number, and end for a client that does not read", async () => {
    const { session, sent, request } = open();
    for (let i = 0; i < 50; i++) await request("subscribe", { query: `tm.event='Tx' AND x.y='${i}'` });
    expect((await request("subscribe", { query: "tm.event='Tx'" }))?.error?.data).toBe(
      "max_subscriptions_per_client 50 reached",
    );
    expect(sent.filter(({ error }) => error !== undefined)).toHaveLength(1);
    session.close();

    let reads = true;
    let refusedSends = 0;
    const slow = open(() => {
      if (!reads) refusedSends++;
      return reads;
    });
    await slow.request("subscribe", { query: "tm.event='NewBlock'" });
    reads = false;
    await produce([]);
    expect(refusedSends).toBeGreaterThan(0);
    reads = true;
    slow.sent.length = 0;
    await produce([]);
    expect(slow.sent).toEqual([]);
    expect((await slow.request("unsubscribe", { query: "tm.event='NewBlock'" }))?.error?.data).toBe(
      "subscription not found",
    );
  });
});
