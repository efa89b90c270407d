// SPDX-License-Identifier: Apache-2.0
import { afterAll, expect, test } from "vitest";
import { clientOf, make, must, store, withGas } from "./client.ts";
import { removeAll, rpc, TestNode } from "./node.ts";

afterAll(removeAll);

test("a plaintext attribute that looks like ciphertext is found by a search", async () => {
  const node = await TestNode.start({ flags: ["--instant"] });
  const alice = clientOf(node, "a");
  const probe = await make(alice, await store(alice, "probe-v1"), { ops: [] });
  const value = "A07oJJ9n4TYTnD7ZStYyiPbB3kXOZvqIMkchGmmPRAzf";
  const msg = { attr: { key: "pubkey", value, plaintext: true } };
  must(
    await alice.tx.compute.executeContract({ sender: alice.address, ...probe, msg, sent_funds: [] }, withGas(500_000)),
  );
  const query = `wasm.pubkey='${value}' AND wasm.contract_address='${probe.contract_address}'`;
  const found = await rpc(node, `tx_search?query=${encodeURIComponent(`"${query}"`)}&prove=true`);
  expect(found).toMatchObject({ total_count: "1", txs: [{ proof: { proof: { total: "1" } } }] });
  expect(node.stderr).toBe("");
});
