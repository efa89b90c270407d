// SPDX-License-Identifier: Apache-2.0
/** L1 to L3 of the README: a host that lies to its enclave about rows and times. */
import { idText } from "@sotto/contract-client";
import { hostile } from "@sotto/contract-test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bought, list, messageOf, openShop, PRICE, type Shop } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop(undefined, undefined, "believed");
});
afterEach(() => shop.chain.close());

const hex = (key: Uint8Array) => Buffer.from(key).toString("hex");
const base64Of = (leaf: string) => Buffer.from(leaf, "hex").toString("base64");

/** The query of alice for the keys of a licence. */
function keysOf(licence: bigint): object {
  const permit = shop.chain.as("alice").permit({ contracts: [shop.contract], permissions: ["content"] });
  return { with_permit: { permit, query: { keys: { licence: String(licence) } } } };
}

/** What alice sends to the token to buy an item, as the client writes it. */
function purchaseOf(item: bigint) {
  const { contract, tokens, chain, device } = shop;
  const bind = { contract: contract.address, sender: chain.as("alice").address, chain_id: chain.chainId };
  const buy = { item_id: String(item), device: Buffer.from(device.publicKey).toString("base64"), bind };
  const send = {
    recipient: contract.address,
    recipient_code_hash: contract.codeHash,
    amount: String(PRICE),
    msg: Buffer.from(JSON.stringify({ buy })).toString("base64"),
  };
  return { contract: tokens[0], msg: { send } };
}

describe("a hostile host whose enclave believes its rows", () => {
  it("2, L1: a purchase on stale rows stays pending under the chain's confirmation, in every mix", async () => {
    const item = await list(shop);
    const { alice, bob, confirmer } = shop.clients;
    const { height } = shop.chain;
    // On the chain bob gets the next number, and the confirmer confirms the purchase of its block.
    const real = await bob.buy(item, shop.tokens[0], PRICE, shop.device);
    const purchases = [{ licence: String(real.licence), leaf: base64Of(real.leaf) }];
    const mixes = await hostile(shop.chain).mixes({ contract: shop.contract, height }, async () => {
      await shop.chain.as("alice").run([purchaseOf(item)]);
      const [forged] = await alice.licences();
      const answer = await confirmer.executeSecret<{ confirmed: string }>("confirm", { purchases });
      const keys = forged && (await messageOf(alice.keys(forged.licence, shop.device)));
      return { number: forged?.licence, leaf: forged?.leaf, answer, keys };
    });
    const taken = mixes.flatMap((mix) => ("known" in mix && mix.known.number === real.licence ? [mix.known] : []));
    // The number of bob's purchase, in another history.
    expect(taken.length).toBeGreaterThan(0);
    for (const { leaf, answer } of taken) {
      expect(leaf).not.toBe(real.leaf);
      expect(answer).toMatchObject({ confirmed: idText(0n) });
    }
    for (const mix of mixes)
      if ("known" in mix && mix.known.keys !== undefined) expect(mix.known.keys).toMatch(/not confirmed yet/);
  });

  it("1, L2: a purchase that the chain refused has no keys in any answer", async () => {
    const item = await list(shop);
    const alice = shop.chain.as("alice");
    const failing = { to: alice.address, coins: [{ denom: "uscrt", amount: "9".repeat(30) }] };
    const { execution, answers } = await hostile(shop.chain).fork((fork) =>
      fork.run(alice, [purchaseOf(item), failing]),
    );
    expect(execution.ok).toBe(false);
    expect(answers.map(({ contract, ok }) => [contract, ok])).toEqual([
      [shop.tokens[0].address, true],
      [shop.contract.address, true],
    ]);
    for (const { data } of answers) expect(Buffer.from(data).toString()).not.toMatch(/key|master|"enc"|"ct"/);
    expect(await shop.clients.alice.licences()).toEqual([]);
  });

  // Only where rows are believed: test/attack/queries.test.ts.
  it("1, L2: of a purchase that the chain refused, the rows give the keys of an instant item only (debt)", async () => {
    const alice = shop.chain.as("alice");
    const failing = { to: alice.address, coins: [{ denom: "uscrt", amount: "9".repeat(30) }] };
    const stolen = async (item: bigint) =>
      hostile(shop.chain).fork(async (fork) => {
        const { execution, answers } = await fork.run(alice, [purchaseOf(item), failing]);
        expect(execution.ok).toBe(false);
        const written = new Map(
          answers.flatMap(({ rows }) => rows.map(({ key, value }) => [hex(key), value] as const)),
        );
        fork.serve(shop.contract, ({ key, newer }) => written.get(hex(key)) ?? newer);
        const { buy } = answers[1]?.json<{ buy: { licence: string } }>() ?? { buy: { licence: "" } };
        return JSON.stringify(await fork.query(shop.contract, keysOf(BigInt(buy.licence))));
      });
    expect(await stolen(await list(shop, { instant: true }))).toContain('"refused":null');
    expect(await stolen(await list(shop))).toContain("not confirmed yet");
    expect(await shop.clients.alice.licences()).toEqual([]);
  });

  it("18, L3: a rent without a session is closed at any time", async () => {
    const licence = await bought(shop, "alice", await list(shop, { rentSeconds: 3_600 }));
    const answers = await hostile(shop.chain).fork(async (fork) => {
      const times = [new Date(0), shop.chain.time.now(), new Date("2100-01-01T00:00:00Z")];
      return Promise.all(
        times.map(async (time) => JSON.stringify(await fork.query(shop.contract, keysOf(licence), { time }))),
      );
    });
    for (const answer of answers) expect(answer).toContain("open a session first");
  });

  // Only where rows are believed: test/attack/queries.test.ts.
  it("4, 18, L3: what was readable once counts as read: keys at an old height, and of an ended rent at an old time (debt)", async () => {
    const { alice, bob } = shop.clients;
    const rent = await bought(shop, "alice", await list(shop, { rentSeconds: 3_600 }));
    await alice.openSession(rent);
    const open = shop.chain.time.now();
    const own = await bought(shop, "alice", await list(shop, { transfer: "free" }));
    const { height } = shop.chain;
    await alice.transfer(own, bob.address);
    shop.chain.time.advance(3_700);
    shop.chain.mine();
    expect(await messageOf(alice.keys(rent, shop.device))).toMatch(/the rent is over/);
    expect(await messageOf(alice.keys(own, shop.device))).toMatch(/the licence is over/);
    const [past, before] = await hostile(shop.chain).fork(async (fork) => [
      await fork.query(shop.contract, keysOf(rent), { time: open }),
      await fork.query(shop.contract, keysOf(own), { height, time: open }),
    ]);
    for (const seen of [past, before]) expect(seen).toMatchObject({ keys: { version: 1, refused: null } });
  });
});

describe("a hostile host whose enclave wants proofs of rows", () => {
  it("2, L1: cannot run a purchase on stale rows", async () => {
    const strict = await openShop("strict");
    try {
      const item = await list(strict);
      const { height } = strict.chain;
      await strict.clients.bob.buy(item, strict.tokens[0], PRICE, strict.device);
      const forked = hostile(strict.chain).fork(async (fork) => {
        fork.serveOlder({ contract: strict.contract, height });
        await strict.clients.alice.buy(item, strict.tokens[0], PRICE, strict.device);
      });
      // The node has stopped; its API tells clients no more.
      await expect(forked).rejects.toThrow("internal error");
      // The honest host goes on.
      const bought = await strict.clients.alice.buy(item, strict.tokens[0], PRICE, strict.device);
      expect(bought.licence).toBeGreaterThan(0n);
    } finally {
      strict.chain.close();
    }
  });
});
