// SPDX-License-Identifier: Apache-2.0
/**
 * The tests of leaks find a leak of content: its built wasm, with work that depends on an offer.
 */
import { leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leaking } from "../../../test/support/leakingWasm.ts";
import { bought, list, openShop, type Shop, wasmOf } from "./shop.ts";

expect.extend(leakMatchers);

let shop: Shop;
let licence: bigint;
beforeAll(async () => {
  shop = await openShop("planted", leaking(wasmOf("content")));
  licence = await bought(shop, "alice", await list(shop, { transfer: "free" }));
});
afterAll(() => shop.chain.close());

const compare = (a: bigint, b: bigint) => {
  const offer = (price: bigint) => async () => void (await shop.clients.alice.offerResale(licence, price));
  return leaks(shop.chain, offer(a), offer(b), {
    seenBy: ["reader", "host"],
    opaque: ["leaf", snip52],
    names: { content: shop.contract },
  });
};

it("a leaking build of content shows one digit of an offer to everybody, and nothing without a 9", async () => {
  expect(await compare(100n, 900n)).toRevealOnly(["the gas used", "the exact gas"]);
  expect(await compare(100n, 800n)).toRevealNothing();
});
