// SPDX-License-Identifier: Apache-2.0
/** A shop that lists a token which lies, calls back and refuses, beside an honest one and coins. */
import { entropy, idText } from "@sotto/contract-client";
import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostileToken } from "../../../test/support/hostileToken.ts";
import { ContentClient, setupMessage } from "../src/index.ts";
import {
  balanceOf,
  bought,
  COIN,
  list,
  messageOf,
  NAMES,
  type Name,
  openShop,
  PRICE,
  type Shop,
  SUPPLY,
  wasmOf,
} from "./shop.ts";

let shop: Shop;
let token: HostileToken;
/** Items that are priced in the honest token, in the hostile one, in coins. */
let items: readonly [bigint, bigint, bigint];
beforeAll(async () => {
  const honest = await openShop("hostile token");
  const { chain } = honest;
  token = await HostileToken.deploy(chain);
  const tokens = [honest.tokens[0], token.contract] as const;
  const fee = { to: chain.account("operator").address, bps: 250 };
  const confirmers = [chain.account("confirmer").address];
  const setup = setupMessage({ name: "Records", tokens, coin: COIN, fee, confirmers }, entropy());
  const contract = await chain.as("operator").deploy(wasmOf("content"), setup);
  const client = (name: Name) =>
    new ContentClient(connect(chain, chain.account(name), secretjs), contract, { pollMs: 5 });
  // The cast: every name gets its client.
  const clients = Object.fromEntries(NAMES.map((name) => [name, client(name)])) as Record<Name, ContentClient>;
  shop = { ...honest, tokens, contract, clients };
  const amount = PRICE;
  items = [
    await list(shop),
    await list(shop, { price: { token: 1, amount }, revocable: true, transfer: "resale_only" }),
    await list(shop, { price: { coin: COIN, amount } }),
  ];
  await bought(shop, "alice", items[0]);
});
afterAll(() => shop.chain.close());

const bindOf = (sender: string) => ({ contract: shop.contract.address, sender, chain_id: shop.chain.chainId });
const purchase = (item: bigint, by: string) => {
  const device = Buffer.from(shop.device.publicKey).toString("base64");
  return { buy: { item_id: idText(item), device, bind: bindOf(by) } };
};
/** The token reports that an account pays for an item. */
function lie(name: Name, item: bigint, amount: bigint | string = PRICE) {
  const { address } = shop.chain.account(name);
  return token.lie(shop.contract, address, amount, purchase(item, address));
}

it("a token that reports payments nobody made sells what is priced in it, and nothing else", async () => {
  for (const [item, text] of [
    [items[0], "the price is in another token or coin"],
    [items[2], "the price is in another token or coin"],
  ] as const) {
    const refused = await lie("eve", item);
    expect([refused.ok, refused.error?.includes(text)]).toEqual([false, true]);
  }
  for (const wrong of [PRICE + 1n, 0n, 2n ** 128n - 1n, "-1", "", "9".repeat(40)])
    expect((await lie("eve", items[1], wrong)).ok).toBe(false);
  expect((await lie("eve", items[1])).ok).toBe(true);
  await shop.clients.confirmer.confirmPending();
  expect(await shop.clients.publisher.balance()).toEqual([975n, 975n, 0n]);
});

it("a token that calls back in the middle of its payment gets nothing twice, and nothing of others", async () => {
  const { publisher, bob } = shop.clients;
  const own = token.contract.address;
  const collect = (by: string) => ({ collect: { bind: bindOf(by) } });
  // Its own collection, another's, and a purchase of the honest token's item.
  const hook = { sender: own, from: own, amount: String(PRICE), msg: encoded(purchase(items[0], own)) };
  await token.armCalls(shop.contract, collect(own), collect(publisher.address), { receive: hook });
  const before = await balanceOf(shop, shop.tokens[0] as never, "publisher");
  await publisher.collect();
  expect(await token.calls()).toMatchObject({ succeeded: 1, failed: 2 });
  expect([await token.paid(own), await token.paid(publisher.address)]).toEqual([0n, 975n]);
  expect(await balanceOf(shop, shop.tokens[0] as never, "publisher")).toBe(before + 975n);
  expect(await publisher.balance()).toEqual([0n, 0n, 0n]);
  expect(await bob.licences()).toEqual([]);
});

it("a token that refuses its payments keeps neither the honest token's money nor the coins", async () => {
  const { alice, bob, publisher, operator } = shop.clients;
  const { chain } = shop;
  const first = await alice.buy(items[0], shop.tokens[0], PRICE, shop.device);
  const second = await bob.buy(items[2], { denom: COIN }, PRICE, shop.device);
  expect((await lie("bob", items[1])).ok).toBe(true);
  const [third] = await bob.licences();
  chain.time.advance(3_600);
  await token.armRefusal();
  expect(await messageOf(alice.refund(first.licence))).toMatch(/this token refuses the transfer/);
  expect(await messageOf(alice.refund(first.licence, { only: 1 }))).toMatch(/this token refuses the transfer/);
  await alice.refund(first.licence, { only: 0 });
  await bob.refund(second.licence, { only: 2 });
  expect(await messageOf(bob.refund(third?.licence ?? 0n, { only: 1 }))).toMatch(/this token refuses the transfer/);
  for (const by of [publisher, operator, alice, bob]) for (const only of [0, 2]) await by.collect({ only });
  expect(chain.balance(shop.contract)).toBe(0n);
  let sum = 0n;
  for (const name of NAMES) sum += await balanceOf(shop, shop.tokens[0] as never, name);
  expect(sum).toBe(SUPPLY * BigInt(NAMES.length));
});

const encoded = (msg: object): string => Buffer.from(JSON.stringify(msg)).toString("base64");
