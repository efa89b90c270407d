// SPDX-License-Identifier: Apache-2.0
// Every "never" of the README's table of what each viewer learns.
import { amountText } from "@sotto/contract-client";
import { type DevChain, leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actMessage } from "../src/act.ts";
import { ACTS, bindOf, message, order, withIds } from "./acts.ts";
import { type Market, ONE, openMarket, USERS, type User } from "./market.ts";

expect.extend(leakMatchers);

/** Salted hashes, another one for each act. */
const opaque = ["leaf", snip52];

let market: Market;
let ids: { readonly own: bigint; readonly other: bigint };

beforeAll(async () => {
  market = await openMarket({ min_owners: 2 });
  for (const user of USERS) {
    await market.of(user).deposit("base", 10n ** 32n);
    await market.of(user).deposit("quote", 10n ** 32n);
  }
  await market.of("alice").addLiquidity({ base: 10n ** 31n, quote: 10n ** 31n });
  market.pass(3);
  await market.of("keeper").keepOnce();
  const own = (await market.of("alice").order({ side: "sell", amount: 9n, limit: 9n * ONE })).id;
  const other = (await market.of("bob").order({ side: "buy", amount: 10n, limit: 1n })).id;
  ids = { own, other };
});
afterAll(() => market.chain.close());

/**
 * Equal for a reader of the chain, and for a host, which sees rows and gas in thousandths of a
 * unit.
 */
async function expectAlike(a: (chain: DevChain) => Promise<unknown>, b: typeof a): Promise<void> {
  const options = { names: names(), opaque };
  expect(await leaks(market.chain, a, b, { ...options, seenBy: ["reader", "host"] })).toRevealNothing();
}

const names = () => ({ exchange: market.exchange, base: market.base, quote: market.quote });

/** A transaction of a user that may be refused inside, but is taken by the chain. */
const sends = (user: User, name: string, body: object) => (chain: DevChain) =>
  chain.as(user).execute(market.exchange, message(market, user, name, body), { gas: 900_000 });

const acts = (user: User, body: object) => sends(user, "act", withIds(body, ids.own, ids.other));

const clears =
  (user: User = "keeper") =>
  async (chain: DevChain) => {
    chain.time.advance(30);
    chain.mine();
    const { pair_info } = await chain.query<{ pair_info: { epoch: number } }>(market.exchange, { pair_info: {} });
    await chain.as(user).execute(market.exchange, { clear: { epoch: pair_info.epoch - 1 } });
  };

const [[, reference] = ["", {}], ...others] = ACTS;

describe("attack 2: acts", () => {
  it.each(others)("%s looks like a cover, to a reader and to a host", async (_, body) => {
    await expectAlike(acts("alice", reference), acts("alice", body));
  });

  it("60 random acts of any kind look alike, to a reader and to a host", async () => {
    const kinds = ["order", "cancel", "sync", "add", "remove", "cover"] as const;
    const report = await leaks.search(
      market.chain,
      (chain, body: object) => acts("alice", body)(chain),
      (random: () => number) => {
        const below = (bound: number) => Math.floor(random() * bound);
        const numbers = [0, 1, 2].map(() => 2n ** BigInt(below(125)) + BigInt(below(1_000)));
        const side = below(2) === 0 ? "buy" : "sell";
        return actMessage(kinds[below(6)] ?? "cover", { side, numbers, epochs: below(30), orderId: BigInt(below(40)) });
      },
      { names: names(), opaque, seenBy: ["reader", "host"], tries: 60 },
    );
    expect(report).toRevealNothing();
  });

  it("another trader's queries tell nothing of an order", async () => {
    const bob = market.chain.as("bob");
    const permit = bob.permit({ contracts: [market.exchange], permissions: ["exchange"] });
    const contract = market.exchange;
    const asked = ["account", "orders", "fills", "liquidity"].map((name) => {
      return { contract, msg: { with_permit: { permit, query: { [name]: {} } } }, name };
    });
    const open = ["price", "pair_info"].map((name) => ({ contract, msg: { [name]: {} }, name }));
    const user = { user: bob.account, queries: [...asked, ...open], heights: "all" as const };
    const report = await leaks(
      market.chain,
      acts("alice", order("buy", 10n ** 30n, ONE)),
      acts("alice", order("sell", 5n)),
      { seenBy: user, names: names(), opaque },
    );
    expect(report).toRevealNothing();
  });
});

describe("money in and out", () => {
  it.each([
    [1n, 10n ** 30n],
    [1n, 10n ** 38n],
  ])("a withdrawal of %s and one of %s of both tokens look alike", async (small, large) => {
    const withdraws = (base: bigint, quote: bigint) =>
      sends("alice", "withdraw", { amounts: [amountText(base), amountText(quote)] });
    await expectAlike(withdraws(small, 0n), withdraws(0n, large));
  });

  it("deposits of 1 and 10^30 look alike", async () => {
    const deposits = (amount: bigint) => async (chain: DevChain) => {
      const inner = { deposit: { bind: bindOf(market, "alice"), padding: " " } };
      const { address: recipient, codeHash: recipient_code_hash } = market.exchange;
      const msg = Buffer.from(JSON.stringify(inner)).toString("base64");
      const send = { recipient, recipient_code_hash, amount: amountText(amount), msg };
      await chain.as("alice").execute(market.base, { send });
    };
    await expectAlike(deposits(1n), deposits(10n ** 30n));
  });
});

describe("clears", () => {
  const trades =
    (...sent: readonly (readonly [User, object])[]) =>
    async (chain: DevChain) => {
      for (const [user, body] of sent) await acts(user, body)(chain);
      await clears()(chain);
    };

  it("orders that do not trade look like orders that trade with each other at the last price", async () => {
    const cover = actMessage("cover", {});
    await expectAlike(
      trades(["alice", order("sell", 10n ** 10n, ONE)], ["bob", order("buy", 10n ** 10n, ONE)]),
      trades(["alice", cover], ["bob", cover]),
    );
  });

  it("attack 4: one owner, held back, looks like three owners whose batch does not move the price", async () => {
    const cover = actMessage("cover", {});
    const far = order("sell", 10n ** 20n, 5n * ONE);
    const held = trades(["alice", order("buy", 10n ** 30n)], ["bob", cover], ["carol", cover]);
    const cleared = trades(["alice", far], ["bob", far], ["carol", far]);
    await expectAlike(held, cleared);
  });

  it("a batch that moves the price shows it, in 4 digits, and nothing more", async () => {
    const contract = market.exchange;
    const queries = [{ contract, msg: { price: {} }, name: "price" }];
    const user = { user: market.chain.account("dave"), queries };
    const traded = (amount: bigint) =>
      trades(["alice", order("buy", amount)], ["bob", order("buy", amount)], ["carol", actMessage("cover", {})]);
    const report = await leaks(market.chain, traded(10n ** 28n), traded(10n ** 30n), {
      seenBy: ["reader", "host", user],
      names: names(),
      opaque,
    });
    expect(report).toRevealOnly([{ name: "the price", where: "answer to a query", query: "price" }]);
    expect(report.differences.some(({ where }) => where === "answer to a query")).toBe(true);
  });
});

describe("the tester sees", () => {
  it("what the exchange avoids: an act that fails in public", async () => {
    const fails = (chain: DevChain) =>
      chain
        .as("alice")
        .execute(market.exchange, message(market, "alice", "act", { ...order("sell", 5n), do: "steal " }), {
          mayFail: true,
        });
    const report = await leaks(market.chain, acts("alice", reference), fails, {
      seenBy: "reader",
      names: names(),
      opaque,
    });
    expect(report.differences.length).toBeGreaterThan(0);
  });
});
