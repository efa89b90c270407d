// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createHash, createHmac } from "node:crypto";
import { bech32 } from "@scure/base";
import type { SecretNetworkClient } from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Channel,
  ContractClient,
  ContractFeed,
  type Deployed,
  deploy,
  instantiate,
  type Notification,
  notificationId,
  openNotification,
  Receiver,
  type TxEvent,
  type TxPlace,
} from "../src/index.ts";
import { channelOf } from "../src/snip52.ts";
import { openNetwork, type TestNetwork, token, tokenSetUp } from "./chain.ts";

const place: TxPlace = { hash: "AB".repeat(32), height: 1234 };
const seed = new Uint8Array(createHash("sha256").update("seed").digest());
const byHash: Channel = { id: "deposits", seed };
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** What a contract emits, by another implementation: OpenSSL's. */
function emitted(channel: Channel, { hash, height }: TxPlace, data: string): [string, string] {
  const { id, counter } = channel;
  const salt = counter === undefined ? hash : String(counter);
  const key = createHmac("sha256", channel.seed).update(`${id}:${salt}`).digest("base64");
  const twelve =
    counter === undefined
      ? Buffer.from(hash, "hex").subarray(0, 12)
      : Buffer.from(counter.toString(16).padStart(24, "0"), "hex");
  const nonce = createHash("sha256").update(id).digest().subarray(0, 12);
  for (const [i, byte] of twelve.entries()) nonce[i] = (nonce[i] ?? 0) ^ byte;
  const cipher = createCipheriv("chacha20-poly1305", channel.seed, nonce, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(`${height}:${hash}`), { plaintextLength: data.length });
  return [key, Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]).toString("base64")];
}

describe("a notification", () => {
  it("is found and opened by its receiver, with the key of the standard or of secret-toolkit", () => {
    const [key, value] = emitted(byHash, place, "you have 5");
    const decoy = createHash("sha256").update("a decoy").digest("base64");
    for (const prefix of ["wasm.", "wasm.snip52:"]) {
      const events = { [`${prefix}${decoy}`]: [decoy], [prefix + key]: [decoy, value, "no base64!"] };
      const read = new Receiver(byHash).read({ ...place, events });
      expect(read.map(({ data, ...rest }) => ({ ...rest, data: text(data) }))).toEqual([
        { ...place, channel: "deposits", data: "you have 5" },
      ]);
    }
  });

  it("is not opened for another transaction, height, channel or receiver", () => {
    const [, value] = emitted(byHash, place, "you have 5");
    const payload = Buffer.from(value, "base64");
    expect(text(openNotification(byHash, place, payload))).toBe("you have 5");
    const others: [Channel, TxPlace][] = [
      [byHash, { ...place, hash: "CD".repeat(32) }],
      [byHash, { ...place, height: 1235 }],
      [{ ...byHash, id: "fills" }, place],
      [{ ...byHash, seed: new Uint8Array(32) }, place],
      [{ ...byHash, counter: 0n }, place],
    ];
    for (const [channel, at] of others) expect(openNotification(channel, at, payload)).toBeUndefined();
    expect(openNotification(byHash, place, payload.subarray(0, 15))).toBeUndefined();
  });

  it("moves the counter in counter mode, also twice in a transaction", () => {
    const at = (counter: bigint): Channel => ({ ...byHash, counter });
    const receiver = new Receiver(at(7n));
    const read = (...all: [string, string][]) =>
      receiver
        .read({ ...place, events: Object.fromEntries(all.map(([key, value]) => [`wasm.${key}`, [value]])) })
        .map(({ data }) => text(data));
    expect(read(emitted(at(7n), place, "first"), emitted(at(8n), place, "second"))).toEqual(["first", "second"]);
    expect(read(emitted(at(8n), place, "again"))).toEqual([]);
    expect(read(emitted(at(9n), place, "third"))).toEqual(["third"]);
  });
});

describe("a channel", () => {
  const answer = (channel: object) => ({ channel_info: { as_of_block: "1", channels: [channel] } });
  const base = { channel: "deposits", seed: Buffer.from(seed).toString("base64") };

  it("is read from channel_info in both modes, whether the counter is the last or the next", () => {
    expect(channelOf("deposits", answer({ ...base, mode: "txhash" }))).toEqual(byHash);
    const next_id = notificationId({ ...byHash, counter: 4n }, place);
    for (const counter of ["3", "4"]) {
      const channel = channelOf("deposits", answer({ ...base, mode: "counter", counter, next_id }));
      expect(channel.counter).toBe(4n);
    }
    expect(() => channelOf("deposits", answer({ ...base, mode: "counter", counter: "9", next_id }))).toThrow(
      "counts in another way",
    );
  });

  it("that is not there, or has an unknown mode, is an error", () => {
    expect(() => channelOf("fills", answer({ ...base, mode: "txhash" }))).toThrow('no channel "fills"');
    expect(() => channelOf("deposits", answer({ ...base, mode: "bloom" }))).toThrow("the mode bloom");
    expect(() => channelOf("deposits", {})).toThrow('no channel "deposits"');
  });
});

describe("a feed", () => {
  let network: TestNetwork;
  let alice: SecretNetworkClient;
  let contract: Deployed;
  let other: Deployed;
  const feeds: ContractFeed[] = [];
  const open = (url = "ws://chain.in.process/websocket") => {
    const feed = new ContractFeed({ url, WebSocket: network.WebSocket, retryMs: 5 });
    feeds.push(feed);
    return feed;
  };
  const call = async (to: Deployed) =>
    (await new ContractClient(alice, to, { pollMs: 1 }).execute("transfer", { recipient: alice.address, amount: "1" }))
      .txHash;
  const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

  beforeAll(async () => {
    network = openNetwork();
    alice = network.client("a");
    contract = await deploy(alice, token, tokenSetUp(alice.address), { label: "one", pollMs: 1 });
    other = await instantiate(alice, contract, tokenSetUp(alice.address), { label: "two", pollMs: 1 });
  });
  afterAll(() => {
    for (const feed of feeds) feed.close();
    network.close();
  });

  it("brings each transaction of its contracts once, over one socket", async () => {
    const feed = open();
    const seen: [string, TxEvent][] = [];
    const ends = [
      await feed.follow(contract.address, (event) => seen.push(["one", event])),
      await feed.follow(contract.address, (event) => seen.push(["one again", event])),
      await feed.follow(other.address, (event) => seen.push(["two", event])),
    ];
    expect(network.sockets.size).toBe(1);
    const hashes = [await call(contract), await call(other)];
    await settled();
    expect(seen.map(([name, { hash }]) => [name, hash])).toEqual([
      ["one", hashes[0]],
      ["one again", hashes[0]],
      ["two", hashes[1]],
    ]);
    expect(seen[0]?.[1].events["wasm.contract_address"]).toEqual([contract.address]);
    for (const end of ends) end();
    await settled();
    expect(network.sockets.size).toBe(0);
  });

  it("searches what it missed while the connection was lost, in order", async () => {
    const feed = open();
    const seen: string[] = [];
    await feed.follow(contract.address, ({ hash }) => seen.push(hash));
    const hashes = [await call(contract)];
    await settled();
    for (let round = 0; round < 2; round++) {
      for (const socket of network.sockets) socket.lose();
      for (let i = 0; i < 3; i++) hashes.push(await call(contract));
      await settled();
      hashes.push(await call(contract));
      await settled();
    }
    expect(seen).toEqual(hashes);
    feed.close();
    await settled();
    expect(network.sockets.size).toBe(0);
  });

  it("brings a token's notifications to their receiver alone, with amount and sender", async () => {
    const [bob, carol] = [network.client("b"), network.client("c")];
    const seen: Record<string, Notification[]> = { bob: [], carol: [], alice: [] };
    const feed = open();
    for (const [name, of] of Object.entries({ bob, carol, alice })) {
      const client = new ContractClient(of, contract, { pollMs: 1, feed });
      await client.notifications("recvd", (notification) => seen[name]?.push(notification));
    }
    const sender = new ContractClient(alice, contract, { pollMs: 1 });
    const { txHash: hash, height } = await sender.execute("transfer", { recipient: bob.address, amount: "250" });
    await settled();
    const from = Buffer.from(bech32.decodeToBytes(alice.address).bytes).toString("hex");
    const [first] = seen["bob"] ?? [];
    expect(first).toMatchObject({ channel: "recvd", hash, height });
    // CBOR of [amount: 8 bytes, sender: 20 bytes, length of the memo].
    const amount = (250).toString(16).padStart(16, "0");
    expect(Buffer.from(first?.data ?? []).toString("hex")).toMatch(new RegExp(`^83c248${amount}54${from}`));
    expect([seen["bob"]?.length, seen["carol"]?.length, seen["alice"]?.length]).toEqual([1, 0, 0]);
    feed.close();
  });

  it("says that the node cannot be reached", async () => {
    await expect(open("ws://elsewhere/websocket").follow(contract.address, () => {})).rejects.toThrow(
      "no WebSocket at ws://elsewhere/websocket",
    );
  });

  it("is needed for notifications, and says so", async () => {
    const client = new ContractClient(alice, contract);
    await expect(client.notifications("deposits", () => {})).rejects.toThrow("give a ContractFeed in the options");
  });
});
