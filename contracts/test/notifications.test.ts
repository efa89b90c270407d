// SPDX-License-Identifier: Apache-2.0
/** SNIP-52 as a client sees it, with Node's own cryptography. */
import { createDecipheriv, createHash, createHmac } from "node:crypto";
import { mustAddress } from "@sotto/address";
import { Wallet } from "secretjs";
import { describe, expect, test } from "vitest";
import { CHAIN_ID, CONTRACT, Chain, type Outcome } from "./chain.ts";

// The public LocalSecret account `a`.
const WALLET = new Wallet(
  "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
);
const ALICE = WALLET.address;
const BOB = "secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne";
/** The harness gives every call this hash. */
const HASH = "AB".repeat(32);

interface Attribute {
  readonly key: string;
  readonly value: string;
  readonly encrypted: boolean;
}

const attributesOf = ({ result }: Outcome): Attribute[] => {
  const { attributes } = result?.Ok as { attributes: Attribute[] };
  return attributes;
};

function newToken(): Chain {
  const chain = new Chain("private-token");
  const balances = [{ address: ALICE, amount: "1000" }];
  const msg = { name: "Private", symbol: "PRV", decimals: 6, prng_seed: "c2VlZA==", initial_balances: balances };
  expect(chain.call("instantiate", ALICE, msg).result?.Err).toBeUndefined();
  for (const account of [ALICE, BOB]) chain.call("execute", account, { set_viewing_key: { key: "k" } });
  return chain;
}

interface Info {
  readonly seed: string;
  readonly channels: readonly { readonly answer_id: string }[];
}

function infoOf(chain: Chain, address: string, channels = ["recvd"]): Info {
  const viewer = { address, viewing_key: "k" };
  const answer = chain.query({ channel_info: { channels, txhash: HASH.toLowerCase(), viewer } });
  return (answer as { channel_info: Info }).channel_info;
}

const idOf = (seed: string, channel: string): string =>
  createHmac("sha256", Buffer.from(seed, "base64")).update(`${channel}:${HASH}`).digest("base64");

/** The decrypted notification of a channel; fails when there is none. */
function read(outcome: Outcome, seed: string, channel: string, height: number): Buffer {
  const found = attributesOf(outcome).find(({ key }) => key === `snip52:${idOf(seed, channel)}`);
  const sealed = Buffer.from(found?.value ?? "", "base64");
  const digest = createHash("sha256").update(channel).digest();
  const nonce = Buffer.from(HASH, "hex").subarray(0, 12).map((byte, i) => byte ^ (digest[i] ?? 0));
  const cipher = createDecipheriv("chacha20-poly1305", Buffer.from(seed, "base64"), nonce, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(`${height}:${HASH}`), { plaintextLength: sealed.length - 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}

const account = (address: string): Buffer => Buffer.from(mustAddress(address));
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

describe("notifications of the private token", () => {
  test("a receiver and an owner decrypt theirs, with the standard's CBOR", () => {
    const chain = newToken();
    const sent = chain.call("execute", ALICE, { transfer: { recipient: BOB, amount: "7", memo: "hello" } });
    expect(attributesOf(sent).map(({ key, value, encrypted }) => [key.length, value.length, encrypted])).toEqual([
      [51, 68, false],
      [51, 80, false],
      [51, 80, false],
    ]);
    const { height } = chain;
    const bignum = Buffer.from("c248", "hex");
    const received = [Buffer.from([0x83]), bignum, u64(7n), Buffer.from([0x54]), account(ALICE), Buffer.from([5, 0])];
    expect(read(sent, infoOf(chain, BOB).seed, "recvd", height).toString("hex")).toBe(
      Buffer.concat(received).toString("hex"),
    );
    const spent = [Buffer.from([0x84]), bignum, u64(7n), Buffer.from([1, 0x54]), account(BOB), bignum, u64(993n)];
    expect(read(sent, infoOf(chain, ALICE).seed, "spent", height).toString("hex")).toBe(
      Buffer.concat([...spent, Buffer.alloc(1)]).toString("hex"),
    );
    expect(() => read(sent, infoOf(chain, BOB).seed, "spent", height)).toThrow();
  });

  test("channel_info gives the id of a transaction", () => {
    const info = infoOf(newToken(), BOB, ["spent", "recvd"]);
    expect(info.channels.map(({ answer_id }) => answer_id)).toEqual(
      ["spent", "recvd"].map((channel) => idOf(info.seed, channel)),
    );
  });

  test("update_seed takes the hash of a signature by secretjs, and notifies under the new seed", async () => {
    const chain = newToken();
    const before = infoOf(chain, ALICE).seed;
    const { signature } = await WALLET.signAmino(ALICE, {
      chain_id: CHAIN_ID,
      account_number: "0",
      sequence: "0",
      fee: { amount: [{ denom: "uscrt", amount: "0" }], gas: "1" },
      msgs: [{ type: "notification_seed", value: { contract: CONTRACT, previous_seed: before } }],
      memo: "",
    });
    const msg = { update_seed: { signed_doc: { params: { chain_id: CHAIN_ID } }, signature } };
    const seed = createHash("sha256").update(Buffer.from(signature.signature, "base64")).digest("base64");
    expect(chain.call("execute", BOB, msg).result?.Err).toContain("did not sign");
    const updated = chain.call("execute", ALICE, msg);
    expect(JSON.parse(updated.data ?? "")).toEqual({ update_seed: { seed } });
    expect(infoOf(chain, ALICE).seed).toBe(seed);
    expect(chain.call("execute", ALICE, msg).result?.Err).toContain("did not sign");
    const sent = chain.call("execute", ALICE, { transfer: { recipient: BOB, amount: "1" } });
    expect(read(sent, seed, "spent", chain.height)[0]).toBe(0x84);
    expect(() => read(sent, before, "spent", chain.height)).toThrow();
  });
});

describe("gas that is evened", () => {
  test("is equal to the unit, whatever a call did before and by what a contract cannot see", () => {
    const chain = newToken();
    const costs = Array.from({ length: 150 }, (_, i) => {
      const { gas } = chain.call("execute", ALICE, { evaporate: { gas_target: "3000", padding: "x".repeat(i) } });
      // Beyond the last whole unit there is little, so that nothing can move it over the next one.
      expect(gas % 1000).toBeLessThan(300);
      return Math.floor(gas / 1000);
    });
    expect(new Set(costs).size).toBe(1);
    const plain = Array.from({ length: 150 }, (_, i) => {
      const { gas } = chain.call("execute", ALICE, { evaporate: { gas_target: "0", padding: "x".repeat(i) } });
      return Math.floor(gas / 1000);
    });
    expect(new Set(plain).size).toBeGreaterThan(5);
  });

  test("is equal for errors of other length and words", () => {
    const costs = ["1001", "9".repeat(38), "5000000"].map((amount) => {
      const transfer = { recipient: BOB, amount: amount.padStart(39, "0"), gas_target: "6000" };
      const { gas, result } = newToken().call("execute", ALICE, { transfer });
      expect(result?.Err).toMatch(/^Generic error: insufficient funds: balance=1000, required=\d+ +$/);
      expect(String(result?.Err)).toHaveLength(256);
      return Math.floor(gas / 1000);
    });
    expect(new Set(costs).size).toBe(1);
  });
});
