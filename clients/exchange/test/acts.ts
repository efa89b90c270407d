// SPDX-License-Identifier: Apache-2.0
/** Messages as the client makes them, sent raw, so that the test sees all of the result. */
import { idText, padded, SECRET_SIZE } from "@sotto/contract-client";
import type { Execution } from "@sotto/contract-test";
import { actMessage } from "../src/act.ts";
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

export const act = (market: Market, user: User, body: object): Promise<Execution> => send(market, user, "act", body);

export const order = (side: "buy" | "sell", amount: bigint, limit?: bigint, epochs = 10) =>
  actMessage("order", { side, numbers: [amount, limit ?? (side === "buy" ? 2n ** 128n - 1n : 0n)], epochs });

/**
 * Every kind of act with small and large numbers, accepted and refused. The first is the reference.
 */
export const ACTS: readonly (readonly [name: string, act: object])[] = [
  ["cover", actMessage("cover", {})],
  ["sync", actMessage("sync", {})],
  ["buy 1", order("buy", 1n)],
  ["buy 10^30", order("buy", 10n ** 30n)],
  ["buy 10^30 at a limit", order("buy", 10n ** 30n, ONE)],
  ["sell 1", order("sell", 1n)],
  ["sell 10^30", order("sell", 10n ** 30n, 3n * ONE)],
  ["refused: more than is free", order("sell", 10n ** 38n, ONE)],
  ["refused: below the least amount", order("buy", 0n)],
  ["refused: a buyer's limit 0", order("buy", 5n, 0n)],
  ["refused: no epochs", order("buy", 5n, ONE, 0)],
  ["cancel", { ...actMessage("cancel", {}), order_id: "OWN" }],
  ["refused: cancel of no order", actMessage("cancel", { orderId: 1n })],
  ["refused: cancel of another's order", { ...actMessage("cancel", {}), order_id: "OTHER" }],
  ["add 1000", actMessage("add", { numbers: [1_000n, 1_000n] })],
  ["add 10^30", actMessage("add", { numbers: [10n ** 30n, 10n ** 30n] })],
  ["refused: fewer shares than asked", actMessage("add", { numbers: [1n, 1n, 2n] })],
  ["remove 1", actMessage("remove", { numbers: [1n] })],
  ["remove 10^20", actMessage("remove", { numbers: [10n ** 20n] })],
  ["refused: remove too much", actMessage("remove", { numbers: [10n ** 38n] })],
];

/** An act with the ids of real orders in place of names. */
export const withIds = (body: object, own: bigint, other: bigint): object =>
  // The text is JSON of the same form.
  JSON.parse(JSON.stringify(body).replace("OWN", idText(own)).replace("OTHER", idText(other))) as object;
