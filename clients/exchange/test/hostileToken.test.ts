// SPDX-License-Identifier: Apache-2.0
/** A pair of an honest base token and a quote token that lies, calls back and refuses. */
import { amountText } from "@sotto/contract-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostileToken } from "../../../test/support/hostileToken.ts";
import { actMessage } from "../src/act.ts";
import { bindOf, message, send } from "./acts.ts";
import { FUNDS, type Market, ONE, openMarket, tokenRef, type User } from "./market.ts";

const MOST_HELD = 2n ** 120n;

let market: Market;
let token: HostileToken;
beforeAll(async () => {
  const honest = await openMarket();
  token = await HostileToken.deploy(honest.chain);
  const rules = { ...honest.setUp, quote: tokenRef(token.contract) };
  market = honest.withExchange(await honest.chain.as("admin").instantiate(honest.exchange, rules), token.contract);
  await market.of("bob").deposit("base", 1_000n);
});
afterAll(() => market.chain.close());

const lie = (user: User, amount: bigint | string) =>
  token.lie(market.exchange, market.chain.account(user).address, amount, { deposit: { bind: bindOf(market, user) } });
const free = async (user: User) => {
  const { base, quote } = await market.of(user).account();
  return [base, quote];
};
const wallet = (user: User) => market.balance(market.base, market.chain.account(user).address);
const withdrawal = (sender: string, base: bigint, quote: bigint, only?: string) => ({
  withdraw: {
    amounts: [amountText(base), amountText(quote)],
    bind: { contract: market.exchange.address, sender, chain_id: market.chain.chainId },
    ...(only === undefined ? {} : { only }),
  },
});

it("a token that reports deposits nobody made fills its own side alone, below 2^120, and buys no more than is offered", async () => {
  expect((await lie("dave", MOST_HELD - 1n)).ok).toBe(true);
  for (const user of ["dave", "carol"] as const) {
    const more = await lie(user, 1n);
    expect([more.ok, more.error]).toEqual([false, expect.stringContaining("would hold 2^120 units or more")]);
  }
  for (const wrong of ["-1", "", "1e3", "9".repeat(40)]) expect((await lie("carol", wrong)).ok).toBe(false);
  expect([await free("bob"), await free("dave")]).toEqual([
    [1_000n, 0n],
    [0n, MOST_HELD - 1n],
  ]);
  await market.of("bob").order({ side: "sell", amount: 300n, limit: 2n * ONE });
  await market.of("dave").order({ side: "buy", amount: 10n ** 30n, limit: 10n ** 6n * ONE });
  await market.batch();
  await market.of("dave").sync();
  await market.of("bob").sync();
  // Made-up money buys what Bob offered for it, and not what he keeps.
  expect((await free("dave"))[0]).toBe(300n);
  expect((await free("bob"))[0]).toBe(700n);
  const { data } = await send(market, "dave", "withdraw", { amounts: [amountText(301n), amountText(0n)] });
  expect(new TextDecoder().decode(data)).toContain('"refused"');
});

it("a token that withdraws, orders and deposits in the middle of its payment gets what is its own once", async () => {
  const own = token.contract.address;
  const bind = { contract: market.exchange.address, sender: own, chain_id: market.chain.chainId };
  await market.of("dave").withdraw({ quote: 10n ** 20n });
  expect((await token.lie(market.exchange, own, 70n, { deposit: { bind } })).ok).toBe(true);
  const act = message(market, "bob", "act", actMessage("cancel", { orderId: 1n }));
  const order = { act: { ...actMessage("order", { side: "buy", numbers: [70n, ONE], epochs: 1 }), bind } };
  await token.armCalls(market.exchange, withdrawal(own, 0n, 70n), withdrawal(own, 1n, 0n, "base"), order, act);
  expect((await token.call(market.exchange, withdrawal(own, 0n, 70n))).ok).toBe(true);
  // Withdrawals and order are refused inside; the act is bound to Bob, who did not send it.
  expect(await token.calls()).toMatchObject({ succeeded: 3, failed: 1 });
  expect(await token.paid(own)).toBe(70n);
  expect((await free("bob"))[0]).toBe(700n);
});

it("a token that refuses its payments does not keep the other token", async () => {
  await token.armRefusal();
  const both = market.of("bob").withdraw({ base: 400n });
  await expect(both).rejects.toThrow("this token refuses the transfer");
  expect((await free("bob"))[0]).toBe(700n);
  await market.of("bob").withdraw({ base: 700n, only: "base" });
  expect((await free("bob"))[0]).toBe(0n);
  expect(await wallet("bob")).toBe(FUNDS / 8n - 300n);
  await market.of("dave").withdraw({ base: 300n, only: "base" });
  expect(await wallet("dave")).toBe(FUNDS / 8n + 300n);
});
