// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import * as secretjs from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, connect, DevChain } from "../src/index.ts";

const wasm = readFileSync(new URL("../../../contracts/built/private-token.wasm", import.meta.url));

describe("secret.js over a chain inside a test", () => {
  const before = globalThis.fetch;
  let chain: DevChain;
  let token: Contract;
  beforeAll(async () => {
    chain = await DevChain.create();
    const alice = chain.as("alice");
    const initial_balances = [{ address: alice.address, amount: "1000" }];
    const init = { name: "Private", symbol: "PRV", decimals: 6, prng_seed: "AAAA", initial_balances };
    token = await alice.deploy(wasm, init);
  });
  afterAll(() => {
    chain.close();
    expect(globalThis.fetch).toBe(before);
  });

  it.each(["alice", "a"])("signs as %s, reads what it sent, and asks with a permit", async (name) => {
    const account = chain.account(name);
    const client = connect(chain, account, secretjs);
    await chain.as("alice").execute(token, { transfer: { recipient: account.address, amount: "10" } });
    const { address: contract_address, codeHash: code_hash } = token;
    const msg = { transfer: { recipient: chain.account("bob").address, amount: "3" } };
    const message = new secretjs.MsgExecuteContract({
      sender: account.address,
      contract_address,
      code_hash,
      msg,
      sent_funds: [],
    });
    const tx = await client.tx.broadcast([message], { gasLimit: 200_000 });
    expect(tx.rawLog).toBe("");
    expect(tx.code).toBe(0);
    const permit = await client.utils.accessControl.permit.sign(
      account.address,
      chain.chainId,
      "p",
      [contract_address],
      ["balance"],
      false,
    );
    const query = { with_permit: { permit, query: { balance: {} } } };
    const answer = await client.query.compute.queryContract({ contract_address, code_hash, query });
    expect(answer).toEqual({ balance: { amount: name === "a" ? "7" : "997" } });
    const { balance } = await client.query.bank.balance({ address: account.address, denom: "uscrt" });
    expect(BigInt(balance?.amount ?? "")).toBeLessThan(10n ** 18n);
  });

  it("leaves other requests alone", async () => {
    await expect(fetch("http://127.0.0.1:1/x")).rejects.toThrow(/failed/);
    await expect(fetch("http://99.devchain.invalid/x")).rejects.toThrow(/there is no open DevChain/);
  });
});
