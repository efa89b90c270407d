// SPDX-License-Identifier: Apache-2.0
/** An auction with witnesses through the client, over unmodified secret.js. */
import { TransactionFailed } from "@sotto/contract-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFrozen, HeadMismatch, headOf, termsHash } from "../src/index.ts";
import { HOUR, House } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.stop());

const address = (name: string) => house.chain.account(name).address;

describe("an auction with two witnesses of three", () => {
  let id = 0n;
  const end = new AbortController();

  it("shows them, and a bid is for terms that name them", async () => {
    const alice = house.client("alice");
    await alice.deposit(1, 5n);
    const witnesses = { addresses: ["dave", "erin", "frank"].map(address), threshold: 2, grace: HOUR };
    id = (await alice.createAuction(house.terms({ witnesses }))).auctionId;
    const auction = await house.client("bob").auction(id);
    expect(auction).toMatchObject({ status: "open", witnesses: { ...witnesses, confirmed: [], frozen: undefined } });
    for (const [name, amount] of [
      ["bob", 300n],
      ["carol", 200n],
    ] as const) {
      await house.client(name).deposit(0, 1_000n);
      await house.client(name).bid(id, amount);
    }
    // The terms that the bidder has seen, not those that the house has.
    const fewer = { ...witnesses, threshold: 1, confirmed: [], frozen: undefined };
    await expect(house.client("bob").bid(id, 400n, { ...auction, witnesses: fewer })).rejects.toThrow(
      "the auction has other terms than the bid is for",
    );
    expect(termsHash(auction.seller, { ...auction, witnesses: fewer })).not.toBe(termsHash(auction.seller, auction));
    await house.client("bob").bid(id, 301n, auction);
  });

  it("is frozen by anyone after the end, and not closed yet", async () => {
    const keeper = house.client("judy");
    await expect(keeper.freeze(id)).rejects.toThrow(/bids are taken until/);
    await house.end();
    await expect(keeper.close(id)).rejects.toThrow("this auction has witnesses: freeze it first");
    await expect(house.client("dave").confirm(id)).rejects.toThrow("is not frozen, or has no witnesses");
    await keeper.freeze(id);
    const { status, witnesses } = await keeper.auction(id);
    expect(status).toBe("frozen");
    const leaves = (await keeper.leaves()).map(({ leaf }) => leaf);
    expect(witnesses?.frozen?.head).toEqual({ n: BigInt(leaves.length), hash: headOf(leaves) });
    await expect(keeper.close(id)).rejects.toThrow(TransactionFailed);
    await expect(keeper.confirm(id)).rejects.toThrow("only a witness that was named");
  });

  it("is confirmed by witnesses at work, also when acts go on", async () => {
    await house.client("carol").cover(id);
    const errors: unknown[] = [];
    const work = ["dave", "erin", "judy"].map((name) =>
      house.client(name).witness({ signal: end.signal, everyMs: 20, onError: (error) => errors.push(error) }),
    );
    const confirmed = async () => (await house.client("bob").auction(id)).witnesses?.confirmed ?? [];
    while ((await confirmed()).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    end.abort();
    await Promise.all(work);
    expect(errors).toEqual([]);
    expect([...(await confirmed())].sort()).toEqual([address("dave"), address("erin")].sort());
    expect(await house.client("dave").confirmAll()).toEqual([]);
    await house.client("judy").close(id);
    expect(await house.client("bob").auction(id)).toMatchObject({
      status: "sold",
      price: 301n,
      winner: address("bob"),
    });
    for (const name of ["alice", "bob", "carol"]) await house.client(name).settle(id);
    expect((await house.client("bob").account()).free).toEqual([699n, 5n]);
  });
});

describe("a witness", () => {
  it("does not confirm a head that its own leaves do not give", async () => {
    const id = await house.sell({ witnesses: { addresses: [address("dave")], threshold: 1 } });
    await house.bid("bob", id, 100n);
    await house.bid("bob", id, 101n);
    await house.end();
    await house.freeze(id);
    const dave = house.client("dave");
    const auction = await dave.auction(id);
    const leaves = await dave.leaves();
    expect(checkFrozen(auction, leaves)).toEqual(auction.witnesses?.frozen?.head);
    const last = leaves.length - 1;
    const other = leaves.map((leaf, i) => (i === last ? { ...leaf, leaf: "00".repeat(32) } : leaf));
    for (const wrong of [leaves.slice(0, last), leaves.slice(1), other, [...leaves].reverse()]) {
      expect(() => checkFrozen(auction, wrong)).toThrow(HeadMismatch);
      await expect(dave.confirm(id, wrong)).rejects.toThrow("it must not be confirmed");
    }
    // A frozen state that lacks an act of before the end.
    const prefix = leaves.slice(0, last).map(({ leaf }) => leaf);
    const head = { n: BigInt(last), hash: headOf(prefix) };
    const short = { ...auction, witnesses: { ...auction.witnesses, frozen: { ...auction.witnesses?.frozen, head } } };
    // The fields of an auction, one of them false.
    expect(() => checkFrozen(short as typeof auction, leaves)).toThrow(/acts are from before the end/);
    expect(await dave.confirmAll()).toEqual([id]);
  });

  it("finds an auction that many newer ones follow", async () => {
    const id = await house.sell({ witnesses: { addresses: [address("erin")], threshold: 1 } });
    await house.deposit("bob", 1, 40n);
    await house.end();
    await house.freeze(id);
    const later = { lot: { token: 1, amount: 1n }, startsAt: house.now + HOUR, endsAt: house.now + 2 * HOUR };
    for (let i = 1n; i <= 31n; i++) {
      expect((await house.create("bob", later)).ok).toBe(true);
      await house.client("bob").cancel(id + i);
    }
    const erin = house.client("erin");
    expect((await erin.auctions()).map((auction) => auction.id)).not.toContain(id);
    expect(await erin.confirmAll()).toEqual([id]);
    expect(await erin.confirmAll()).toEqual([]);
    const next = await house.sell({ witnesses: { addresses: [address("erin")], threshold: 1 } });
    expect(await erin.confirmAll()).toEqual([]);
    await house.end();
    await house.freeze(next);
    expect(await erin.confirmAll()).toEqual([next]);
  });

  it("that is silent delays the close by the grace, default 3 days", async () => {
    const id = await house.sell({ witnesses: { addresses: [address("dave")], threshold: 1 } });
    await house.end();
    await house.freeze(id);
    const { witnesses } = await house.client("bob").auction(id);
    expect(witnesses?.frozen?.graceEndsAt).toBe((witnesses?.frozen?.at ?? 0) + 259_200);
    await expect(house.client("bob").close(id)).rejects.toThrow(
      /0 of 1 witnesses have confirmed; without them from \d+ on/,
    );
    house.chain.time.advance(259_200);
    await house.client("bob").close(id);
    expect((await house.client("bob").auction(id)).status).toBe("not_sold");
  });
});
