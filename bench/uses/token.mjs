// SPDX-License-Identifier: Apache-2.0
import { amountText, ContractClient } from "@sotto/contract-client";

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "token",
  wasm: "private-token",
  async run(stage) {
    const token = await stage.token("PRIV");
    const [alice, bob] = ["alice", "bob"].map((name) => new ContractClient(stage.client(name), token));
    const recipient = bob.address;
    const amount = amountText(1_000n);
    for (const value of [0n, 1n, 10n ** 16n]) await alice.execute("transfer", { recipient, amount: amountText(value) });
    await alice.execute("send", { recipient, amount });
    await alice.execute("batch_transfer", { actions: [{ recipient, amount }] });
    await alice.execute("increase_allowance", { spender: recipient, amount });
    await bob.execute("transfer_from", { owner: alice.address, recipient, amount: amountText(1n) });
    await alice.execute("decrease_allowance", { spender: recipient, amount: amountText(1n) });
    await alice.execute("deposit", {}, { funds: [{ denom: "uscrt", amount: "1000" }] });
    await alice.execute("redeem", { amount, denom: "uscrt" });
    await alice.execute("mint", { recipient, amount });
    await alice.execute("burn", { amount });
    await alice.execute("set_viewing_key", { key: "a long and random viewing key" });
    await alice.execute("create_viewing_key", { entropy: "entropy" });
    await alice.execute("revoke_permit", { permit_name: "old" });
  },
};
