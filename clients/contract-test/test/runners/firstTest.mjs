// SPDX-License-Identifier: Apache-2.0
// The same test for every runner: the functions of the runner are arguments.
import { readFileSync } from "node:fs";
import { assertCostsAtMost, assertFailsWith, DevChain } from "@sotto/contract-test";

const wasm = readFileSync(process.env["TOKEN_WASM"] ?? "token.wasm");

/** @param {{ describe: Function, it: Function, before: Function, after: Function }} runner */
export function tokenTest({ describe, it, before, after }) {
  describe("a private token on a chain inside the test", () => {
    /** @type {DevChain} */
    let chain;
    /** @type {import("@sotto/contract-test").Contract} */
    let token;
    before(async () => {
      chain = await DevChain.create();
      const { address } = chain.account("alice");
      const initial_balances = [{ address, amount: "1000" }];
      const init = { name: "Token", symbol: "TOK", decimals: 6, prng_seed: "AAAA", initial_balances };
      token = await chain.as("alice").deploy(wasm, init);
    });
    after(() => chain.close());

    it("moves tokens", async () => {
      const recipient = chain.account("bob").address;
      await assertCostsAtMost(chain.as("alice").execute(token, { transfer: { recipient, amount: "7" } }), 100_000);
      await chain.as("bob").execute(token, { set_viewing_key: { key: "k" } });
      const { balance } = await chain.query(token, { balance: { address: recipient, key: "k" } });
      if (balance.amount !== "7") throw new Error(`the balance is ${balance.amount}`);
    });

    it("refuses more than there is, and goes back", async () => {
      const mark = chain.snapshot();
      const recipient = chain.account("bob").address;
      await assertFailsWith(
        chain.as("alice").execute(token, { transfer: { recipient, amount: "9999" } }),
        "insufficient",
      );
      chain.revert(mark);
      if (chain.height !== mark.height) throw new Error("the height is another");
    });
  });
}
