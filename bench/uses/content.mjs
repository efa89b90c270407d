// SPDX-License-Identifier: Apache-2.0
import { ContentClient, newDevice, seal, setupMessage } from "@sotto/content-client";
import { entropy } from "@sotto/contract-client";
import { MOST_WASM } from "../lib/products.mjs";

const PRICE = 1_000n;
const FILE = new Uint8Array(100_000).fill(7);
const OFFER = { title: "A song", mediaType: "audio/wav", uri: "https://example.org/1" };
const COIN = "uscrt";
const TERMS = { price: { token: 0, amount: PRICE }, refundAfter: 600, revocable: true };

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "content",
  wasm: "content",
  mostWasm: MOST_WASM,
  async run(stage) {
    const token = await stage.token("CASH");
    const confirmers = [stage.chain.account("carol").address];
    const contract = await stage.deploy(
      setupMessage({ name: "Songs", tokens: [token], coin: COIN, confirmers }, entropy()),
    );
    const shop = (name) => new ContentClient(stage.client(name), contract, { pollMs: 5 });
    const [publisher, buyer, confirmer, other] = ["alice", "bob", "carol", "dave"].map(shop);
    const device = newDevice();
    const song = seal(FILE, OFFER);
    const owned = await publisher.list(song.item, song.master, { ...TERMS, transfer: "free" });
    const second = seal(FILE, OFFER);
    const rented = await publisher.list(second.item, second.master, { ...TERMS, rentSeconds: 86_400 });
    const [one, rent] = [await buyer.buy(owned, token, PRICE, device), await buyer.buy(rented, token, PRICE, device)];
    await confirmer.confirmPending();
    await buyer.setDevice(one.licence, newDevice());
    await buyer.openSession(rent.licence);
    await buyer.offerResale(one.licence, PRICE);
    const resold = await other.buyResale({ licence: one.licence, itemId: owned }, token, PRICE, device);
    await confirmer.confirmPending();
    await buyer.transfer(await other.transfer(resold.licence, buyer.address), other.address);
    await publisher.revoke(await publisher.grant(owned, buyer.address), token, 0n);
    await publisher.revoke(await publisher.grant(owned, buyer.address), { denom: COIN }, 0n);
    const third = seal(FILE, OFFER);
    const inCoins = await publisher.list(third.item, third.master, { ...TERMS, price: { coin: COIN, amount: PRICE } });
    const cheap = await buyer.buy(inCoins, { denom: COIN }, PRICE, device);
    await confirmer.confirmPending();
    await buyer.burn(cheap.licence);
    const unwanted = await buyer.buy(owned, token, PRICE, device);
    stage.chain.time.advance(600);
    await buyer.refund(unwanted.licence);
    await publisher.collect();
    await publisher.trace(owned, new Array(256).fill(0));
    const next = seal(FILE, OFFER);
    await publisher.newVersion(owned, next.item, next.master);
    await buyer.revokePermits();
  },
};
