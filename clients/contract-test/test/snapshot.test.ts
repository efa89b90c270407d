// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, DevChain } from "../src/index.ts";

const wasm = readFileSync(new URL("../../../contracts/built/private-token.wasm", import.meta.url));
const URL_OF_TX = "/cosmos/tx/v1beta1/txs/";

describe("a snapshot", () => {
  let chain: DevChain;
  let token: Contract;
  beforeAll(async () => {
    chain = await DevChain.create();
    const alice = chain.as("alice");
    const initial_balances = [{ address: alice.address, amount: "1000" }];
    token = await alice.deploy(wasm, {
      name: "Private",
      symbol: "PRV",
      decimals: 6,
      prng_seed: "AAAA",
      initial_balances,
    });
    await alice.execute(token, { set_viewing_key: { key: "k" } });
  });
  afterAll(() => chain.close());

  const balance = async () => {
    const answer = await chain.query(token, { balance: { address: chain.as("alice").address, key: "k" } });
    return (answer as { balance: { amount: string } }).balance.amount;
  };
  const pay = (amount: string) =>
    chain.as("alice").execute(token, { transfer: { recipient: chain.account("bob").address, amount } });
  const isFound = async (hash: string) => (await fetch(`${chain.url}${URL_OF_TX}${hash}`)).status === 200;

  it("is the chain to which revert goes back: state hash, time, queries, transactions, next block", async () => {
    const mark = chain.snapshot();
    const before = [chain.height, chain.appHash, chain.time.now().getTime(), await balance()];
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const first = await pay("5");
      chain.time.advance("2 days");
      const second = await pay("6");
      expect(await balance()).toBe("989");
      expect(await isFound(second.txHash)).toBe(true);
      runs.push([first.txHash, second.txHash, first.gasUsed, chain.appHash, chain.height]);
      chain.revert(mark);
      expect([chain.height, chain.appHash, chain.time.now().getTime(), await balance()]).toEqual(before);
      expect(await isFound(second.txHash)).toBe(false);
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    const other = await pay("7");
    expect(other.txHash).not.toBe(runs[0]?.[0]);
    expect(await balance()).toBe("993");
    expect(await isFound(other.txHash)).toBe(true);
  });

  it("may be nested: the way back ends later ones", async () => {
    const outer = chain.snapshot();
    await pay("1");
    const inner = chain.snapshot();
    const middle = chain.appHash;
    await pay("2");
    chain.revert(inner);
    expect(chain.appHash).toBe(middle);
    chain.revert(outer);
    await pay("3");
    expect(() => chain.revert(inner)).toThrow(/taken after one to which the chain was reverted/);
  });

  it("is refused by another chain, and while transactions wait", async () => {
    const other = await DevChain.create({ blocks: "manual" });
    expect(() => other.revert(chain.snapshot())).toThrow(/a snapshot of another chain/);
    expect(() => other.revert({ chain: other.url, height: 1 })).toThrow(/an unknown snapshot/);
    const mark = other.snapshot();
    const sent = other.as("alice").send(other.account("bob"), [{ denom: "uscrt", amount: "1" }]);
    expect(() => other.snapshot()).toThrow(/1 transactions wait for a block/);
    other.revert(mark);
    await expect(sent).rejects.toThrow(/the chain was reverted before a block took it/);
    other.close();
  });

  it("keeps accounts that get their funds later", async () => {
    const mark = chain.snapshot();
    const late = chain.as("late");
    await late.send(chain.account("bob"), [{ denom: "uscrt", amount: "1" }]);
    chain.revert(mark);
    expect(chain.balance(late)).toBe(0n);
    await chain.as("late").send(chain.account("bob"), [{ denom: "uscrt", amount: "1" }]);
    expect(chain.balance(late)).toBe(10n ** 18n - 1n);
  });
});
