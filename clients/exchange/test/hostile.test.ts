// SPDX-License-Identifier: Apache-2.0
/** L1 to L3 of the README: a host that lies to its enclave about rows and times. */
import { hostile } from "@sotto/contract-test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { act, message, order } from "./acts.ts";
import { type Market, ONE, openMarket } from "./market.ts";

let market: Market;
beforeEach(async () => {
  market = await openMarket({}, { rows: "believed" });
  for (const user of ["alice", "bob", "carol"] as const) {
    await market.of(user).deposit("base", 10n ** 20n);
    await market.of(user).deposit("quote", 10n ** 20n);
  }
  // They get their funds here, before any fork.
  for (const user of ["dave", "keeper"] as const) market.of(user);
  await market.of("alice").addLiquidity({ base: 10n ** 19n, quote: 10n ** 19n });
});
afterEach(() => market.chain.close());

const failing = () => ({ to: market.chain.account("bob"), coins: [{ denom: "uscrt", amount: "9".repeat(30) }] });

describe("a hostile host whose enclave believes its rows", () => {
  // The contract stays a preview as long as networks may run so.
  it("L1: clears a batch without the last order, and learns that order by difference (debt)", async () => {
    await market.of("bob").order({ side: "sell", amount: 10n ** 15n });
    const { height } = market.chain;
    await market.of("carol").order({ side: "buy", amount: 10n ** 18n });
    market.pass();
    const cleared = async () => {
      await market.of("keeper").keepOnce();
      return (await market.of("dave").price()).value ?? 0n;
    };
    const forked = await hostile(market.chain).fork((fork) => {
      fork.serveOlder({ contract: market.exchange, height });
      return cleared();
    });
    const real = await cleared();
    expect(forked).not.toBe(real);
    expect((await market.of("dave").info()).preview).toBe(true);
  });

  it("17, L1: an act on an older account row logs another leaf than any act of the chain", async () => {
    const { height } = market.chain;
    await market.of("bob").withdraw({ base: 10n ** 20n });
    const run = async () => {
      const done = await act(market, "bob", order("sell", 10n ** 20n, ONE));
      const { status } = done.json<{ act: { status: string } }>().act;
      const leaf = done.events.flatMap(({ attributes }) => attributes).find(({ key }) => key === "leaf")?.value ?? "";
      return { status, leaf };
    };
    const mixes = await hostile(market.chain).mixes({ contract: market.exchange, height }, run);
    const real = await run();
    expect([real.status, real.leaf.length]).toEqual(["refused", 64]);
    const accepted = mixes.flatMap((mix) =>
      "known" in mix && mix.known.status === "accepted" ? [mix.known.leaf] : [],
    );
    expect(accepted.length).toBeGreaterThan(0);
    for (const leaf of accepted) expect(leaf).not.toBe(real.leaf);
  });

  it("L2: an act that the chain refused answers nothing of others, and a clear cannot be undone by a later message", async () => {
    await market.of("carol").order({ side: "buy", amount: 77n, limit: ONE });
    const bob = market.chain.as("bob");
    const own = { contract: market.exchange, msg: message(market, "bob", "act", order("sell", 55n, ONE)) };
    const host = hostile(market.chain);
    const { execution, answers } = await host.fork((fork) => fork.run(bob, [own, failing()]));
    expect(execution.ok).toBe(false);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.data).toHaveLength(256);
    expect(Object.keys(answers[0]?.json<{ act: object }>().act ?? {})).toEqual(["status", "reason", "n", "salt"]);
    market.pass();
    const epoch = (await market.of("keeper").info()).epoch - 1;
    const clear = { contract: market.exchange, msg: message(market, "bob", "clear", { epoch }) };
    const undone = await host.fork((fork) => fork.run(bob, [clear, failing()], { gas: 2_000_000 }));
    expect(undone.execution.error).toMatch(/last message was marked/);
    expect(Object.keys(undone.answers[0]?.json<{ clear: object }>().clear ?? {})).toEqual([
      "status",
      "reason",
      "n",
      "salt",
    ]);
  });

  it("L3: a query with a false time shows no price before the clear", async () => {
    await market.of("bob").order({ side: "sell", amount: 10n ** 15n });
    await market.of("carol").order({ side: "buy", amount: 10n ** 18n });
    const before = await market.chain.query(market.exchange, { price: {} });
    const time = new Date(market.chain.time.now().getTime() + 1_000 * 3_600_000);
    const seen = await hostile(market.chain).fork((fork) => fork.query(market.exchange, { price: {} }, { time }));
    expect(seen).toEqual(before);
  });
});

describe("a hostile host whose enclave wants proofs of rows", () => {
  it("L1: cannot clear a batch without the last order", async () => {
    const strict = await openMarket();
    try {
      for (const user of ["alice", "bob", "carol"] as const) {
        await strict.of(user).deposit("base", 10n ** 20n);
        await strict.of(user).deposit("quote", 10n ** 20n);
      }
      for (const user of ["dave", "keeper"] as const) strict.of(user);
      await strict.of("alice").addLiquidity({ base: 10n ** 19n, quote: 10n ** 19n });
      await strict.of("bob").order({ side: "sell", amount: 10n ** 15n });
      const { height } = strict.chain;
      await strict.of("carol").order({ side: "buy", amount: 10n ** 18n });
      strict.pass();
      const forked = hostile(strict.chain).fork(async (fork) => {
        fork.serveOlder({ contract: strict.exchange, height });
        await strict.of("keeper").keepOnce();
      });
      // The node has stopped; its API tells clients no more.
      await expect(forked).rejects.toThrow("internal error");
      // The honest host goes on.
      await strict.of("keeper").keepOnce();
      expect((await strict.of("dave").price()).value ?? 0n).toBeGreaterThan(0n);
    } finally {
      strict.chain.close();
    }
  });
});
