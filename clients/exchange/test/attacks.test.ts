// SPDX-License-Identifier: Apache-2.0
// The attacks that need a chain. The others are in contracts/exchange/tests/attacks.rs, under the
// same numbers.
import { amountText, ContractRefused, InstanceRefused, TransactionFailed } from "@sotto/contract-client";
import { type Contract, connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { actMessage } from "../src/act.ts";
import { ExchangeClient } from "../src/index.ts";
import { act, bindOf, message, order, send } from "./acts.ts";
import { type Market, ONE, openMarket, tokenRef, wasmOf } from "./market.ts";

let market: Market;
beforeEach(async () => {
  market = await openMarket();
  for (const user of ["alice", "bob", "carol"] as const) {
    await market.of(user).deposit("base", 10n ** 20n);
    await market.of(user).deposit("quote", 10n ** 20n);
  }
});
afterEach(() => market.chain.close());

describe("orders on a chain", () => {
  it("trade at one price for everyone, through unmodified secret.js", async () => {
    const [alice, bob, carol] = [market.of("alice"), market.of("bob"), market.of("carol")];
    await alice.addLiquidity({ base: 10n ** 19n, quote: 2n * 10n ** 19n });
    await bob.order({ side: "sell", amount: 10n ** 15n, limit: ONE });
    await carol.order({ side: "buy", amount: 3n * 10n ** 15n });
    await market.batch();
    const [sold] = await bob.orders();
    const [bought] = await carol.orders();
    expect([sold?.status, bought?.status]).toEqual(["finished", "finished"]);
    const { value = 0n } = await market.of("dave").price();
    const near = (exact: bigint) => exact / 10n ** 15n === value / 10n ** 15n;
    // Before the protocol's fee of 5 basis points.
    expect(near((((sold?.got ?? 0n) * 10_000n) / 9_995n) * 1_000n)).toBe(true);
    expect((await market.of("dave").priceHistory()).prices[0]?.value).toBe(value);
    await bob.sync();
    expect((await bob.fills())[0]).toMatchObject({ side: "sell", gave: 10n ** 15n, got: sold?.got });
    expect((await bob.account()).quote).toBe(10n ** 20n + (sold?.got ?? 0n));
  });

  it("leave by withdrawal to the sender or to another", async () => {
    const alice = market.of("alice");
    const before = await market.balance(market.base, market.chain.account("dave").address);
    await alice.withdraw({ base: 7n, to: market.chain.account("dave").address });
    expect(await market.balance(market.base, market.chain.account("dave").address)).toBe(before + 7n);
    await expect(alice.withdraw({ base: 10n ** 21n })).rejects.toThrow(ContractRefused);
    expect(await alice.account()).toMatchObject({ base: 10n ** 20n - 7n, quote: 10n ** 20n });
  });
});

describe("attacks", () => {
  it("attack 3: a clear of an epoch that runs, and a second one, fail; the keeper goes on", async () => {
    const keeper = market.of("keeper");
    await expect(keeper.clear((await keeper.info()).epoch)).rejects.toThrow(/not over/);
    market.pass();
    const epoch = (await keeper.info()).epoch - 1;
    await keeper.clear(epoch);
    await expect(keeper.clear(epoch)).rejects.toThrow(/cleared already/);
    expect(await keeper.keepOnce()).toBeUndefined();
    market.pass();
    const stop = new AbortController();
    const cleared: number[] = [];
    const onClear = (each: number) => {
      cleared.push(each);
      stop.abort();
    };
    await keeper.keeper({ signal: stop.signal, pauseMs: 1, onClear });
    expect(cleared).toEqual([epoch + 1]);
  });

  it("attack 10: a receive that no listed token sends, and one with another's from, credit nothing", async () => {
    const msg = Buffer.from(JSON.stringify({ deposit: { bind: bindOf(market, "alice") } })).toString("base64");
    const { address } = market.chain.account("alice");
    const receive = { receive: { sender: address, from: address, amount: "1000", msg } };
    await expect(market.chain.as("alice").execute(market.exchange, receive)).rejects.toThrow(/not a listed token/);
    // Another token of the same code, which is not listed.
    const other = await market.chain.as("alice").deploy(wasmOf("private-token"), {
      name: "Other token",
      symbol: "OTHER",
      decimals: 6,
      prng_seed: "c2VlZA==",
      initial_balances: [{ address, amount: "1000" }],
    });
    const { address: recipient, codeHash: recipient_code_hash } = market.exchange;
    const sent = { send: { recipient, recipient_code_hash, amount: "1000", msg } };
    await expect(market.chain.as("alice").execute(other, sent)).rejects.toThrow(/not a listed token/);
    // The same from a listed token by another account: the bind names alice.
    await expect(market.chain.as("bob").execute(market.base, sent)).rejects.toThrow(/not for this contract/);
    const empty = {
      send: { recipient: market.exchange.address, amount: "5", msg: Buffer.from("{}").toString("base64") },
    };
    await expect(market.chain.as("alice").execute(market.base, empty)).rejects.toThrow();
    expect(await market.of("alice").account()).toMatchObject({ base: 10n ** 20n, quote: 10n ** 20n });
  });

  it("attack 14: a message of alice that Eve sends, here or to an own instance, is a fixed error", async () => {
    const copied = message(market, "alice", "act", order("sell", 77n, ONE));
    const eve = market.chain.as("eve");
    await expect(eve.execute(market.exchange, copied)).rejects.toThrow(/not for this contract/);
    const own = await eve.deploy(wasmOf("exchange"), market.setUp, { label: "of eve" });
    await expect(eve.execute(own, copied)).rejects.toThrow(/not for this contract/);
    await expect(market.chain.as("alice").execute(own, copied)).rejects.toThrow(/not for this contract/);
  });

  it("attack 15: a stop of the admin leaves cancel, sync, withdraw and remove open", async () => {
    const [alice, bob] = [market.of("alice"), market.of("bob")];
    await alice.addLiquidity({ base: 10n ** 19n, quote: 10n ** 19n });
    const { id } = await bob.order({ side: "sell", amount: 100n, limit: 9n * ONE });
    market.pass(3);
    const stop = { set_contract_status: { level: "stop_new" } };
    await expect(market.chain.as("alice").execute(market.exchange, stop)).rejects.toThrow(/only the admin/);
    await market.chain.as("admin").execute(market.exchange, stop);
    expect((await alice.info()).status).toBe("stop_new");
    await expect(alice.deposit("base", 5n)).rejects.toThrow(/stopped/);
    await expect(alice.order({ side: "sell", amount: 5n })).rejects.toThrow(/stopped/);
    await bob.cancel(id);
    await bob.sync();
    await alice.removeLiquidity({ shares: (await alice.liquidity()).shares });
    const { base, quote } = await alice.account();
    await alice.withdraw({ base, quote });
  });

  it("a transaction that fails later takes an order back, and a clear cannot be taken back", async () => {
    const alice = market.chain.as("alice");
    const failing = {
      contract: market.base,
      msg: { transfer: { recipient: alice.address, amount: amountText(10n ** 38n) } },
    };
    const placed = message(market, "alice", "act", order("sell", 77n, ONE));
    await alice.run([{ contract: market.exchange, msg: placed }, failing], { mayFail: true });
    expect(await market.of("alice").orders()).toEqual([]);
    market.pass();
    const epoch = (await market.of("alice").info()).epoch - 1;
    const clear = { contract: market.exchange, msg: { clear: { epoch } } };
    const tried = await alice.run([clear, failing], { mayFail: true });
    expect(tried.ok).toBe(false);
    // finalize_tx refuses a transaction that would go on, so the clear does not happen either.
    expect((await market.of("alice").info()).nextClear).toBeLessThanOrEqual(epoch);
    await market.of("keeper").clear(epoch);
  });
});

describe("bad input", () => {
  it("refuses permits with another permission, for another contract or chain, and revoked ones", async () => {
    const alice = market.chain.as("alice");
    const ask = (permit: object) =>
      market.chain.query(market.exchange, { with_permit: { permit, query: { account: {} } } });
    const contracts = [market.exchange];
    const permissions = ["exchange"];
    await expect(ask(alice.permit({ contracts, permissions: ["bid", "balance"] }))).rejects.toThrow(/permission/);
    await expect(ask(alice.permit({ contracts: [market.base], permissions }))).rejects.toThrow(/not for this/);
    await expect(ask(alice.permit({ contracts, permissions, chainId: "other-1" }))).rejects.toThrow(/another chain/);
    const permit = alice.permit({ contracts, permissions, name: "old" });
    expect(await ask(permit)).toHaveProperty("account");
    expect(await ask(alice.permit({ contracts, permissions: ["owner"] }))).toHaveProperty("account");
    await alice.execute(market.exchange, { revoke_permit: { permit_name: "old" } });
    await expect(ask(permit)).rejects.toThrow(/revoked/);
  });

  it("refuses a token with a wrong code hash, a contract that is no token, and an instance that may change", async () => {
    const admin = market.chain.as("admin");
    const deploy = (rules: object) =>
      admin.deploy(wasmOf("exchange"), { ...market.setUp, ...rules }, { label: `bad ${JSON.stringify(rules).length}` });
    await expect(deploy({ base: { ...tokenRef(market.base), code_hash: "ab".repeat(32) } })).rejects.toThrow();
    const probe = await admin.deploy(wasmOf("probe-v1"), {}, { label: "probe" });
    await expect(deploy({ base: tokenRef(probe) })).rejects.toThrow();
    await expect(deploy({ witnesses: { threshold: 1 } })).rejects.toThrow(/witnesses/);
    const changeable: Contract = await admin.deploy(wasmOf("exchange"), market.setUp, {
      label: "with an admin",
      admin: admin.address,
    });
    const client = connect(market.chain, market.chain.account("alice"), secretjs);
    await expect(new ExchangeClient(client, changeable).sync()).rejects.toThrow(InstanceRefused);
    await expect(new ExchangeClient(client, { ...market.exchange, codeHash: "cd".repeat(32) }).sync()).rejects.toThrow(
      InstanceRefused,
    );
  });

  it("says what is wrong, and loses nothing", async () => {
    const alice = market.of("alice");
    await expect(alice.cancel(999n)).rejects.toThrow(/no open order of this account has this id/);
    await expect(alice.order({ side: "buy", amount: 10n ** 25n })).rejects.toThrow(/the free balance is too small/);
    await expect(alice.order({ side: "buy", amount: -1n })).rejects.toThrow(RangeError);
    await expect(alice.order({ side: "buy", amount: 1n, epochs: -1 })).rejects.toThrow(RangeError);
    await expect(alice.removeLiquidity({ shares: 1n })).rejects.toThrow(/fewer shares/);
    await expect(alice.deposit("base", 10n ** 38n)).rejects.toThrow(TransactionFailed);
    const { data } = await act(market, "alice", actMessage("cancel", { orderId: 5n }));
    expect(new TextDecoder().decode(data)).toMatch(/refused/);
    const failed = await send(market, "alice", "act", { ...order("sell", 77n), do: "steal " });
    expect(failed.ok).toBe(false);
    expect(await alice.account()).toMatchObject({ base: 10n ** 20n, quote: 10n ** 20n, shares: 0n });
  });
});
