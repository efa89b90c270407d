// SPDX-License-Identifier: Apache-2.0
import { toBase64 } from "@sotto/bytes";
import { MsgSend } from "secretjs";
import { afterAll, afterEach, expect, test } from "vitest";
import { installNode22, installNode24 } from "../../tools/node24/install.mjs";
import { clientOf, must, withGas } from "./client.ts";
import { removeAll, TestNode } from "./node.ts";

afterEach(removeAll);
afterAll(removeAll);

const NODES = [
  ["22", installNode22],
  ["24", installNode24],
] as const;

const TAKEN = { code: 0 };

// Node transfers memory between threads, and the refused cases depend on its version.
test.each(NODES)("on Node %s every endpoint takes transactions", async (_, install) => {
  const binary = install();
  const node = await TestNode.start({ flags: ["--instant"], within: ([, ...args]) => [binary, ...args] });
  const alice = clientOf(node, "a");
  const params = { from_address: alice.address, to_address: alice.address, amount: [{ denom: "uscrt", amount: "1" }] };
  must(await alice.tx.bank.send(params, withGas(50_000)));
  for (const method of ["broadcast_tx_commit", "broadcast_tx_sync"]) {
    const tx = await alice.tx.signTx([new MsgSend(params)], withGas(50_000));
    const response = await fetch(node.rpc, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { tx: toBase64(tx) } }),
    });
    expect(await response.json(), method).toMatchObject({
      result: method.endsWith("sync") ? TAKEN : { check_tx: TAKEN },
    });
  }
  expect(node.stderr).toBe("");
});
