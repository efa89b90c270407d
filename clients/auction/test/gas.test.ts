// SPDX-License-Identifier: Apache-2.0
/** Gas of each message, for the table of `contracts/auction/README.md`. */
import { amountText, idText } from "@sotto/contract-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Action, House, NAMES } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.stop());

/** Within 5 % below, so that the table stays true. */
const near = (used: number, stated: number): void => {
  expect(used).toBeLessThanOrEqual(stated);
  expect(used).toBeGreaterThan(stated * 0.95);
};

it("each message costs what the README states", async () => {
  // The first transaction of an account stores its key, which costs 1,300 gas more.
  for (const name of [...NAMES, "judy"] as const) await house.execute(name, "revoke_permit", { permit_name: "x" });
  await house.deposit("alice", 1, 10n);
  const created = await house.create("alice");
  const deposited = await house.deposit("bob", 0, 1_000n);
  const bid = await house.bid("bob", 1n, 500n);
  await house.end();
  const closed = await house.close(1n);
  const settled = await house.settle("bob", 1n);
  const withdrawn = await house.withdraw("bob", 500n, 5n);
  const witnesses = { addresses: NAMES.map((name) => house.chain.account(name).address), threshold: 1 };
  const witnessed = await house.create("alice", { witnesses });
  await house.end();
  const frozen = await house.freeze(2n);
  const confirmed = await house.confirm("bob", 2n);
  const done = [deposited, created, bid, closed, settled, withdrawn, witnessed, frozen, confirmed];
  const used = done.map(({ gasUsed }) => gasUsed);
  const stated = [77_000, 82_500, 63_000, 69_000, 63_000, 103_000, 84_000, 68_000, 42_000];
  for (const [i, gas] of used.entries()) near(gas, stated[i] as number);
});

it("the work of a family covers its use: a gas_target adds the difference to the unit", async () => {
  const auction_id = idText(1n);
  const act = (action: Action): [string, object] => ["act", house.body(action)];
  const messages: readonly [number, string, object][] = [
    [18_000, ...act({ bid: { auction_id, amount: amountText(1n) } })],
    [18_000, ...act({ settle: { auction_id } })],
    [18_000, ...act({ cover: { auction_id } })],
    [3_500, "withdraw", { amounts: [amountText(0n), amountText(0n)] }],
  ];
  // An account without a row reads 185 bytes less.
  await house.cover("carol", 1n);
  for (const [work, name, body] of messages) {
    const plain = await house.execute("carol", name, body);
    const dear = await house.execute("carol", name, { ...body, gas_target: "40000" });
    expect([name, dear.gasUsed - plain.gasUsed]).toEqual([name, 40_000 - work]);
  }
  // Two auctions of one seller, closed one after the other.
  for (const name of ["dave", "erin"]) await house.deposit(name, 1, 10n);
  const [plain, dear] = [await house.create("dave"), await house.create("dave", {}, {}, { gas_target: "40000" })];
  expect(dear.gasUsed - plain.gasUsed).toBe(40_000 - 24_000);
  const witnesses = { addresses: NAMES.map((name) => house.chain.account(name).address), threshold: 1 };
  const eight = {
    ...witnesses,
    addresses: [...witnesses.addresses, house.contract.address, house.tokens[0]?.address ?? ""],
  };
  const [few, most] = [
    await house.create("erin", { witnesses: eight }),
    await house.create("erin", { witnesses: eight }, {}, { gas_target: "40000" }),
  ];
  expect(most.gasUsed - few.gasUsed).toBe(40_000 - 24_000);
  await house.end();
  const closed = await house.close(3n);
  const dearer = await house.execute("judy", "close", { auction_id: idText(4n), gas_target: "40000" });
  expect(dearer.gasUsed - closed.gasUsed).toBe(40_000 - 24_000);
});
