// SPDX-License-Identifier: Apache-2.0
/**
 * Who learns what: each line of the table in `contracts/auction/README.md` as a comparison of two
 * runs.
 */
import { idText } from "@sotto/contract-client";
import { type Actor, type DevChain, leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuctionTerms } from "../src/index.ts";
import { House, NAMES } from "./house.ts";

expect.extend(leakMatchers);

const HIDDEN = { price: false, winner: false };
/** Salted hashes, and the tokens' notifications. */
const opaque = ["leaf", snip52];
/** The reader is part of the host's view; it is named for its own report. */
const OUTSIDE = ["reader", "host"] as const;

let house: House;
/** Open auctions of alice and frank; bob and carol have money and a bid in the first. */
let first: bigint;
let second: bigint;
beforeAll(async () => {
  house = await House.open((chain) => ({ fee: { bps: 100, to: chain.account("judy").address } }));
  for (const name of NAMES) {
    await house.deposit(name, 0, 10n ** 29n);
    await house.deposit(name, 1, 100n);
  }
  first = await house.sell({ reveal: HIDDEN });
  second = await house.sell({ reveal: HIDDEN, format: "second_price" }, "frank");
  await house.bid("carol", first, 500n);
});
afterAll(() => house.stop());

type Step = () => Promise<unknown>;
const runOf = (steps: readonly Step[]) => async (_: DevChain) => {
  for (const step of steps) await step();
};
const compare = (a: readonly Step[], b: readonly Step[], seenBy: Parameters<typeof leaks>[3]["seenBy"] = OUTSIDE) =>
  leaks(house.chain, runOf(a), runOf(b), { seenBy, opaque, names: { house: house.contract } });

describe("observers and hosts do not learn", () => {
  const bid = (amount: bigint) => () => house.bid("bob", first, amount);
  it.each<[string, Step[], Step[]]>([
    ["whether a bid is 10 or 10^29 (attack 2)", [bid(10n)], [bid(10n ** 29n)]],
    ["whether a bid leads", [bid(499n)], [bid(501n)]],
    ["whether a raise leads", [bid(400n), bid(401n)], [bid(400n), bid(10n ** 29n)]],
  ])("%s", async (_, a, b) => {
    expect(await compare(a, b)).toRevealNothing();
  });

  it.each<[string, Step[], Step[]]>([
    ["too low", [bid(400n)], [bid(9n)]],
    ["not covered", [bid(400n)], [bid(10n ** 30n)]],
    ["a cover", [bid(400n)], [() => house.cover("bob", first)]],
    ["an early settlement", [bid(400n)], [() => house.settle("bob", first)]],
    ["a second cover", [bid(400n), bid(401n)], [bid(400n), () => house.cover("bob", first)]],
    ["not higher than the own bid", [bid(400n), bid(401n)], [bid(400n), bid(400n)]],
  ])("a bid from one that is refused or from another act: %s", async (_, a, b) => {
    expect(await compare(a, b)).toRevealNothing();
  });

  it("how much is deposited", async () => {
    const deposit = (amount: bigint) => () => house.deposit("bob", 0, amount);
    expect(await compare([deposit(1n)], [deposit(10n ** 29n)])).toRevealNothing();
    expect(await compare([deposit(0n)], [deposit(7n)])).toRevealNothing();
  });

  it("how much of which token is withdrawn, or whether it was covered", async () => {
    const take = (a: bigint, b: bigint) => () => house.withdraw("bob", a, b);
    expect(await compare([take(1n, 0n)], [take(0n, 99n)])).toRevealNothing();
    const refused = [take(10n ** 30n, 0n)];
    expect(await compare([take(1n, 0n)], refused)).toRevealNothing();
  });

  it("the reserve, and whether there is one", async () => {
    const sell = (reserve?: bigint) => () =>
      house.create("dave", { startsAt: 1, endsAt: house.now + 9_000, ...(reserve === undefined ? {} : { reserve }) });
    expect(await compare([sell()], [sell(10n ** 20n)])).toRevealNothing();
  });

  it.each([
    [501n, 10n ** 19n],
    [501n, 10n ** 20n],
    [10n ** 5n, 10n ** 28n],
    [10n ** 19n, 10n ** 20n],
  ])("the hidden price of a sale, from its close: %s or %s", async (a, b) => {
    const session = (price: bigint): Step[] => [bid(price), () => house.end(), () => house.close(first)];
    expect(await compare(session(a), session(b))).toRevealNothing();
  });

  it("in a whole auction who bid what, who won at which price, and who settles as what", async () => {
    const session = (bobs: bigint, carols: bigint): Step[] => [
      () => house.bid("bob", second, bobs),
      () => house.bid("carol", second, carols),
      () => house.end(),
      () => house.close(second),
      ...["bob", "carol", "frank"].map((name) => () => house.settle(name, second)),
      ...["bob", "carol", "frank", "judy"].map((name) => () => house.withdraw(name, 5n, 5n)),
    ];
    expect(await compare(session(300n, 200n), session(200n, 10n ** 28n))).toRevealNothing();
  });
});

describe("observers and hosts of an auction with witnesses do not learn", () => {
  it("who bid what, from freeze, confirmations and close", async () => {
    const id = second + 1n;
    const witnesses = { addresses: [house.chain.account("erin").address], threshold: 1 };
    const session = (bobs: bigint, carols: bigint): Step[] => [
      () => house.create("frank", { witnesses, reveal: HIDDEN, endsAt: house.now + 700 }),
      () => house.bid("bob", id, bobs),
      () => house.bid("carol", id, carols),
      () => house.end(700),
      () => house.freeze(id),
      async () => house.confirm("erin", id),
      () => house.close(id),
      ...["bob", "carol", "frank"].map((name) => () => house.settle(name, id)),
    ];
    expect(await compare(session(300n, 200n), session(200n, 10n ** 28n))).toRevealNothing();
  });
});

describe("what is known", () => {
  it("the auction of an act: only by the encrypted row of the bid that changes, and to hosts by two that are read", async () => {
    const acts = [[() => house.bid("bob", first, 100n)], [() => house.bid("bob", second, 100n)]] as const;
    const readers = await compare(...acts, "reader");
    expect(readers.names).toEqual(["row written"]);
    const report = await compare(...acts, "host");
    expect(report).not.toRevealNothing();
    expect(report).toRevealOnly(["which rows are read", "which rows are written"]);
  });

  it("a sale from none: only by the public status", async () => {
    const sell = (reserve: bigint): Step[] => [
      () => house.create("dave", { reveal: HIDDEN, endsAt: house.now + 700, reserve }),
      () => house.bid("bob", third(), 100n),
      () => house.end(700),
      () => house.close(third()),
    ];
    const third = () => second + 1n;
    const runs = [sell(100n), sell(101n)] as const;
    expect(await compare(...runs)).toRevealNothing();
    const query = { auction: { auction_id: idText(third()) } };
    const queries = [{ contract: house.contract, msg: query, name: "auction" }];
    const report = await compare(...runs, { user: house.chain.account("erin"), queries });
    expect(report.names).toEqual(["answer to a query"]);
  });

  it("a message that a client does not pad, and that tells its auction to everybody (the test sees leaks)", async () => {
    const bare = (title: string) => () =>
      house.chain
        .as("dave")
        .execute(house.contract, { cancel: { title, bind: house.bind(house.chain.as("dave")) } }, { mayFail: true });
    expect((await compare([bare("a")], [bare("bb")])).names).toContain("message length");
  });
});

describe("other users do not learn", () => {
  const permits = (name: string) => {
    const by: Actor = house.chain.as(name);
    const permit = by.permit({ contracts: [house.contract], permissions: ["owner"] });
    const ask = (query: object) => ({ contract: house.contract, msg: { with_permit: { permit, query } } });
    return {
      user: by.account,
      queries: [
        ...[first, second].map((id) => ask({ my_bid: { auction_id: idText(id) } })),
        ask({ account: {} }),
        { contract: house.contract, msg: { auctions: { page_size: 30 } } },
        ...[first, second].map((id) => ({ contract: house.contract, msg: { auction: { auction_id: idText(id) } } })),
      ],
    };
  };
  /** Bob's bid differs; carol leads with 500 in both, or bob leads in both. */
  const until = (bobs: bigint, id: bigint, close: boolean): Step[] => [
    () => house.bid("bob", id, bobs),
    ...(close ? [() => house.end(), () => house.close(id)] : []),
  ];

  it.each(["carol", "alice", "frank", "judy", "erin"])("before the close, any bid: %s", async (name) => {
    const report = await compare(until(10n, first, false), until(10n ** 28n, first, false), permits(name));
    expect(report).toRevealNothing();
  });

  it("after a sale by the first price: the losing bid, to winner, seller and admin", async () => {
    for (const name of ["carol", "alice", "judy"]) {
      const report = await compare(until(10n, first, true), until(499n, first, true), permits(name));
      expect(report).toRevealNothing();
    }
  });

  it("after a sale by the first price: the price, to a loser, when the terms hide it", async () => {
    const runs = [until(501n, first, true), until(10n ** 28n, first, true)] as const;
    expect(await compare(...runs, permits("carol"))).toRevealNothing();
    // The seller sees the price in its own query.
    expect((await compare(...runs, permits("alice"))).names).toEqual(["answer to a query"]);
  });

  it("the receiver of a fee: sees the fee and so about the price, no more", async () => {
    const runs = [until(501n, first, true), until(10n ** 28n, first, true)] as const;
    expect((await compare(...runs, permits("judy"))).names).toEqual(["answer to a query"]);
    // The fee of 1 % is rounded down: prices within 100 units of each other look the same.
    const near = [until(501n, first, true), until(599n, first, true)] as const;
    expect(await compare(...near, permits("judy"))).toRevealNothing();
    const losing = [until(10n, first, true), until(499n, first, true)] as const;
    expect(await compare(...losing, permits("judy"))).toRevealNothing();
  });

  it("after a sale by the second price: the winner's bid; the runner-up's is the price, for winner and seller", async () => {
    const session = (bobs: bigint, carols: bigint): Step[] => [
      () => house.bid("bob", second, bobs),
      () => house.bid("carol", second, carols),
      () => house.end(),
      () => house.close(second),
    ];
    for (const name of ["carol", "frank", "erin"]) {
      const report = await compare(session(600n, 300n), session(10n ** 28n, 300n), permits(name));
      expect(report).toRevealNothing();
    }
    const runners = [session(600n, 300n), session(600n, 301n)] as const;
    for (const name of ["bob", "frank"])
      expect((await compare(...runners, permits(name))).names).toEqual(["answer to a query"]);
    expect(await compare(...runners, permits("erin"))).toRevealNothing();
  });

  it("of an auction without sale: how high the highest bid was", async () => {
    const terms: Partial<AuctionTerms> = { reserve: 10n ** 29n };
    const session = (amount: bigint): Step[] => [
      () => house.create("alice", { ...terms, endsAt: house.now + 700 }),
      () => house.bid("bob", second + 1n, amount),
      () => house.end(700),
      () => house.close(second + 1n),
    ];
    for (const name of ["alice", "carol", "judy"])
      expect(await compare(session(10n), session(10n ** 28n), permits(name))).toRevealNothing();
  });
});
