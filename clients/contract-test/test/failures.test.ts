// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  assertCostsAtMost,
  assertEmits,
  assertFailsWith,
  type Contract,
  DevChain,
  DevChainError,
  type DevChainMatchers,
  type DevChainOptions,
  matchers,
} from "../src/index.ts";

declare module "vitest" {
  interface Assertion<T> extends DevChainMatchers<T> {}
}
expect.extend(matchers);

const probe = readFileSync(new URL("../../../contracts/built/probe-v1.wasm", import.meta.url));
const fail = (msg: string) => ({ fail: { error: { generic_err: { msg } } } });
const batch = (...ops: object[]) => ({ batch: { ops } });
const print = (text: string) => ({ debug: { text } });

describe("a chain whose contracts fail", () => {
  let chain: DevChain;
  let contract: Contract;
  beforeAll(async () => {
    chain = await DevChain.create();
    contract = await chain.as("alice").deploy(probe, { ops: [] }, { label: "probe" });
  });
  afterAll(() => chain.close());
  const call = (...ops: object[]) => chain.as("alice").execute(contract, batch(...ops));

  it("shows error, gas, and what the contract printed, beside the failing call", async () => {
    const failing = call(print("before the check"), print("two\nlines"), fail("no luck"));
    const shown = await failing.catch((thrown: Error) => thrown.message);
    expect(shown).toMatch(/^batch of probe failed in block \d+ \(compute\/3\): Generic error: no luck$/m);
    expect(shown).toMatch(/gas: [\d,]+ of 5,000,000/);
    expect(shown).toContain("debug_print:\n    before the check\n    two\n    lines");
    expect((await call(print("fine"))).debug).toEqual(["fine"]);
    expect((await call()).debug).toEqual([]);
  });

  it("shows what a failing query printed", async () => {
    const asked = chain.query(contract, batch(print("asked"), fail("nothing here")));
    await expect(asked).rejects.toMatchObject({ name: "QueryFailed", debug: ["asked"] });
    await expect(chain.query(contract, batch(print("asked"), fail("nothing here")))).rejects.toThrow(
      /query batch failed: Generic error: nothing here\n {2}debug_print:\n {4}asked/,
    );
  });

  it("shows the texts of each transaction of a block, also of sub-messages", async () => {
    const other = await DevChain.create({ blocks: "manual" });
    const alice = other.as("alice");
    const stored = alice.storeCode(probe);
    other.mine();
    const made = alice.instantiate(await stored, { ops: [] });
    other.mine();
    const own = await made;
    const sent = ["one", "two", "three"].map((text) => alice.execute(own, batch(print(text))));
    other.mine();
    expect((await Promise.all(sent)).map(({ debug }) => debug)).toEqual([["one"], ["two"], ["three"]]);
    other.close();
  });

  it("says of a contract that never ends that it ran out of gas, and what to do", async () => {
    const endless = chain.as("alice").execute(contract, batch({ loop: { kind: "cpu" } }), { gas: 200_000 });
    await expect(endless).rejects.toThrow(/out of gas/i);
    await expect(endless).rejects.toThrow(/give more with \{ gas \}; if no limit is enough, the contract does not end/);
  });

  it("has matchers of failures, gas and events", async () => {
    await expect(call(fail("no luck"))).toFailWith("no luck");
    await expect(call(fail("no luck"))).toFailWith(/^Generic error: no/);
    await expect(call()).not.toFailWith("no luck");
    await expect(chain.query(contract, batch(fail("q")))).toFailWith("q");
    await expect(call()).toCostAtMost(200_000);
    await expect(call({ attr: { key: "color", value: "red" } })).toEmit("wasm", { color: "red" });
    await expect(call({ attr: { key: "color", value: "red" } })).toEmit("wasm", { color: /^r/ });
    await expect(call()).not.toEmit("wasm", { color: "red" });
    const fails = async (check: Promise<unknown>) => (await check.catch((thrown: Error) => thrown)) as Error;
    expect((await fails(expect(call()).toFailWith("x"))).message).toMatch(
      /expected a failure with x, but it succeeded/,
    );
    expect((await fails(expect(call()).toCostAtMost(10))).message).toMatch(/expected at most 10 gas, it used \d/);
    expect((await fails(expect(call()).toEmit("wasm", { a: "b" }))).message).toMatch(/expected an event\n {4}wasm/);
    await assertFailsWith(call(fail("no luck")), "no luck");
    await assertCostsAtMost(call(), 200_000);
    await assertEmits(call(), "wasm");
    await expect(assertFailsWith(call(), "x")).rejects.toThrow(/it succeeded/);
    await expect(assertCostsAtMost(call(), 1)).rejects.toThrow(/at most 1 gas/);
    await expect(assertEmits(call(), "other")).rejects.toThrow(/expected an event/);
    await expect(assertEmits(5 as never, "x")).rejects.toThrow(/5 is no execution/);
  });

  it("resolves with a failed execution where the caller allows it", async () => {
    const done = await chain.as("alice").execute(contract, fail("no luck"), { mayFail: true });
    expect(done).toMatchObject({ ok: false, codespace: "compute", code: 3, error: "Generic error: no luck" });
  });

  it("undoes all messages of a transaction when one fails", async () => {
    const alice = chain.as("alice");
    const before = chain.balance("secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03");
    const coins = [{ denom: "uscrt", amount: "5" }];
    const messages = [
      { to: chain.account("a"), coins },
      { contract, msg: fail("no") },
    ];
    await expect(alice.run(messages)).toFailWith("Generic error: no");
    expect(chain.balance(chain.account("a"))).toBe(before);
    await alice.run([
      { to: chain.account("a"), coins },
      { contract, msg: batch() },
    ]);
    expect(chain.balance(chain.account("a"))).toBe(before + 5n);
  });

  it("reports gas by contract and message", async () => {
    const rows = chain.gasReport();
    const row = rows.find(({ contract: label, message }) => label === "probe" && message === "batch");
    expect(row?.count).toBeGreaterThan(5);
    expect(row?.failed).toBeGreaterThan(1);
    expect(row?.min).toBeLessThanOrEqual(row?.mean ?? 0);
    expect(row?.mean).toBeLessThanOrEqual(row?.max ?? 0);
  });
});

const COIN = { denom: "uscrt", amount: "1" };

describe("a wrong use", () => {
  it.each<[unknown, RegExp]>([
    [{ blocks: "fast" }, /the option blocks is "fast": give "automatic" or "manual"/],
    [{ chainID: "x" }, /unknown option chainID: known are chainId, seed/],
    [{ chainId: "a b" }, /the option chainId is "a b"/],
    [{ seed: 5 }, /the option seed is 5: give a text/],
    [{ time: "now" }, /now is no time of a block: give a Date/],
    [{ time: new Date("x") }, /Invalid Date is no time of a block/],
    [{ gasPrice: "cheap" }, /the option gasPrice is "cheap"/],
    [{ accounts: { zoe: [{ denom: "uscrt", amount: 5 }] } }, /the option accounts.zoe is .*give a list as/],
    [{ accounts: { zoe: "rich" } }, /the option accounts.zoe is "rich"/],
    [{ accounts: { zoe: [COIN, COIN] } }, /accounts.zoe is .*give each denom once/],
    [{ accounts: null }, /the option accounts is null: give balances by name/],
    [{ accounts: { "contract-test faucet": [COIN] } }, /is the chain's own: take another/],
    [{ time: new Date(0) }, /give a Date from 1970-01-02 to 2261-12-31/],
    [{ time: new Date("2262-01-01T00:00:00Z") }, /give a Date from 1970-01-02 to 2261-12-31/],
    [null, /the options are null: give an object/],
    [[], /the options are \[\]: give an object/],
  ])("is refused with what to do: %j", async (options, text) => {
    // The cast: callers in JavaScript have no types.
    await expect(DevChain.create(options as DevChainOptions)).rejects.toThrow(DevChainError);
    await expect(DevChain.create(options as DevChainOptions)).rejects.toThrow(text);
  });

  it("of the methods is refused too", async () => {
    const chain = await DevChain.create();
    const alice = chain.as("alice");
    expect(() => chain.account("")).toThrow(/an account has a name/);
    expect(() => chain.mine(0)).toThrow(/mine\(0\)/);
    expect(() => chain.as(undefined as never)).toThrow(/chain.as takes an account/);
    await expect(alice.execute({} as never, {})).rejects.toThrow(/a contract has \{ address, codeHash \}/);
    await expect(alice.storeCode("x" as never)).rejects.toThrow(/storeCode takes the bytes/);
    await expect(alice.storeCode(new Uint8Array([1, 2, 3]))).rejects.toThrow(/store code/);
    await expect(alice.send(alice.address, [{ denom: "u", amount: "1" }])).rejects.toThrow(/the option coins is/);
    await expect(alice.send(alice.address, [{ denom: "uscrt", amount: "1" }], { gas: -1 })).rejects.toThrow(
      /gas limit is -1/,
    );
    await expect(alice.send(alice.address, [{ denom: "uscrt", amount: `1${"0".repeat(30)}` }])).rejects.toThrow(
      /too few coins/,
    );
    await expect(alice.run([])).rejects.toThrow(/at least one message/);
    expect(() => alice.permit({ contracts: [], permissions: [] })).toThrow(/names the contracts/);
    chain.close();
    chain.close();
    expect(() => chain.mine()).toThrow(/the chain is closed/);
    await expect(alice.send(alice.address, [])).rejects.toThrow(/the chain is closed/);
    expect(() => chain.snapshot()).toThrow(/the chain is closed/);
  });

  it("of arguments stops neither the chain nor its time", async () => {
    const chain = await DevChain.create({ time: new Date("1970-01-02T00:00:00Z") });
    const alice = chain.as("alice");
    const contract = await alice.deploy(probe, { ops: [] });
    const { height } = chain;
    expect(() => chain.time.advance(3e11)).toThrow(/is no time of a block/);
    expect(() => chain.time.advance(1e300)).toThrow(/is no time of a block/);
    expect(() => chain.time.advance(Number.NaN)).toThrow(/"NaN" is no duration/);
    expect(() => chain.time.advance(3n as never)).toThrow(/"3" is no duration/);
    expect(() => chain.time.set(new Date("1970-01-01T00:00:00Z"))).toThrow(DevChainError);
    expect(() => chain.deliver(["x"] as never)).toThrow(/deliver takes a list of signed transactions/);
    expect(() => chain.balance(undefined as never)).toThrow(/an address is missing/);
    expect(() => chain.account("contract-test faucet")).toThrow(/is the chain's own/);
    expect(() => chain.revert(undefined as never)).toThrow(/this is an unknown snapshot/);
    expect(() => alice.permit(undefined as never)).toThrow(/names the contracts/);
    const circular: Record<string, unknown> = {};
    circular["own"] = circular;
    for (const msg of [undefined, () => 1, { amount: 1n }, circular]) {
      await expect(alice.execute(contract, msg)).rejects.toThrow(DevChainError);
      await expect(chain.query(contract, msg)).rejects.toThrow(/JSON/);
    }
    for (const bad of [-1, 1.5, Number.NaN, "2"] as number[])
      await expect(chain.query(contract, batch(), { height: bad })).rejects.toThrow(
        `is no block of this chain: give a whole number from 1 to ${height}`,
      );
    for (const bad of [undefined, Promise.resolve(contract)] as never[]) {
      await expect(chain.query(bad, batch())).rejects.toThrow(/a contract has \{ address, codeHash \}/);
      await expect(alice.instantiate(bad, {})).rejects.toThrow(/a code has \{ codeId, codeHash \}/);
      await expect(alice.migrate(contract, bad, {})).rejects.toThrow(/a code has/);
    }
    await expect(alice.execute(contract, batch(), { gass: 5 } as never)).rejects.toThrow(/unknown option gass/);
    await expect(alice.execute(contract, batch(), { memo: 5 as never })).rejects.toThrow(/the memo is no text/);
    await expect(alice.send(undefined as never, [])).rejects.toThrow(/an address is missing/);
    await expect(alice.run({ contract, msg: {} } as never)).rejects.toThrow(/give run\(\[/);
    expect(chain.height).toBe(height);
    expect((await alice.execute(contract, batch())).ok).toBe(true);
    chain.time.set(new Date("2261-12-31T23:59:00Z"));
    expect((await alice.execute(contract, batch())).ok).toBe(true);
    chain.close();
  });

  it("of a code hash or an endless loop is answered with what to do", async () => {
    const chain = await DevChain.create();
    const alice = chain.as("alice");
    const contract = await alice.deploy(probe, { ops: [] });
    const other = { ...contract, codeHash: "00".repeat(32) };
    await expect(alice.execute(other, batch())).rejects.toThrow(/the code hash is probably not that of the contract/);
    await expect(chain.query(other, batch())).rejects.toThrow(/the code hash is probably not that of the contract/);
    const endless = alice.execute(contract, batch({ loop: { kind: "cpu" } }), { gas: 600_000_000 });
    await expect(endless).rejects.toThrow(/a call reached the chain's own limit, which no \{ gas \} raises/);
    chain.close();
  });

  it("of an account that the chain does not have is refused; an actor gets its funds again after a revert", async () => {
    const [chain, other] = await Promise.all([DevChain.create(), DevChain.create({ seed: "other" })]);
    await expect(other.as(chain.account("alice")).send(chain.account("bob"), [COIN])).rejects.toThrow(
      /this chain does not know the account secret1\w+: send coins to it first/,
    );
    const mark = chain.snapshot();
    const zed = chain.as("zed");
    await zed.send(chain.account("bob"), [COIN]);
    chain.revert(mark);
    expect((await zed.send(chain.account("bob"), [COIN])).ok).toBe(true);
    expect(chain.balance(zed)).toBe(10n ** 18n - 1n);
    chain.close();
    other.close();
  });

  it("of an observer is refused, and its errors do not stop the chain", async () => {
    const chain = await DevChain.create();
    const send = () => chain.as("alice").send(chain.account("bob"), [COIN]);
    expect(() => chain.watch({ frame: () => {} } as never)).toThrow(/transaction is missing/);
    const nothing = () => {};
    const fails = () => {
      throw new Error("a fault of the observer");
    };
    for (const name of ["frame", "transaction", "block"]) {
      const end = chain.watch({ frame: nothing, transaction: nothing, block: nothing, [name]: fails });
      await expect(send()).rejects.toThrow("a fault of the observer");
      end();
      expect((await send()).ok).toBe(true);
    }
    chain.close();
  });

  it("of a price of gas that an account cannot pay is refused; one that it can pay is paid", async () => {
    const accounts = { poor: [{ denom: "uscrt", amount: "5" }] };
    const chain = await DevChain.create({ gasPrice: "0.0125uscrt", accounts });
    await expect(chain.as("poor").send(chain.as("poor").address, [])).rejects.toThrow(/too few coins/);
    const alice = chain.as("alice");
    await alice.send(chain.account("bob"), [{ denom: "uscrt", amount: "1" }], { gas: 100_000 });
    expect(chain.balance(alice)).toBe(10n ** 18n - 1n - 1250n);
    chain.close();
  });

  it("two chains of one process do not disturb each other", async () => {
    const chains = await Promise.all([DevChain.create({ seed: "x" }), DevChain.create({ seed: "x" })]);
    const sends = chains.map(async (chain, i) => {
      for (let n = 0; n <= i; n++)
        await chain.as("alice").send(chain.account("bob"), [{ denom: "uscrt", amount: "1" }]);
      return chain.balance(chain.account("bob"));
    });
    expect(await Promise.all(sends)).toEqual([10n ** 18n + 1n, 10n ** 18n + 2n]);
    expect(chains[0]?.url).not.toBe(chains[1]?.url);
    for (const chain of chains) chain.close();
  });
});

it("a waiting transaction that an earlier block makes invalid is refused, and does not wait for ever", async () => {
  const accounts = { poor: [{ denom: "uscrt", amount: "3000" }] };
  const chain = await DevChain.create({ blocks: "manual", gasPrice: "0.000001uscrt", accounts });
  const poor = chain.as("poor");
  const { address } = chain.account("bob");
  // A block has room for one of them, and the check of the mempool takes fees only.
  const options = { gas: 600_000_000 };
  const coins = [{ denom: "uscrt", amount: "2000" }];
  const [first, second] = [poor.send(address, coins, options), poor.send(address, coins, options)];
  chain.mine();
  expect((await first).ok).toBe(true);
  expect(chain.pending).toBe(1);
  chain.mine();
  await expect(second).rejects.toThrow(/an earlier block made it invalid while it waited/);
  expect(chain.pending).toBe(0);
  chain.close();
});

it("a waiting transaction is refused when the chain is closed", async () => {
  const chain = await DevChain.create({ blocks: "manual" });
  const waiting = chain.as("alice").send(chain.account("bob"), [COIN]);
  chain.close();
  await expect(waiting).rejects.toThrow(/the chain was closed before a block took it/);
});
