// SPDX-License-Identifier: Apache-2.0
import { ContractClient, ContractFeed, deploy } from "@sotto/contract-client";
import { afterAll, expect, test } from "vitest";
import WebSocket from "ws";
import { clientOf, tokenInit, wasmOf } from "./client.ts";
import { removeAll, TestNode, until } from "./node.ts";

afterAll(removeAll);

const pollMs = 50;

test("a feed brings a contract's transactions over a real WebSocket, also those around a restart of the node", async () => {
  let node = await TestNode.start({ flags: ["--instant"] });
  const url = `ws://127.0.0.1:${node.ports.rpc}/websocket`;
  const feed = new ContractFeed({ url, WebSocket, retryMs: 50 });
  const alice = clientOf(node, "a");
  const token = await deploy(alice, wasmOf("private-token"), tokenInit(alice.address), { label: "token", pollMs });
  const client = new ContractClient(alice, token, { pollMs });
  const transfer = async () => (await client.execute("transfer", { recipient: alice.address, amount: "1" })).txHash;

  const seen: string[] = [];
  const end = await feed.follow(token.address, ({ hash }) => seen.push(hash));
  const sent = [await transfer(), await transfer()];
  const all = () => until(async () => (seen.length >= sent.length ? seen : undefined));
  expect(await all()).toEqual(sent);

  await node.stop();
  node = await node.restart();
  sent.push(await transfer(), await transfer());
  expect(await all()).toEqual(sent);

  end();
  feed.close();
  await node.stop();
});
