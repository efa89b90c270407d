// SPDX-License-Identifier: Apache-2.0
/** Money on the chain: random sessions, too little gas at every step, and a confirmer that runs. */

import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { ContentClient } from "../src/index.ts";
import { balanceOf, COIN, list, messageOf, NAMES, type Name, openShop, PRICE, type Shop, SUPPLY } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop("money");
});
afterEach(() => shop.chain.close());

const total = async (): Promise<bigint> => {
  let sum = 0n;
  for (const name of NAMES) sum += await balanceOf(shop, shop.tokens[0], name);
  return sum;
};

it("after a random session everything can be taken out, and nothing more", async () => {
  const random = randomOf();
  const below = (n: number): number => Math.floor(random() * n);
  const by = (): Name => NAMES[below(NAMES.length)] ?? "eve";
  const royalties = [{ to: shop.clients.eve.address, bps: 1_000 }];
  const items = [
    await list(shop, { transfer: "free", revocable: true, royalties }),
    await list(shop, { transfer: "resale_only", instant: true, royalties }),
    await list(shop, { rentSeconds: 3_000, revocable: true }),
  ];
  const [token] = shop.tokens;
  let last = 1n;
  const acts = [
    async () => {
      ({ licence: last } = await shop.clients[by()].buy(items[below(3)] ?? 0n, token, PRICE, shop.device));
    },
    () => shop.clients.confirmer.confirmPending(),
    () => shop.clients[by()].refund(BigInt(below(Number(last)) + 1)),
    () => shop.clients[by()].offerResale(BigInt(below(Number(last)) + 1), 500n),
    () => shop.clients[by()].transfer(last, shop.clients[by()].address),
    () => shop.clients[by()].buyResale({ licence: last, itemId: items[below(2)] ?? 0n }, token, 500n, shop.device),
    () => shop.clients.publisher.revoke(BigInt(below(Number(last)) + 1), token, PRICE),
    () => shop.clients[by()].collect(),
    async () => void shop.chain.time.advance(below(2_000)),
  ];
  let done = 0;
  for (let i = 0; i < 50; i++) {
    // Refusals are part of the session.
    await acts[i % 3 === 0 ? 0 : below(acts.length)]?.().then(
      () => done++,
      () => {},
    );
  }
  expect(done).toBeGreaterThan(15);
  shop.chain.time.advance(3_600);
  for (const name of NAMES) {
    const client = shop.clients[name];
    for (const { licence, status } of await client.licences()) if (status === "pending") await client.refund(licence);
    await client.collect();
  }
  for (const name of NAMES) expect((await shop.clients[name].balance())[0]).toBe(0n);
  expect(await total()).toBe(SUPPLY * BigInt(NAMES.length));
});

it("coins are held, refunded, and collected after the confirmation", async () => {
  const { alice, bob, publisher, operator, confirmer } = shop.clients;
  const { chain, contract } = shop;
  const coins = { denom: COIN };
  const item = await list(shop, { price: { coin: COIN, amount: PRICE }, transfer: "resale_only", revocable: true });
  expect((await alice.items())[0]?.price).toEqual({ coin: COIN, amount: String(PRICE).padStart(39, "0") });
  const { licence: unwanted } = await bob.buy(item, coins, PRICE, shop.device);
  const failed = bob.buy(item, coins, PRICE + 1n, shop.device);
  expect(await messageOf(failed)).toMatch(/the amount is not the price/);
  expect(await messageOf(bob.buy(item, shop.tokens[0], PRICE, shop.device))).toMatch(/in another token or coin/);
  expect(chain.balance(contract)).toBe(PRICE);
  chain.time.advance(3_600);
  await bob.refund(unwanted);
  expect(chain.balance(contract)).toBe(0n);
  const { licence } = await alice.buy(item, coins, PRICE, shop.device);
  await confirmer.confirmPending();
  expect(await publisher.balance()).toEqual([0n, 0n, 975n]);
  await alice.offerResale(licence, 2_000n);
  const resold = await bob.buyResale({ licence, itemId: item }, coins, 2_000n, shop.device);
  await confirmer.confirmPending();
  await publisher.revoke(resold.licence, coins, PRICE);
  expect(chain.balance(contract)).toBe(PRICE + 2_000n + PRICE);
  const before = chain.balance(alice);
  await alice.collect();
  // The fee of the transaction comes off the proceeds.
  expect(before + 1_950n - chain.balance(alice)).toBeLessThan(200_000n);
  for (const by of [bob, publisher, operator, alice]) await by.collect();
  expect(chain.balance(contract)).toBe(0n);
});

it("too little gas at any step changes nothing", async () => {
  const item = await list(shop);
  const { alice } = shop.clients;
  const device = Buffer.from(shop.device.publicKey).toString("base64");
  const body = { buy: { item_id: item.toString().padStart(20, "0"), device } };
  let bought = 0;
  for (let gas = 20_000; gas <= 140_000; gas += 10_000) {
    const result = await messageOf(alice.sendToken(shop.tokens[0], PRICE, body, { gas }));
    if (result === "it was accepted") bought++;
    expect(await balanceOf(shop, shop.tokens[0], "alice")).toBe(SUPPLY - PRICE * BigInt(bought));
    expect(await alice.licences()).toHaveLength(bought);
  }
  expect(bought).toBeGreaterThan(0);
  expect(bought).toBeLessThan(4);
});

it("a confirmer that runs confirms purchases until it is stopped", async () => {
  const item = await list(shop);
  const stop = new AbortController();
  const errors: unknown[] = [];
  const running = shop.clients.confirmer.confirmer({
    signal: stop.signal,
    everyMs: 20,
    onError: (error) => void errors.push(error),
  });
  const { licence } = await shop.clients.alice.buy(item, shop.tokens[0], PRICE, shop.device);
  await expect
    .poll(async () => (await shop.clients.alice.licences()).map(({ status }) => status), { timeout: 10_000 })
    .toEqual(["active"]);
  expect((await shop.clients.alice.keys(licence, shop.device)).marked).toHaveLength(256);
  stop.abort();
  await running;
  expect(errors).toEqual([]);
});

it("a confirmer reads from the first purchase on that is still pending, not from the first licence", async () => {
  const item = await list(shop);
  const { alice } = shop.clients;
  const buy = () => alice.buy(item, shop.tokens[0], PRICE, shop.device);
  const asked: bigint[] = [];
  class Watched extends ContentClient {
    override permitQuery<T>(permission: string, query: { readonly pending?: { readonly from: string } }): Promise<T> {
      if (query.pending !== undefined) asked.push(BigInt(query.pending.from));
      return super.permitQuery(permission, query);
    }
  }
  const { chain, contract } = shop;
  const confirmer = new Watched(connect(chain, chain.account("confirmer"), secretjs), contract, { pollMs: 5 });
  expect(await confirmer.confirmPending()).toBe(0);
  await buy();
  const late = await buy();
  await buy();
  expect(await confirmer.confirmPending({ isInBlock: async (leaf) => leaf !== late.leaf })).toBe(2);
  expect(await confirmer.confirmPending()).toBe(1);
  expect(await confirmer.confirmPending()).toBe(0);
  expect(asked).toEqual([1n, 1n, late.licence, late.licence + 2n]);
});

it("a purchase whose leaf no block has is not confirmed", async () => {
  const item = await list(shop);
  const { alice, confirmer } = shop.clients;
  const { leaf, licence } = await alice.buy(item, shop.tokens[0], PRICE, shop.device);
  expect(await confirmer.confirmPending({ isInBlock: async () => false })).toBe(0);
  expect(await messageOf(alice.keys(licence, shop.device))).toMatch(/not confirmed yet/);
  expect(await confirmer.confirmPending({ isInBlock: async (seen) => seen === leaf })).toBe(1);
});
