// SPDX-License-Identifier: Apache-2.0
/** Messages as the client makes them, sent raw, so that the test sees all of the result. */
import { amountText, idText, padded, SECRET_SIZE } from "@sotto/contract-client";
import type { Execution } from "@sotto/contract-test";
import { type Market, ONE, type User } from "./market.ts";

export const bindOf = ({ chain, exchange }: Market, user: User) => ({
  contract: exchange.address,
  sender: chain.account(user).address,
  chain_id: chain.chainId,
});

/** `{name: {...}}` with bind and padding. */
export const message = (market: Market, user: User, name: string, body: object): object =>
  padded(name, { ...body, bind: bindOf(market, user) }, SECRET_SIZE);

export const send = (market: Market, user: User, name: string, body: object): Promise<Execution> =>
  market.chain.as(user).execute(market.exchange, message(market, user, name, body), { mayFail: true, gas: 900_000 });

export const act = (market: Market, user: User, body: object): Promise<Execution> =>
  send(market, user, "act", { do: body });

export const order = (side: "buy" | "sell", amount: bigint, limit?: bigint, epochs = 10) => ({
  order: { side, amount: amountText(amount), ...(limit === undefined ? {} : { limit: amountText(limit) }), epochs },
});

/**
 * Every kind of act with small and large numbers, accepted and refused. The first is the reference.
 */
export const ACTS: readonly (readonly [name: string, act: object])[] = [
  ["cover", { cover: {} }],
  ["sync", { sync: {} }],
  ["buy 1", order("buy", 1n)],
  ["buy 10^30", order("buy", 10n ** 30n)],
  ["buy 10^30 at a limit", order("buy", 10n ** 30n, ONE)],
  ["sell 1", order("sell", 1n)],
  ["sell 10^30", order("sell", 10n ** 30n, 3n * ONE)],
  ["refused: more than is free", order("sell", 10n ** 38n, ONE)],
  ["refused: below the least amount", order("buy", 0n)],
  ["refused: a buyer's limit 0", order("buy", 5n, 0n)],
  ["refused: no epochs", order("buy", 5n, ONE, 0)],
  ["cancel", { cancel: { order_id: "OWN" } }],
  ["refused: cancel of no order", { cancel: { order_id: idText(1n) } }],
  ["refused: cancel of another's order", { cancel: { order_id: "OTHER" } }],
  ["add 1000", { add: { base: amountText(1_000n), quote: amountText(1_000n), min_shares: amountText(0n) } }],
  ["add 10^30", { add: { base: amountText(10n ** 30n), quote: amountText(10n ** 30n), min_shares: amountText(0n) } }],
  [
    "refused: fewer shares than asked",
    { add: { base: amountText(1n), quote: amountText(1n), min_shares: amountText(2n) } },
  ],
  ["remove 1", { remove: { shares: amountText(1n), min_base: amountText(0n), min_quote: amountText(0n) } }],
  ["remove 10^20", { remove: { shares: amountText(10n ** 20n), min_base: amountText(0n), min_quote: amountText(0n) } }],
  [
    "refused: remove too much",
    { remove: { shares: amountText(10n ** 38n), min_base: amountText(0n), min_quote: amountText(0n) } },
  ],
];

/** An act with the ids of real orders in place of names. */
export const withIds = (body: object, own: bigint, other: bigint): object =>
  // The text is JSON of the same form.
  JSON.parse(JSON.stringify(body).replace("OWN", idText(own)).replace("OTHER", idText(other))) as object;
