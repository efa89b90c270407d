// SPDX-License-Identifier: Apache-2.0
/** Money on the chain: random sessions, too little gas at every step, and a confirmer that runs. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { balanceOf, list, messageOf, NAMES, type Name, openShop, PRICE, type Shop, SUPPLY } from "./shop.ts";

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

it("a purchase whose leaf no block has is not confirmed", async () => {
  const item = await list(shop);
  const { alice, confirmer } = shop.clients;
  const { leaf, licence } = await alice.buy(item, shop.tokens[0], PRICE, shop.device);
  expect(await confirmer.confirmPending(async () => false)).toBe(0);
  expect(await messageOf(alice.keys(licence, shop.device))).toMatch(/not confirmed yet/);
  expect(await confirmer.confirmPending(async (seen) => seen === leaf)).toBe(1);
});
