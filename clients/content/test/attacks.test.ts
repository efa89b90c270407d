// SPDX-License-Identifier: Apache-2.0
/** Section "Attacks" of the contract's README, one test each, on the real engine. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { base64, bech32 } from "@scure/base";
import { entropy, idText } from "@sotto/contract-client";
import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ContentClient,
  evidenceOfCopy,
  evidenceOfKeys,
  Found,
  type KeySet,
  newDevice,
  open,
  openAll,
  pcm16,
  seal,
  setupMessage,
} from "../src/index.ts";
import { balanceOf, bought, file, list, messageOf, openShop, PRICE, type Shop, SONG, SUPPLY } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.chain.close());

const field = (tag: number, bytes: Uint8Array): Uint8Array => {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Uint8Array.from([tag, ...length, ...bytes]);
};

/** A message of secret.compute with another's ciphertext. */
function copyOf(sender: string, contract: string, msg: Uint8Array): { typeUrl: string; value: Uint8Array } {
  // The cast: bech32 takes texts with a separator only.
  const raw = (address: string) => bech32.fromWords(bech32.decode(address as `secret${string}1${string}`).words);
  const value = Buffer.concat([field(10, raw(sender)), field(18, raw(contract)), field(26, msg)]);
  return { typeUrl: "/secret.compute.v1beta1.MsgExecuteContract", value };
}

describe("a real file", () => {
  const real = new Uint8Array(readFileSync(new URL("../../../docs/growth.svg", import.meta.url)));

  it("is encrypted, sold, confirmed, decrypted as a stream, and its price collected without the fee", async () => {
    const { publisher, alice, confirmer, operator } = shop.clients;
    const sealed = seal(real, { ...SONG, mediaType: "image/svg+xml" });
    const item = await list(shop, {}, sealed);
    const listed = (await alice.items())[0];
    const size = idText(BigInt(real.length));
    expect(listed).toMatchObject({ itemId: item, item: { ...sealed.item, size }, version: 1 });
    const purchase = await alice.buy(item, shop.tokens[0], PRICE, shop.device);
    expect(purchase.status).toBe("pending");
    expect(await messageOf(alice.keys(purchase.licence, shop.device))).toMatch(/not confirmed yet/);
    expect(await confirmer.confirmPending()).toBe(1);
    const chunks = async function* () {
      for (let at = 0; at < sealed.container.length; at += 1_000) yield sealed.container.subarray(at, at + 1_000);
    };
    const parts: Uint8Array[] = [];
    for await (const part of alice.open(chunks(), purchase.licence, shop.device, sealed.item)) parts.push(part);
    expect(Buffer.concat(parts).equals(real)).toBe(true);
    expect(parts.length).toBe(sealed.item.segments);
    expect(await publisher.balance()).toEqual([975n, 0n, 0n]);
    for (const by of [publisher, operator, alice]) await by.collect();
    expect(await balanceOf(shop, shop.tokens[0], "publisher")).toBe(SUPPLY + 975n);
    expect(await balanceOf(shop, shop.tokens[0], "operator")).toBe(SUPPLY + 25n);
    expect(await balanceOf(shop, shop.tokens[0], "alice")).toBe(SUPPLY - PRICE);
    expect(await publisher.sales()).toEqual([{ itemId: item, sold: 1, earned: 0n, tracesLeft: 64 }]);
  });
});

describe("attacks", () => {
  it("1: a purchase with a failing message in its transaction gives nothing, and no answer of a purchase has keys", async () => {
    const item = await list(shop);
    const alice = shop.chain.as("alice");
    const [token] = shop.tokens;
    const bind = (contract: string) => ({ contract, sender: alice.address, chain_id: shop.chain.chainId });
    const device = Buffer.from(shop.device.publicKey).toString("base64");
    const buy = { buy: { item_id: String(item), device, bind: bind(shop.contract.address) } };
    const send = {
      recipient: shop.contract.address,
      recipient_code_hash: shop.contract.codeHash,
      amount: String(PRICE),
      msg: Buffer.from(JSON.stringify(buy)).toString("base64"),
    };
    const failing = { contract: token, msg: { transfer: { recipient: alice.address, amount: "9".repeat(30) } } };
    const done = await alice.run([{ contract: token, msg: { send } }, failing], { mayFail: true });
    expect(done.ok).toBe(false);
    expect(await balanceOf(shop, token, "alice")).toBe(SUPPLY);
    expect(await shop.clients.alice.licences()).toEqual([]);
    const alone = await alice.execute(token, { send });
    expect(alone.json()).toEqual({ send: { status: "success" } });
  });

  it("2: a purchase of another history is not confirmed by the confirmation of this one", async () => {
    const item = await list(shop);
    const { alice, bob, confirmer } = shop.clients;
    const before = shop.chain.snapshot();
    // What happens on the chain: bob buys first, and gets number 1.
    const { licence, leaf } = await bob.buy(item, shop.tokens[0], PRICE, shop.device);
    shop.chain.revert(before);
    // What a hostile host computes on the rows before it: alice gets number 1.
    const forged = await alice.buy(item, shop.tokens[0], PRICE, shop.device);
    expect([forged.licence, forged.leaf === leaf]).toEqual([licence, false]);
    const purchases = [{ licence: String(licence), leaf: Buffer.from(leaf, "hex").toString("base64") }];
    expect(await confirmer.executeSecret("confirm", { purchases })).toMatchObject({ confirmed: idText(0n) });
    expect(await messageOf(alice.keys(forged.licence, shop.device))).toMatch(/not confirmed yet/);
  });

  it("3: another's permit opens nothing, and the owner's permit nothing without the device", async () => {
    const licence = await bought(shop, "alice", await list(shop));
    expect(await messageOf(shop.clients.eve.keys(licence, shop.device))).toMatch(/not yours/);
    expect(await messageOf(shop.clients.alice.keys(licence, newDevice()))).toMatch(/WrongDevice/);
    expect((await shop.clients.alice.keys(licence, shop.device)).marked).toHaveLength(256);
  });

  it("4: an old owner gets no keys after a transfer, at an old height only what it could have had, and the new owner gets others", async () => {
    const { alice, bob } = shop.clients;
    const sealed = seal(file, SONG);
    const item = await list(shop, { transfer: "free" }, sealed);
    const old = await bought(shop, "alice", item);
    const oldKeys = await alice.keys(old, shop.device);
    const height = shop.chain.height;
    const licence = await alice.transfer(old, bob.address);
    const permit = shop.chain.as("alice").permit({ contracts: [shop.contract], permissions: ["content"] });
    const ask = (query: object) => shop.chain.query(shop.contract, { with_permit: { permit, query } }, { height });
    expect(await ask({ keys: { licence: String(old) } })).toMatchObject({ keys: { version: 1, refused: null } });
    expect(await ask({ keys: { licence: String(licence) } })).toMatchObject({
      keys: { refused: "the licence is not yours" },
    });
    expect(await messageOf(alice.keys(old, shop.device))).toMatch(/the licence is over/);
    const device = newDevice();
    await bob.setDevice(licence, device);
    const newKeys = await bob.keys(licence, device);
    expect(newKeys.marked).not.toEqual(oldKeys.marked);
    expect(await openAll(sealed.container, newKeys, sealed.item)).toEqual(file);
    // What was fetched before stays readable.
    expect(await openAll(sealed.container, oldKeys, sealed.item)).toEqual(file);
  });

  it("5: a leaker of 30 % of the keys is named, and of two who join their keys at least one, and nobody else", async () => {
    const sealed = seal(file, SONG);
    const item = await list(shop, {}, sealed);
    const [alice, bob] = [await bought(shop, "alice", item), await bought(shop, "bob", item)];
    await bought(shop, "eve", item);
    const { publisher } = shop.clients;
    const aliceKeys = await shop.clients.alice.keys(alice, shop.device);
    const bobKeys = await shop.clients.bob.keys(bob, shop.device);
    const some = aliceKeys.marked.filter((_, i) => i % 10 < 3);
    const accused = [{ licence: alice, owner: shop.clients.alice.address }];
    expect(await publisher.trace(item, evidenceOfKeys(sealed.master, some))).toEqual({ accused, more: 0 });
    const joined = evidenceOfKeys(sealed.master, [...aliceKeys.marked, ...bobKeys.marked]);
    expect(new Set(joined)).toContain(Found.both);
    const both = await publisher.trace(item, joined);
    expect(both.accused.length).toBeGreaterThan(0);
    for (const { licence } of both.accused) expect([alice, bob]).toContain(licence);
  });

  it("5: a copy of a marked file names its owner, also when a part was changed", async () => {
    const sealed = seal(file, { ...SONG, mark: pcm16 });
    const item = await list(shop, {}, sealed);
    const licence = await bought(shop, "alice", item);
    await bought(shop, "bob", item);
    const copy = await shop.clients.alice.openAll(sealed.container, licence, shop.device, sealed.item);
    expect(copy).not.toEqual(file);
    expect(copy.every((byte, i) => Math.abs(byte - (file[i] ?? 0)) <= 1)).toBe(true);
    copy.fill(0, 0, copy.length / 2);
    const evidence = evidenceOfCopy(file, copy, pcm16);
    const { accused } = await shop.clients.publisher.trace(item, evidence);
    expect(accused).toEqual([{ licence, owner: shop.clients.alice.address }]);
  });

  it("6: made-up evidence accuses nobody", async () => {
    const item = await list(shop);
    for (const by of ["alice", "bob", "eve"] as const) await bought(shop, by, item);
    for (let word = 0; word < 20; word++) {
      const evidence = Array.from({ length: 256 }, (_, i) => ((i * i * (word + 3)) >> 4) & 1) as Found[];
      expect(await shop.clients.publisher.trace(item, evidence)).toEqual({ accused: [], more: 0 });
    }
  });

  it("7: the 65th trace is refused, and a trace followed by another message fails without an answer", async () => {
    const item = await list(shop);
    const evidence = Array.from({ length: 256 }, (_, i) => (i & 1) as Found);
    const { publisher } = shop.clients;
    for (let i = 0; i < 64; i++) await publisher.trace(item, evidence);
    expect(await messageOf(publisher.trace(item, evidence))).toMatch(/64 traces of an item in 30 days/);
    shop.chain.time.advance("30 days");
    await publisher.trace(item, evidence);
    const by = shop.chain.as("publisher");
    const body = {
      item_id: String(item),
      evidence: Buffer.alloc(64, 0b01000100).toString("base64"),
      bind: publisher.bind(),
    };
    const harmless = { contract: shop.tokens[0], msg: { transfer: { recipient: by.address, amount: "0" } } };
    const done = await by.run([{ contract: shop.contract, msg: { trace: body } }, harmless], { mayFail: true });
    expect([done.ok, done.data.length]).toEqual([false, 0]);
    expect((await publisher.sales())[0]?.tracesLeft).toBe(63);
  });

  it("9 and 10: a wrong price, a wrong token and the second buyer of a supply of one are undone whole", async () => {
    const { alice, bob } = shop.clients;
    const item = await list(shop, { supply: 1 });
    const [first, second] = shop.tokens;
    expect(await messageOf(alice.buy(item, first, PRICE - 1n, shop.device))).toMatch(/the amount is not the price/);
    expect(await messageOf(alice.buy(item, second, PRICE, shop.device))).toMatch(
      /the price is in another token or coin/,
    );
    await alice.buy(item, first, PRICE, shop.device);
    expect(await messageOf(bob.buy(item, first, PRICE, shop.device))).toMatch(/sold out/);
    expect(await balanceOf(shop, first, "alice")).toBe(SUPPLY - PRICE);
    expect(await balanceOf(shop, second, "alice")).toBe(SUPPLY);
    expect(await balanceOf(shop, first, "bob")).toBe(SUPPLY);
  });

  it("11: a refund before the time or after the confirmation is refused, and gives the whole price otherwise", async () => {
    const { alice, publisher, confirmer } = shop.clients;
    const item = await list(shop);
    const { licence } = await alice.buy(item, shop.tokens[0], PRICE, shop.device);
    expect(await messageOf(alice.refund(licence))).toMatch(/too early/);
    await publisher.collect();
    expect(await balanceOf(shop, shop.tokens[0], "publisher")).toBe(SUPPLY);
    shop.chain.time.advance(3_600);
    await alice.refund(licence);
    expect(await balanceOf(shop, shop.tokens[0], "alice")).toBe(SUPPLY);
    expect(await confirmer.confirmPending()).toBe(0);
    const kept = await bought(shop, "alice", item);
    shop.chain.time.advance(3_600);
    expect(await messageOf(alice.refund(kept))).toMatch(/not pending/);
  });

  it("12: royalties above the cap and a resale at price zero are refused; a resale pays everybody", async () => {
    const { alice, bob, eve, confirmer } = shop.clients;
    const royalty = (bps: number) => [{ to: eve.address, bps }];
    const bad = list(shop, { transfer: "resale_only", royalties: royalty(2_001) });
    expect(await messageOf(bad)).toMatch(/royalties are at most 2000/);
    const item = await list(shop, { transfer: "resale_only", royalties: royalty(1_000) });
    const licence = await bought(shop, "alice", item);
    expect(await messageOf(alice.transfer(licence, bob.address))).toMatch(/cannot be given away/);
    await alice.offerResale(licence, 0n);
    const offered = { licence, itemId: item };
    expect(await messageOf(bob.buyResale(offered, shop.tokens[0], 0n, shop.device))).toMatch(/not offered/);
    await alice.offerResale(licence, 2_000n);
    const taken = await bob.buyResale(offered, shop.tokens[0], 2_000n, shop.device);
    await confirmer.confirmPending();
    expect((await bob.keys(taken.licence, shop.device)).marked).toHaveLength(256);
    expect([await alice.balance(), await eve.balance()]).toEqual([
      [1_750n, 0n, 0n],
      [200n, 0n, 0n],
    ]);
  });

  it("13: the ciphertext of list_item, which holds the master, runs for nobody else, also when the copy is first", async () => {
    const before = shop.chain.snapshot();
    let hash = "";
    const seen = shop.chain.watch({
      frame() {},
      block() {},
      transaction: ({ bytes }) => {
        hash = createHash("sha256").update(bytes).digest("hex");
      },
    });
    const sealed = seal(file, SONG);
    await list(shop, {}, sealed);
    seen();
    const answer = await fetch(`${shop.chain.url}/cosmos/tx/v1beta1/txs/${hash}`);
    // The form of the REST endpoint.
    const { tx } = (await answer.json()) as { tx: { body: { messages: [{ msg: string }] } } };
    const ciphertext = base64.decode(tx.body.messages[0].msg);
    shop.chain.revert(before);
    const eve = shop.chain.as("eve");
    const own = await eve.instantiate(shop.contract, {
      ...setupMessage({ name: "Eve's", tokens: shop.tokens, confirmers: [eve.address] }, entropy()),
    });
    const start = shop.chain.snapshot();
    for (const target of [own, shop.contract]) {
      shop.chain.revert(start);
      const copied = await eve.run([copyOf(eve.address, target.address, ciphertext)], { mayFail: true });
      expect([copied.ok, copied.codespace, copied.code]).toEqual([false, "compute", 3]);
      expect(await shop.chain.query(target, { items: {} })).toEqual({ items: [] });
    }
  });

  it("14: a device key that is zero or of low order is refused", async () => {
    const item = await list(shop);
    for (const first of [0, 1]) {
      const publicKey = new Uint8Array(32);
      publicKey[0] = first;
      const device = { ...shop.device, publicKey };
      expect(await messageOf(shop.clients.alice.buy(item, shop.tokens[0], PRICE, device))).toMatch(/low order/);
    }
  });

  it("17: keys of a revoked licence are refused, and its owner has the price back", async () => {
    const { alice, publisher } = shop.clients;
    const licence = await bought(shop, "alice", await list(shop, { revocable: true }));
    const low = publisher.revoke(licence, shop.tokens[0], PRICE - 1n);
    expect(await messageOf(low)).toMatch(/must get back at least 1000/);
    await publisher.revoke(licence, shop.tokens[0], PRICE);
    expect(await messageOf(alice.keys(licence, shop.device))).toMatch(/the licence is over/);
    expect(await alice.balance()).toEqual([PRICE, 0n, 0n]);
  });

  it("18: a rent without a session or after its end gives no keys", async () => {
    const { alice } = shop.clients;
    const licence = await bought(shop, "alice", await list(shop, { rentSeconds: 3_600 }));
    expect(await messageOf(alice.keys(licence, shop.device))).toMatch(/open a session first/);
    await alice.openSession(licence);
    expect((await alice.keys(licence, shop.device)).marked).toHaveLength(256);
    shop.chain.time.advance(3_700);
    shop.chain.mine();
    expect(await messageOf(alice.keys(licence, shop.device))).toMatch(/the rent is over/);
    expect(await messageOf(alice.openSession(licence))).toMatch(/the rent is over/);
  });

  it("a hook called by a stranger credits nothing", async () => {
    const item = await list(shop);
    const eve = shop.chain.as("eve");
    const bind = { contract: shop.contract.address, sender: eve.address, chain_id: shop.chain.chainId };
    const device = Buffer.from(shop.device.publicKey).toString("base64");
    const msg = Buffer.from(JSON.stringify({ buy: { item_id: String(item), device, bind } })).toString("base64");
    const hook = { receive: { sender: eve.address, from: eve.address, amount: String(PRICE), msg } };
    expect((await eve.execute(shop.contract, hook, { mayFail: true })).error).toMatch(/not a listed token/);
    expect(await shop.clients.eve.licences()).toEqual([]);
  });

  it("a permit for another contract or with another permission opens nothing", async () => {
    const licence = await bought(shop, "alice", await list(shop));
    const alice = shop.chain.as("alice");
    const ask = (contracts: { address: string }[], permissions: string[]) => {
      // The cast: a permit needs the address only.
      const permit = alice.permit({ contracts: contracts as never, permissions });
      return messageOf(
        shop.chain.query(shop.contract, { with_permit: { permit, query: { keys: { licence: String(licence) } } } }),
      );
    };
    expect(await ask([shop.tokens[0]], ["content"])).toMatch(/not for this token or contract/);
    expect(await ask([shop.contract], ["balance"])).toMatch(/permission/);
    expect(await ask([shop.contract], ["owner"])).toBe("it was accepted");
  });

  it("revoked permits open nothing", async () => {
    const licence = await bought(shop, "alice", await list(shop));
    const alice = new ContentClient(connect(shop.chain, shop.chain.account("alice"), secretjs), shop.contract);
    const contracts = [shop.contract];
    const permit = shop.chain.as("alice").permit({ contracts, permissions: ["content"], name: "lost" });
    const query = { with_permit: { permit, query: { keys: { licence: String(licence) } } } };
    expect(await messageOf(shop.chain.query(shop.contract, query))).toBe("it was accepted");
    await alice.executeSecret("revoke_permit", { permit_name: "lost" });
    expect(await messageOf(shop.chain.query(shop.contract, query))).toMatch(/revoked/);
  });

  it("no answer of a session has the master or a key of the other variant", async () => {
    const sealed = seal(file, SONG);
    const item = await list(shop, {}, sealed);
    const licence = await bought(shop, "alice", item);
    const keys: KeySet = await shop.clients.alice.keys(licence, shop.device);
    const evidence = evidenceOfKeys(sealed.master, [...keys.marked, keys.unmarked]);
    expect(evidence.every((each) => each === Found.zero || each === Found.one)).toBe(true);
    expect(keys.marked.some((key) => Buffer.from(key).equals(sealed.master))).toBe(false);
  });
});

describe("15: a container", () => {
  const sealed = seal(file, SONG);
  const read = async (container: Uint8Array, keys: KeySet): Promise<string> =>
    messageOf(
      (async () => {
        for await (const part of open(container, keys, sealed.item)) void part;
      })(),
    );

  it("with a changed byte, exchanged segments or a cut end is refused with the segment's number", async () => {
    const licence = await bought(shop, "alice", await list(shop, {}, sealed));
    const keys = await shop.clients.alice.keys(licence, shop.device);
    const { container } = sealed;
    expect(await read(container, keys)).toBe("it was accepted");
    const last = container.slice();
    last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
    expect(await read(last, keys)).toMatch(/segment 511 of the container is not the published one/);
    // Segment 0 is not marked, segment 1 has two variants of the same length.
    const start = 4 + ((container[2] ?? 0) << 8) + (container[3] ?? 0) + ((container[1] ?? 0) << 16);
    const changed = container.slice();
    changed[start] = (changed[start] ?? 0) ^ 1;
    expect(await read(changed, keys)).toMatch(/segment 0 of the container is not the published one/);
    const length = Math.floor(file.length / 512 / 4) * 4 + 16;
    const exchanged = container.slice();
    exchanged.copyWithin(start + length, start + 2 * length, start + 3 * length);
    exchanged.set(container.subarray(start + length, start + 2 * length), start + 2 * length);
    expect(await read(exchanged, keys)).toMatch(/segment 1 of the container is not the published one/);
    expect(await read(container.subarray(0, -1), keys)).toMatch(/segment 511 of the container is cut off/);
    expect(await read(container.subarray(0, 3), keys)).toMatch(/no content\/1 container/);
    expect(await read(Buffer.concat([container, Uint8Array.of(1)]), keys)).toMatch(/bytes after its last segment/);
    const header = container.slice();
    header[10] = (header[10] ?? 0) ^ 1;
    expect(await read(header, keys)).toMatch(/header of the container is not the published one/);
    const other = { ...keys, unmarked: new Uint8Array(32) };
    expect(await read(container, other)).toMatch(/segment 0 of the container does not open with these keys/);
  });
});
