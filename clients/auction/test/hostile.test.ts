// SPDX-License-Identifier: Apache-2.0
/** L1 to L3 of the README: a host that lies to its enclave about rows and times. */
import { idText } from "@sotto/contract-client";
import { hostile } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR, House } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
  for (const name of ["bob", "carol"]) await house.deposit(name, 0, 10_000n);
});
afterAll(() => house.stop());

async function closed(id: bigint) {
  await house.close(id);
  const client = house.client("erin");
  return { price: (await client.auction(id)).price, head: await client.closedHead(id) };
}

describe("a hostile host", () => {
  // Turns round when rows are bound to the state root (docs/threats.md, "Open"): then the close on
  // older rows is refused.
  it("5, L1: closes without the last bid, which it learns by difference; the head is another one (debt)", async () => {
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

  it("5, L1: no mix of older and new rows gives another result under the chain's head", async () => {
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
    const bid = house.message(carol, "act", {
      do: { bid: { auction_id: idText(id), amount: "501".padStart(39, "0") } },
    });
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
