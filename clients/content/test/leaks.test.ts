// SPDX-License-Identifier: Apache-2.0
/** Each line "never" of the table "who learns what" in the contract's README. */
import { type DevChain, leakMatchers, leaks } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Found, newDevice } from "../src/index.ts";
import { bought, list, openShop, PRICE, type Shop } from "./shop.ts";

expect.extend(leakMatchers);

let shop: Shop;
/** Two items of different prices, with licences of alice and bob. */
let items: [bigint, bigint];
let licences: [bigint, bigint];
beforeAll(async () => {
  shop = await openShop("leaks");
  items = [
    await list(shop, { transfer: "free" }),
    await list(shop, { transfer: "free", price: { token: 0, amount: 7n }, royalties: [{ to: shop.clients.eve.address, bps: 5 }] }),
  ];
  const second = await shop.clients.alice.buy(items[1], shop.tokens[0], 7n, shop.device);
  licences = [await bought(shop, "alice", items[0]), second.licence];
  await shop.clients.confirmer.confirmPending();
  await shop.clients.bob.buy(items[0], shop.tokens[0], PRICE, shop.device);
  await shop.clients.bob.licences();
});
afterAll(() => shop.chain.close());

/** Both runs, seen by readers and hosts. Leaves are salted hashes. */
const compare = (a: () => Promise<unknown>, b: () => Promise<unknown>) =>
  leaks(shop.chain, async () => void (await a()), async () => void (await b()), {
    seenBy: "host",
    names: { content: shop.contract, token: shop.tokens[0] },
    opaque: ["leaf"],
  });

const send = (chain: DevChain, item: bigint, amount: bigint) => {
  const { alice } = shop.clients;
  const bind = (contract: string) => ({ contract, sender: alice.address, chain_id: chain.chainId });
  const device = Buffer.from(shop.device.publicKey).toString("base64");
  const buy = { item_id: item.toString().padStart(20, "0"), device, bind: bind(shop.contract.address) };
  return chain.as("alice").execute(shop.tokens[0], {
    send: {
      recipient: shop.contract.address,
      recipient_code_hash: shop.contract.codeHash,
      amount: amount.toString().padStart(39, "0"),
      msg: Buffer.from(JSON.stringify({ buy })).toString("base64"),
      bind: bind(shop.tokens[0].address),
    },
  });
};

describe("never learned by readers and hosts", () => {
  it("8: which item is bought, and its price in tokens", async () => {
    const report = await compare(
      () => send(shop.chain, items[0], PRICE),
      () => send(shop.chain, items[1], 7n),
    );
    expect(report).toRevealNothing();
  });

  it("which act an owner does: a device, an offer, a session, done or refused", async () => {
    const { alice } = shop.clients;
    const [licence] = licences;
    const device = newDevice();
    const acts = [
      () => alice.setDevice(licence, device),
      () => alice.offerResale(licence, 5n),
      () => alice.offerResale(licence, 2n ** 90n),
      () => alice.openSession(licence).catch(() => {}),
    ];
    for (const act of acts.slice(1)) expect(await compare(acts[0] ?? act, act)).toRevealNothing();
  });

  it("which item is granted, and to whom with which device", async () => {
    const { publisher, bob, eve } = shop.clients;
    const device = newDevice();
    const grant = (item: bigint, to: string) => () => publisher.grant(item, to, device);
    const report = await compare(grant(items[0], bob.address), grant(items[1], bob.address));
    expect(report).toRevealNothing();
    const others = await compare(grant(items[0], bob.address), grant(items[0], eve.address));
    // The table says it: the row of the account.
    expect(others.differences.every(({ where }) => where.startsWith("rows"))).toBe(true);
  });

  it("how much is collected, and whether a refund is given", async () => {
    const { publisher, eve, bob } = shop.clients;
    void eve;
    const collected = await compare(
      () => publisher.collect(),
      async () => {
        await publisher.collect();
      },
    );
    expect(collected).toRevealNothing();
    const [early, late] = [() => bob.refund(3n).catch(() => {}), () => bob.refund(1n).catch(() => {})];
    const refused = await compare(early, late);
    expect(refused.differences.every(({ where }) => where.startsWith("rows"))).toBe(true);
  });

  it("whom a trace accuses", async () => {
    const { publisher } = shop.clients;
    const evidence = (bit: number): Found[] => Array.from({ length: 256 }, (_, i) => ((i * bit) & 1) as Found);
    const report = await compare(
      () => publisher.trace(items[0], evidence(0)),
      () => publisher.trace(items[0], evidence(1)),
    );
    expect(report).toRevealNothing();
  });
});
