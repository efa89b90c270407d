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

describe("contracts of a chain", () => {
  let chain: DevChain;
  beforeAll(async () => {
    chain = await DevChain.create({ accounts: { zoe: [{ denom: "uscrt", amount: "100" }], empty: [] } });
  });
  afterAll(() => chain.close());

  it("answer at earlier heights", async () => {
    const alice = chain.as("alice");
    const token = await alice.deploy(wasmOf("private-token"), tokenInit(alice.address));
    const { height } = await alice.execute(token, { set_viewing_key: { key: "k" } });
    await alice.execute(token, { transfer: { recipient: chain.account("bob").address, amount: "1" } });
    const asked = { balance: { address: alice.address, key: "k" } };
    expect(await chain.query(token, asked)).toEqual({ balance: { amount: "999" } });
    expect(await chain.query(token, asked, { height })).toEqual({ balance: { amount: "1000" } });
    await expect(chain.query(token, asked, { height: 10_000 })).rejects.toThrow(/latest height/);
  });

  it("move to another code when their admin says so, and keep their state", async () => {
    const [alice, bob] = [chain.as("alice"), chain.as("bob")];
    const first = await alice.storeCode(wasmOf("probe-v1"));
    const second = await alice.storeCode(wasmOf("probe-v1"));
    const set = { ops: [{ set: { key: "k", value: "v" } }] };
    const probe = await alice.instantiate(first, set, { admin: alice.account, label: "probe to migrate" });
    await expect(bob.migrate(probe, second, { ops: [] })).rejects.toThrow(ExecutionFailed);
    const moved = await alice.migrate(probe, second, { ops: [] });
    expect(moved).toMatchObject({ address: probe.address, codeId: second.codeId, label: "probe to migrate" });
    expect(await chain.query(moved, { get: { key: "k" } })).toEqual(["v"]);
  });

  it("get coins, and accounts have the balances of the options", async () => {
    expect([chain.balance(chain.account("zoe")), chain.balance(chain.account("empty"))]).toEqual([100n, 0n]);
    expect(chain.balance(chain.account("a"))).toBe(10n ** 18n);
    const zoe = chain.as("zoe");
    const probe = await chain.as("alice").deploy(wasmOf("probe-v1"), { ops: [] });
    const funds = [{ denom: "uscrt", amount: "30" }];
    const done = await zoe.execute(probe, { batch: { ops: [] } }, { funds, memo: "thirty", gas: 300_000 });
    expect(done.gasWanted).toBe(300_000);
    expect([chain.balance(zoe), chain.balance(probe)]).toEqual([70n, 30n]);
  });

  it("show their events decrypted to the sender", async () => {
    const alice = chain.as("alice");
    const probe = await alice.deploy(wasmOf("probe-v1"), { ops: [] });
    const { events } = await alice.execute(probe, { batch: { ops: [{ attr: { key: "color", value: "red" } }] } });
    const [wasm] = events.filter(({ type }) => type === "wasm");
    expect(wasm?.attributes).toContainEqual({ key: "color", value: "red", encrypted: true });
  });
});
