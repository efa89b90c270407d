// SPDX-License-Identifier: Apache-2.0
/**
 * The tests of leaks find a leak of the auction: its built wasm, with work that depends on a bid.
 */
import { leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leaking } from "../../../test/support/leakingWasm.ts";
import { House, wasmOf } from "./house.ts";

expect.extend(leakMatchers);

let house: House;
let id: bigint;
beforeAll(async () => {
  house = await House.open(() => ({}), leaking(wasmOf("auction")));
  await house.deposit("bob", 0, 10n ** 20n);
  id = await house.sell();
});
afterAll(() => house.stop());

const compare = (a: bigint, b: bigint) => {
  const bid = (amount: bigint) => () => house.bid("bob", id, amount);
  const seenBy = ["reader", "host"] as const;
  return leaks(house.chain, bid(a), bid(b), { seenBy, opaque: ["leaf", snip52], names: { house: house.contract } });
};

it("a leaking build of the auction works as it did, and shows one digit of a bid to everybody", async () => {
  expect((await house.bid("bob", id, 15n)).json()).toMatchObject({ act: { status: "accepted" } });
  const report = await compare(100n, 900n);
  expect(report).not.toRevealNothing();
  expect(report.names).toContain("gas used");
  expect(report).toRevealOnly(["the gas used", "the exact gas"]);
});

it("and nothing of bids with as many digits 9", async () => {
  expect(await compare(100n, 800n)).toRevealNothing();
});
