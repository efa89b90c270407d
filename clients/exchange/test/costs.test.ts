// SPDX-License-Identifier: Apache-2.0
import { amountText } from "@sotto/contract-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTS, act, order, send, withIds } from "./acts.ts";
import { type Market, ONE, openMarket, USERS } from "./market.ts";

/**
 * Gas of whole transactions, as the README's table has it; another number means that the table is
 * old.
 */
const COSTS = { act: 97_700, withdraw: 154_000, clear: 146_800 };

/** A number of the table may be wrong by this much without misleading anyone. */
const near = (gas: number, expected: number) => Math.abs(gas - expected) < expected / 20;

describe("gas tells nothing", () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
    for (const user of USERS) {
      await market.of(user).deposit("base", 10n ** 32n);
      await market.of(user).deposit("quote", 10n ** 32n);
    }
    await market.of("alice").addLiquidity({ base: 10n ** 30n, quote: 10n ** 30n });
    market.pass(3);
    await market.of("keeper").keepOnce();
  });
  afterAll(() => market.chain.close());

  it("every act costs the same to the unit: all kinds, amounts 1 and 10^30, filled, unfilled, refused", async () => {
    const other = (await market.of("bob").order({ side: "buy", amount: 10n, limit: 1n })).id;
    const gas = new Map<string, number>();
    for (const [name, body] of ACTS) {
      for (const { id } of await market.of("alice").orders()) await market.of("alice").cancel(id);
      const own = (await market.of("alice").order({ side: "sell", amount: 9n, limit: 9n * ONE })).id;
      const { ok, data, gasUsed } = await act(market, "alice", withIds(body, own, other));
      expect([ok, data.length], name).toEqual([true, 256]);
      const { status } = (JSON.parse(new TextDecoder().decode(data)) as { act: { status: string } }).act;
      if (name.startsWith("refused")) expect(status, name).toBe("refused");
      gas.set(name, gasUsed);
    }
    expect(new Set(gas.values()).size, JSON.stringify([...gas])).toBe(1);
    expect([...gas.values()].every((each) => near(each, COSTS.act))).toBe(true);
  });

  it("a withdrawal costs the same for every amount, paid and refused", async () => {
    const gas = new Set<number>();
    for (const amount of [0n, 1n, 10n ** 30n, 10n ** 38n]) {
      const amounts = [amountText(amount), amountText(0n)];
      gas.add((await send(market, "alice", "withdraw", { amounts })).gasUsed);
    }
    expect([...gas]).toHaveLength(1);
    expect([...gas].every((each) => near(each, COSTS.withdraw))).toBe(true);
  });

  it("a clear costs the same for an empty book, one order, and a full book, and far below 1,000,000", async () => {
    const clear = async () => {
      market.pass();
      const { epoch } = await market.of("keeper").info();
      return (await send(market, "keeper", "clear", { epoch: epoch - 1 })).gasUsed;
    };
    const gas = [await clear()];
    await act(market, "alice", order("buy", 10n ** 20n));
    gas.push(await clear());
    const traders = Array.from({ length: 16 }, (_, i) => `trader ${i}`);
    const bound = (address: string) => ({
      contract: market.exchange.address,
      sender: address,
      chain_id: market.chain.chainId,
    });
    for (const name of traders) {
      const { address } = market.chain.account(name);
      const bind = bound(address);
      const msg = Buffer.from(JSON.stringify({ deposit: { bind } })).toString("base64");
      await market.chain.as("alice").execute(market.base, { transfer: { recipient: address, amount: "1000" } });
      const amount = "1000";
      await market.chain.as(name).execute(market.base, { send: { recipient: market.exchange.address, amount, msg } });
      for (let i = 0; i < 4; i++)
        await market.chain.as(name).execute(market.exchange, { act: { ...order("sell", 100n, ONE), bind } });
    }
    await act(market, "bob", order("buy", 5_000n, ONE));
    gas.push(await clear());
    expect(new Set(gas).size, String(gas)).toBe(1);
    expect(
      gas.every((each) => near(each, COSTS.clear)),
      String(gas),
    ).toBe(true);
  });
});
