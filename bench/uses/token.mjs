// SPDX-License-Identifier: Apache-2.0
import { amountText } from "@sotto/contract-client";
import { secretMessage } from "../lib/products.mjs";

/**
 * A private token of which both actors hold much.
 * @param {import("../lib/products.mjs").DevChain} chain
 * @param {import("../lib/products.mjs").Actor} by
 * @param {Uint8Array} wasm
 */
export const deployToken = (chain, by, wasm) =>
  by.deploy(
    wasm,
    {
      name: "Private Token",
      symbol: "PRIV",
      decimals: 6,
      prng_seed: "c2VlZA==",
      initial_balances: ["alice", "bob"].map((name) => ({
        address: chain.account(name).address,
        amount: amountText(10n ** 18n),
      })),
      config: { enable_deposit: true, enable_redeem: true, enable_mint: true, enable_burn: true },
      supported_denoms: ["uscrt"],
    },
    { label: "token" },
  );

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "token",
  wasm: "private-token",
  async run(chain, wasm) {
    const alice = chain.as(chain.account("alice"));
    const bob = chain.as(chain.account("bob"));
    const token = await deployToken(chain, alice, wasm);
    const call = (by, name, body, options) => by.execute(token, secretMessage(chain, by, token, name, body), options);
    const amount = amountText(1_000n);
    // The second transfer to an account costs what all later ones cost.
    for (const value of [0n, 1n, 10n ** 16n])
      await call(alice, "transfer", { recipient: bob.address, amount: amountText(value) });
    await call(alice, "send", { recipient: bob.address, amount });
    await call(alice, "batch_transfer", { actions: [{ recipient: bob.address, amount }] });
    await call(alice, "increase_allowance", { spender: bob.address, amount });
    await call(bob, "transfer_from", { owner: alice.address, recipient: bob.address, amount: amountText(1n) });
    await call(alice, "decrease_allowance", { spender: bob.address, amount: amountText(1n) });
    await call(alice, "deposit", {}, { funds: [{ denom: "uscrt", amount: "1000" }] });
    await call(alice, "redeem", { amount, denom: "uscrt" });
    await call(alice, "mint", { recipient: bob.address, amount });
    await call(alice, "burn", { amount });
    await call(alice, "set_viewing_key", { key: "a long and random viewing key" });
    await call(alice, "create_viewing_key", { entropy: "entropy" });
    await call(alice, "revoke_permit", { permit_name: "old" });
  },
};
