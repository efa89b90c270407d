// SPDX-License-Identifier: Apache-2.0
/** Each line "never" of the table "who learns what" in the contract's README. */
import { type DevChain, leakMatchers, leaks, snip52 } from "@sotto/contract-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evidenceOfKeys, type Found, newDevice, type Sealed, seal } from "../src/index.ts";
import { bought, COIN, file, list, openShop, PRICE, type Shop, SONG } from "./shop.ts";

expect.extend(leakMatchers);

let shop: Shop;
const song: Sealed = seal(file, SONG);
/** Two items of different prices, with licences of alice and bob. */
let items: [bigint, bigint];
let licences: [bigint, bigint];
beforeAll(async () => {
  shop = await openShop("leaks");
  items = [
    await list(shop, { transfer: "free" }, song),
    await list(shop, {
      transfer: "free",
      price: { token: 0, amount: 7n },
      royalties: [{ to: shop.clients.eve.address, bps: 5 }],
    }),
  ];
  const second = await shop.clients.alice.buy(items[1], shop.tokens[0], 7n, shop.device);
  licences = [await bought(shop, "alice", items[0]), second.licence];
  await shop.clients.confirmer.confirmPending();
  await shop.clients.bob.buy(items[0], shop.tokens[0], PRICE, shop.device);
  await shop.clients.bob.licences();
});
afterAll(() => shop.chain.close());

type Run = () => Promise<unknown>;

const ROWS = ["which rows are written"];

/** From the first purchase on: each run begins at the same state, which the client cannot know. */
const confirmPending = () => shop.clients.confirmer.confirmPending({ from: 1n });

/** Both runs, seen by readers and hosts. Leaves are salted hashes. */
const compare = (a: Run, b: Run, seenBy: "host" | "reader" = "host") =>
  leaks(
    shop.chain,
    async () => void (await a()),
    async () => void (await b()),
    {
      seenBy,
      names: { content: shop.contract, token: shop.tokens[0] },
      opaque: ["leaf", snip52],
    },
  );

const send = (chain: DevChain, item: bigint, amount: bigint, digits = 39) => {
  const { alice } = shop.clients;
  const bind = (contract: string) => ({ contract, sender: alice.address, chain_id: chain.chainId });
  const device = Buffer.from(shop.device.publicKey).toString("base64");
  const buy = { item_id: item.toString().padStart(20, "0"), device, bind: bind(shop.contract.address) };
  return chain.as("alice").execute(shop.tokens[0], {
    send: {
      recipient: shop.contract.address,
      recipient_code_hash: shop.contract.codeHash,
      amount: amount.toString().padStart(digits, "0"),
      msg: Buffer.from(JSON.stringify({ buy })).toString("base64"),
      bind: bind(shop.tokens[0].address),
    },
  });
};

describe("never learned by readers and hosts", () => {
  it("8: which item is bought, and its price in tokens", async () => {
    const report = await compare(
      () => send(shop.chain, items[0], PRICE),
      () => send(shop.chain, items[1], 7n),
    );
    expect(report).toRevealNothing();
  });

  it("which act an owner does: a device, an offer, a session, a burn, done or refused", async () => {
    const { alice } = shop.clients;
    const [licence] = licences;
    const device = newDevice();
    const acts = [
      () => alice.setDevice(licence, device),
      () => alice.offerResale(licence, 5n),
      () => alice.offerResale(licence, 2n ** 90n),
      () => alice.offerResale(licence, 2n ** 96n).catch(() => {}),
      () => alice.openSession(licence).catch(() => {}),
      () => alice.burn(licence),
      () => alice.setDevice(licence, { ...device, publicKey: new Uint8Array(32) }).catch(() => {}),
    ];
    for (const act of acts.slice(1)) expect(await compare(acts[0] ?? act, act)).toRevealNothing();
  });

  it("readers: by gas, whether an account acts, transfers, grants, revokes, or changes a version: rows show it", async () => {
    const { alice, bob, publisher } = shop.clients;
    const next = seal(file, SONG);
    const granted = await publisher.grant(items[0], bob.address);
    const owns: Run[] = [
      () => alice.offerResale(licences[0], 5n),
      () => alice.transfer(licences[0], bob.address),
      () => alice.transfer(licences[0], shop.clients.eve.address),
      () => alice.transfer(licences[0], alice.address).catch(() => {}),
      () => alice.executeSecret("revoke_permit", { permit_name: "lost" }),
    ];
    const publishes: Run[] = [
      () => publisher.grant(items[0], bob.address),
      () => publisher.grant(items[1], shop.clients.eve.address, newDevice()),
      () => publisher.newVersion(items[0], next.item, next.master),
      () => publisher.revoke(granted, { denom: COIN }, 0n),
    ];
    for (const [first, ...others] of [owns, publishes])
      for (const other of others) expect(await compare(first as Run, other, "reader")).toRevealOnly(ROWS);
  });

  it("readers: by gas, whether tokens pay a first sale or a resale: rows show it", async () => {
    const { alice, bob } = shop.clients;
    await alice.offerResale(licences[0], PRICE);
    const [token] = shop.tokens;
    const buy = () => bob.buy(items[0], token, PRICE, shop.device);
    const resale = () => bob.buyResale({ licence: licences[0], itemId: items[0] }, token, PRICE, shop.device);
    expect(await compare(buy, resale, "reader")).toRevealOnly(ROWS);
    const confirmed = (run: Run) => async () => {
      await run();
      await confirmPending();
    };
    expect(await compare(confirmed(buy), confirmed(resale), "reader")).toRevealOnly(ROWS);
  });

  it("which item is granted, with a device or without, and to whom but for the receiver's row", async () => {
    const { publisher, bob, eve } = shop.clients;
    const device = newDevice();
    const grant = (item: bigint, to: string) => () => publisher.grant(item, to, device);
    const report = await compare(grant(items[0], bob.address), grant(items[1], bob.address));
    expect(report).toRevealNothing();
    const others = await compare(grant(items[0], bob.address), grant(items[0], eve.address));
    expect(others).toRevealOnly(["which rows are read", "which rows are written", "the exact gas"]);
  });

  it("how much a publisher collects, after which sale", async () => {
    const { publisher } = shop.clients;
    const session = (item: bigint, price: bigint) => async () => {
      await send(shop.chain, item, price);
      await confirmPending();
      await publisher.collect();
    };
    expect(await compare(session(items[0], PRICE), session(items[1], 7n))).toRevealNothing();
  });

  it("whom a trace accuses", async () => {
    const { publisher } = shop.clients;
    const word = evidenceOfKeys(song.master, (await shop.clients.alice.keys(licences[0], shop.device)).marked);
    const guilty = () => publisher.trace(items[0], word);
    const nobody = () =>
      publisher.trace(
        items[0],
        word.map((bit, i) => (i % 2 === 0 ? bit : ((1 - bit) as Found))),
      );
    expect((await publisher.trace(items[0], word)).accused).toHaveLength(1);
    expect(await compare(guilty, nobody)).toRevealNothing();
  });
});

describe("a client with a leak", () => {
  it("that writes amounts with their own number of digits shows the price, by the length of the message", async () => {
    const short = (item: bigint, amount: bigint) => () => send(shop.chain, item, amount, 1);
    const report = await compare(short(items[0], PRICE), short(items[1], 7n));
    expect(report.differences.map(({ where }) => where)).toContain("message length");
  });
});

describe("never learned by another user", () => {
  it("what was bought, from any query at any height", async () => {
    const eve = shop.chain.account("eve");
    const permit = shop.chain.as("eve").permit({ contracts: [shop.contract], permissions: ["content"] });
    const ask = (query: object) => ({ contract: shop.contract, msg: { with_permit: { permit, query } } });
    const queries = [
      { contract: shop.contract, msg: { items: {} } },
      { contract: shop.contract, msg: { config: {} } },
      ...[{ licences: {} }, { balance: {} }, { sales: {} }, { keys: { licence: "4" } }].map(ask),
    ];
    const report = await leaks(
      shop.chain,
      async (chain) => void (await send(chain, items[0], PRICE)),
      async (chain) => void (await send(chain, items[1], 7n)),
      { seenBy: { user: eve, queries, heights: "all" }, opaque: ["leaf", snip52] },
    );
    expect(report).toRevealNothing();
  });
});
