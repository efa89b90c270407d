// SPDX-License-Identifier: Apache-2.0
/**
 * The tests of leaks find a leak of the exchange: its built wasm, with work that depends on an
 * order.
 */
import { leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { leaking } from "../../../test/support/leakingWasm.ts";
import { message, order } from "./acts.ts";
import { type Market, openMarket, wasmOf } from "./market.ts";

expect.extend(leakMatchers);

let market: Market;
beforeAll(async () => {
  market = await openMarket({}, {}, leaking(wasmOf("exchange")));
  await market.of("alice").deposit("base", 10n ** 10n);
});
afterAll(() => market.chain.close());

const compare = (a: bigint, b: bigint) => {
  const sell = (amount: bigint) => () =>
    market.chain
      .as("alice")
      .execute(market.exchange, message(market, "alice", "act", order("sell", amount)), { gas: 2_000_000 });
  return leaks(market.chain, sell(a), sell(b), {
    seenBy: ["reader", "host"],
    opaque: ["leaf", snip52],
    names: { exchange: market.exchange },
  });
};

it("a leaking build of the exchange shows one digit of an order to everybody, and nothing without a 9", async () => {
  expect(await compare(100n, 900n)).toRevealOnly(["the gas used", "the exact gas"]);
  expect(await compare(100n, 800n)).toRevealNothing();
});
