// SPDX-License-Identifier: Apache-2.0
/** L1 to L3 of the README: a host that lies to its enclave about rows and times. */
import { amountText, idText } from "@sotto/contract-client";
import { hostile } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Head, HeadMismatch } from "../src/index.ts";
import { HOUR, House } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open(undefined, undefined, { rows: "believed" });
  for (const name of ["bob", "carol"]) await house.deposit(name, 0, 10_000n);
});
afterAll(() => house.stop());

const GRACE = 600;

/** An auction whose witness is erin. */
const witnessed = (seller: string) => {
  const witnesses = { addresses: [house.chain.account("erin").address], threshold: 1, grace: GRACE };
  return house.sell({ witnesses }, seller);
};

async function closed(id: bigint) {
  await house.close(id);
  const client = house.client("erin");
  return { price: (await client.auction(id)).price, head: await client.closedHead(id) };
}

describe("a hostile host whose enclave believes its rows", () => {
  it("5, L1, no witnesses: closes without the last bid, which it learns by difference; the head is another one (debt)", async () => {
    const id = await house.sell();
    await house.bid("bob", id, 300n);
    const { height } = house.chain;
    await house.bid("carol", id, 301n);
    await house.end();
    const forked = await hostile(house.chain).fork((fork) => {
      fork.serveOlder({ contract: house.contract, height });
      return closed(id);
    });
    const real = await closed(id);
    expect([forked.price, real.price]).toEqual([300n, 301n]);
    expect(forked.head.n + 1n).toBe(real.head.n);
    expect(forked.head.hash).not.toBe(real.head.hash);
  });

  it("5, L1, witnesses: closes without the last bid only when they confirm that, or when the grace is over", async () => {
    const id = await witnessed("frank");
    await house.bid("bob", id, 300n);
    const { height } = house.chain;
    await house.bid("carol", id, 301n);
    await house.end();
    const before = house.chain.snapshot();
    await house.freeze(id);
    const head = (await house.frozen(id)) as Head; // frozen just now
    await house.client("erin").confirm(id);
    const real = await closed(id);
    expect(real.price).toBe(301n);
    house.chain.revert(before);

    const fork = <T>(act: () => Promise<T>) =>
      hostile(house.chain).fork((fork) => {
        fork.serveOlder({ contract: house.contract, height });
        return act();
      });
    await fork(async () => {
      await expect(closed(id)).rejects.toThrow("this auction has witnesses: freeze it first");
      await house.freeze(id);
      const prefix = (await house.frozen(id)) as Head; // frozen just now
      expect(prefix.n + 1n).toBe(head.n);
      // The witness's message for the chain, and a witness that reads this host alone.
      const real = await house.confirm("erin", id, { mayFail: true }, head);
      expect(real.error).toContain("another n and head were frozen");
      await expect(house.client("erin").confirm(id)).rejects.toThrow(HeadMismatch);
      await expect(closed(id)).rejects.toThrow("0 of 1 witnesses have confirmed");
      // A witness that confirms whatever it is shown gives the debt back.
      expect((await house.confirm("erin", id)).ok).toBe(true);
      expect((await closed(id)).price).toBe(300n);
    });
    // So does time: rows that a host has kept are as good after the grace.
    const late = await fork(async () => {
      await house.freeze(id);
      house.chain.time.advance(GRACE);
      return closed(id);
    });
    expect(late.price).toBe(300n);
  });

  it("5, L1, witnesses: no mix of rows of before the last bid and after the confirmations gives another result", async () => {
    const id = await witnessed("alice");
    await house.bid("bob", id, 500n);
    const { height } = house.chain;
    await house.bid("carol", id, 501n);
    await house.end();
    await house.freeze(id);
    await house.client("erin").confirm(id);
    const rows = { contract: house.contract, height };
    const mixes = await hostile(house.chain).mixes(rows, () => closed(id));
    expect(mixes.length).toBeGreaterThan(6);
    expect(mixes.filter((mix) => "refused" in mix).length).toBeGreaterThan(3);
    for (const mix of mixes) if ("known" in mix) expect(mix.known.price).toBe(501n);
    expect((await closed(id)).price).toBe(501n);
  });

  it("5, L1, witnesses: an own auction on older rows, with the same id and without witnesses, gets none of the bids", async () => {
    await house.deposit("dave", 1, 5n);
    const { height } = house.chain;
    const id = await witnessed("frank");
    const { terms } = house.body({ bid: { auction_id: idText(id) } }) as { terms: string };
    await house.end();
    await hostile(house.chain).fork(async (fork) => {
      fork.serveOlder({ contract: house.contract, height });
      const own = await house.create("dave", { endsAt: house.now + HOUR });
      expect(own.json()).toMatchObject({ create_auction: { auction_id: idText(id) } });
      const bid = { bid: { auction_id: idText(id), amount: amountText(700n), terms } };
      expect((await house.act("bob", bid)).json()).toMatchObject({
        act: { status: "refused", reason: "the auction has other terms than the bid is for" },
      });
      await house.end();
      expect((await closed(id)).price).toBeUndefined();
    });
  });

  it("5, L1, no witnesses: no mix of older and new rows gives another result under the chain's head", async () => {
    const id = await house.sell();
    await house.bid("bob", id, 400n);
    const { height } = house.chain;
    await house.bid("carol", id, 401n);
    await house.end();
    const mixes = await hostile(house.chain).mixes({ contract: house.contract, height }, () => closed(id));
    const real = await closed(id);
    expect(real.price).toBe(401n);
    const others = mixes.flatMap((mix) => ("known" in mix && mix.known.price !== real.price ? [mix.known] : []));
    expect(others.length).toBeGreaterThan(0);
    for (const { head } of others) expect(head.hash).not.toBe(real.head.hash);
  });

  it("4, L2: computes a bid that the chain refused, and reads no more than its sender knows", async () => {
    const id = await house.sell();
    await house.bid("bob", id, 500n);
    const carol = house.chain.as("carol");
    const action = { bid: { auction_id: idText(id), amount: "501".padStart(39, "0") } };
    const bid = house.message(carol, "act", house.body(action));
    const failing = { to: carol.address, coins: [{ denom: "uscrt", amount: "9".repeat(30) }] };
    const { execution, answers } = await hostile(house.chain).fork((fork) =>
      fork.run(carol, [{ contract: house.contract, msg: bid }, failing]),
    );
    expect(execution.ok).toBe(false);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.data).toHaveLength(256);
    expect(Object.keys(answers[0]?.json<{ act: object }>().act ?? {})).toEqual(["status", "reason", "n", "salt"]);
    expect(await house.client("carol").myBid(id)).toMatchObject({ amount: 0n, outcome: "none" });
  });

  it("8, L3: asks with a false time, at all heights, and the auction is still open before its close", async () => {
    const id = await house.sell();
    const { height } = house.chain;
    await house.bid("bob", id, 600n);
    const query = { auction: { auction_id: idText(id) } };
    const later = new Date(house.chain.time.now().getTime() + 1_000 * 1_000 * HOUR);
    const seen = await hostile(house.chain).fork(async (fork) => [
      JSON.stringify(await fork.query(house.contract, query, { time: later })),
      JSON.stringify(await fork.query(house.contract, query, { height, time: later })),
    ]);
    for (const answer of seen) {
      expect(answer).toContain('"status":"open"');
      expect(answer).not.toContain("600");
    }
  });
});

describe("a hostile host whose enclave wants proofs of rows", () => {
  it("5, L1: cannot close without the last bid", async () => {
    const strict = await House.open();
    try {
      for (const name of ["bob", "carol"]) await strict.deposit(name, 0, 10_000n);
      const id = await strict.sell();
      await strict.bid("bob", id, 300n);
      const { height } = strict.chain;
      await strict.bid("carol", id, 301n);
      await strict.end();
      const forked = hostile(strict.chain).fork(async (fork) => {
        fork.serveOlder({ contract: strict.contract, height });
        await strict.close(id);
      });
      await expect(forked).rejects.toThrow("the row is not the one of the verified state");
      await strict.close(id);
      expect((await strict.client("erin").auction(id)).price).toBe(301n);
    } finally {
      strict.stop();
    }
  });
});
