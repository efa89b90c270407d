// SPDX-License-Identifier: Apache-2.0
/** Gas with many bids. 10,000 bidders on the rules alone: `contracts/auction/tests/many.rs`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { House, NAMES } from "./house.ts";

const BIDS = 200;

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.stop());

it("attack 6: each of many bids costs the same gas to the unit, and so does the close", async () => {
  const [many, none] = [await house.sell(), await house.sell()];
  for (const name of NAMES) {
    await house.deposit(name, 0, 10n ** 20n);
    // The first transaction of an account stores its key, which costs gas of the chain.
    await house.cover(name, none);
  }
  const gas = new Set<number>();
  for (let i = 0; i < BIDS; i++) {
    const done = await house.bid(NAMES[i % NAMES.length] as string, many, 10n + BigInt(i));
    expect(done.json()).toMatchObject({ act: { status: "accepted" } });
    gas.add(done.gasUsed);
  }
  expect([...gas]).toHaveLength(1);
  await house.end();
  const [closed, empty] = [await house.close(none), await house.close(many)];
  expect(closed.gasUsed).toBe((await house.close(await expired())).gasUsed);
  expect(empty.gasUsed).toBe(closed.gasUsed);
}, 120_000);

/** An auction without bids whose keeper has paid for a transaction before. */
async function expired(): Promise<bigint> {
  const id = await house.sell();
  await house.end();
  return id;
}
