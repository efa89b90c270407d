// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, DevChain, ExecutionFailed } from "../src/index.ts";

const wasmOf = (name: string) => readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url));
const tokenInit = (...names: string[]) => ({
  name: "Private",
  symbol: "PRV",
  decimals: 6,
  prng_seed: toBase64(fromUtf8("seed")),
  initial_balances: names.map((address) => ({ address, amount: "1000" })),
});

describe("a chain inside a test", () => {
  let chain: DevChain;
  let token: Contract;
  beforeAll(async () => {
    chain = await DevChain.create();
    const alice = chain.as("alice");
    token = await alice.deploy(wasmOf("private-token"), tokenInit(alice.address), { label: "token" });
  });
  afterAll(() => chain.close());

  it("moves private tokens, and answers with a viewing key and with a permit", async () => {
    const [alice, bob] = [chain.as("alice"), chain.as(chain.account("bob"))];
    const height = chain.height;
    const done = await alice.execute(token, { transfer: { recipient: bob.address, amount: "7" } });
    expect(done).toMatchObject({ ok: true, code: 0, height: height + 1 });
    expect(done.json()).toEqual({ transfer: { status: "success" } });
    await bob.execute(token, { set_viewing_key: { key: "bob's" } });
    const address = bob.address;
    expect(await chain.query(token, { balance: { address, key: "bob's" } })).toEqual({ balance: { amount: "7" } });
    const permit = bob.permit({ contracts: [token], permissions: ["balance"] });
    expect(await chain.query(token, { with_permit: { permit, query: { balance: {} } } })).toEqual({
      balance: { amount: "7" },
    });
  });

  it("rejects a failing call with the contract's own error, its gas and its block", async () => {
    const alice = chain.as("alice");
    const call = alice.execute(token, { transfer: { recipient: alice.address, amount: "100000" } });
    await expect(call).rejects.toThrow(ExecutionFailed);
    await expect(call).rejects.toThrow(/transfer of token failed in block \d+ \(compute\/3\): .*insufficient/i);
  });
});

describe("blocks and time", () => {
  it("waits for mine() in manual mode, with several transactions in one block", async () => {
    const chain = await DevChain.create({ blocks: "manual" });
    const [alice, bob] = [chain.as("alice"), chain.as("bob")];
    const before = chain.height;
    const coins = [{ denom: "uscrt", amount: "5" }];
    const sent = [alice.send(bob.address, coins), alice.send(bob.address, coins), bob.send(alice.address, coins)];
    expect(chain.height).toBe(before);
    chain.mine();
    expect((await Promise.all(sent)).map(({ height }) => height)).toEqual([before + 1, before + 1, before + 1]);
    expect(chain.balance(bob)).toBe(10n ** 18n + 5n);
    chain.close();
  });

  it("moves its time forward, and never backwards", async () => {
    const chain = await DevChain.create({ time: new Date("2026-05-01T12:00:00Z") });
    expect(chain.time.now().toISOString()).toBe("2026-05-01T12:00:00.000Z");
    chain.time.advance("3 days");
    chain.time.advance(90);
    expect(chain.time.now().toISOString()).toBe("2026-05-04T12:01:30.000Z");
    chain.time.set(new Date("2026-06-01T00:00:00Z"));
    expect(() => chain.time.set(new Date("2026-05-31T00:00:00Z"))).toThrow(/time never goes backwards/);
    expect(() => chain.time.advance("-3 days")).toThrow(/no duration/);
    expect(() => chain.time.advance(-1)).toThrow(/time never goes backwards/);
    chain.close();
  });

  it("is the same chain for the same seed", async () => {
    const run = async (seed: string) => {
      const chain = await DevChain.create({ seed });
      const token = await chain.as("alice").deploy(wasmOf("private-token"), tokenInit(chain.account("alice").address));
      const { txHash } = await chain
        .as("alice")
        .execute(token, { transfer: { recipient: chain.account("zoe").address, amount: "1" } });
      chain.close();
      return [chain.appHash, token.address, txHash];
    };
    const [first, second, other] = [await run("one"), await run("one"), await run("two")];
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
