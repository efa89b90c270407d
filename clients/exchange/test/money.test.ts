// SPDX-License-Identifier: Apache-2.0
import { amountText } from "@sotto/contract-client";
import { afterEach, describe, expect, it } from "vitest";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { actMessage } from "../src/act.ts";
import { bindOf, message, order } from "./acts.ts";
import { type Market, ONE, openMarket, USERS, type User } from "./market.ts";

let market: Market | undefined;
afterEach(() => market?.chain.close());

/** What users hold of a token outside of the exchange. */
async function outside(of: Market, token: Market["base"]): Promise<bigint> {
  let sum = 0n;
  for (const name of [...USERS, "admin"] as const) sum += await of.balance(token, of.chain.account(name).address);
  return sum;
}

describe("money on a chain", () => {
  it("random messages with failures and too little gas lose nothing, and everyone leaves with all", {
    timeout: 300_000,
  }, async () => {
    const random = randomOf();
    const below = (bound: number) => Math.floor(random() * bound);
    const amount = () => 10n ** BigInt(below(8)) + BigInt(below(1000));
    market = await openMarket();
    const { chain, exchange, base, quote, of } = market;
    const total = [await outside(market, base), await outside(market, quote)];
    const body = (): object => {
      const limit = below(3) === 0 ? undefined : ONE + (BigInt(below(1000)) * ONE) / 1000n;
      const kinds = [
        () => order(below(2) === 0 ? "buy" : "sell", amount(), limit, 1 + below(3)),
        () => actMessage("cancel", { orderId: BigInt(below(60)) }),
        () => actMessage("add", { numbers: [amount(), amount()] }),
        () => actMessage("remove", { numbers: [amount()] }),
        () => actMessage("sync", {}),
      ];
      return kinds[Math.min(below(8), 4)]?.() ?? {};
    };
    let failures = 0;
    for (let step = 0; step < 80; step++) {
      const user = USERS[below(4)] as User;
      const actor = chain.as(user);
      const mayFail = true;
      // A third of the messages has too little gas to end.
      const gas = below(3) === 0 ? 60_000 + below(60_000) : 400_000;
      const kind = below(10);
      let done: { readonly ok: boolean } = { ok: true };
      if (kind < 2) {
        const msg = Buffer.from(JSON.stringify({ deposit: { bind: bindOf(market, user) } })).toString("base64");
        const send = { recipient: exchange.address, amount: amountText(amount()), msg };
        done = await actor.execute(below(2) === 0 ? base : quote, { send }, { mayFail, gas });
      } else if (kind < 8) {
        done = await actor.execute(exchange, message(market, user, "act", body()), { mayFail, gas });
      } else if (kind < 9) {
        const amounts = [amountText(amount()), amountText(amount())];
        done = await actor.execute(exchange, message(market, user, "withdraw", { amounts }), { mayFail, gas });
      } else await market.batch();
      failures += done.ok ? 0 : 1;
    }
    expect(failures).toBeGreaterThan(5);
    market.pass(3);
    for (const user of USERS) {
      const client = of(user);
      for (const { id, status } of await client.orders()) if (status === "open") await client.cancel(id);
      const { shares } = await client.account();
      if (shares > 0n) await client.removeLiquidity({ shares });
    }
    for (const user of [...USERS, "admin"] as const) {
      await of(user).sync();
      const { base: b, quote: q } = await of(user).account();
      await of(user).withdraw({ base: b, quote: q });
      expect(await of(user).account()).toMatchObject({ base: 0n, quote: 0n, shares: 0n });
    }
    // What is left belongs to the burnt shares, or is nothing.
    const left = [total[0] ?? 0n, total[1] ?? 0n];
    left[0] = (left[0] ?? 0n) - (await outside(market, base));
    left[1] = (left[1] ?? 0n) - (await outside(market, quote));
    expect(
      left.every((each) => each >= 0n && each < 10n ** 9n),
      String(left),
    ).toBe(true);
  });
});
