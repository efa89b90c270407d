// SPDX-License-Identifier: Apache-2.0
/** A shop on a chain inside the test, used through the client and unmodified secret.js. */
import { readFileSync } from "node:fs";
import { entropy } from "@sotto/contract-client";
import { type Contract, connect, DevChain, type DevChainOptions } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { ContentClient, type Device, newDevice, type Sealed, seal, setupMessage, type Terms } from "../src/index.ts";

export const wasmOf = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url));

export const NAMES = ["publisher", "alice", "bob", "eve", "confirmer", "operator"] as const;
export type Name = (typeof NAMES)[number];
export const PRICE = 1_000n;
export const SUPPLY = 10n ** 16n;
export const COIN = "uscrt";

export interface Shop {
  readonly chain: DevChain;
  readonly tokens: readonly [Contract, Contract];
  readonly contract: Contract;
  readonly clients: Readonly<Record<Name, ContentClient>>;
  readonly device: Device;
}

/** `code`: the contract's wasm. */
export async function openShop(
  seed = "shop",
  code = wasmOf("content"),
  rows: DevChainOptions["rows"] = "proven",
): Promise<Shop> {
  const chain = await DevChain.create({ seed, rows });
  const operator = chain.as("operator");
  const initial_balances = NAMES.map((name) => ({ address: chain.account(name).address, amount: String(SUPPLY) }));
  const token = async (symbol: string): Promise<Contract> => {
    const init = { name: "Private", symbol, decimals: 6, prng_seed: entropy(), initial_balances };
    return operator.deploy(wasmOf("private-token"), init);
  };
  const tokens = [await token("AAA"), await token("BBB")] as const;
  const fee = { to: operator.address, bps: 250 };
  const setup = { name: "Records", tokens, coin: COIN, fee, confirmers: [chain.account("confirmer").address] };
  const contract = await operator.deploy(code, setupMessage(setup, entropy()));
  const clientOf = (name: Name) =>
    new ContentClient(connect(chain, chain.account(name), secretjs), contract, { pollMs: 5 });
  // The cast: every name gets its client.
  const clients = Object.fromEntries(NAMES.map((name) => [name, clientOf(name)])) as Record<Name, ContentClient>;
  return { chain, tokens, contract, clients, device: newDevice() };
}

/** A file whose bytes are all different from their neighbours. */
export const file = Uint8Array.from({ length: 40_000 }, (_, i) => (i * 37 + (i >> 8)) & 0xff);
export const sealed: Sealed = seal(file, { title: "A song", mediaType: "audio/wav", uri: "https://example.org/1" });

export const list = (shop: Shop, terms: Terms = {}, of: Sealed = seal(file, SONG)): Promise<bigint> =>
  shop.clients.publisher.list(of.item, of.master, { price: { token: 0, amount: PRICE }, refundAfter: 3_600, ...terms });

export const SONG = { title: "A song", mediaType: "audio/wav", uri: "https://example.org/1" };

export async function bought(shop: Shop, by: Name, item: bigint, device = shop.device): Promise<bigint> {
  const { licence } = await shop.clients[by].buy(item, shop.tokens[0], PRICE, device);
  await shop.clients.confirmer.confirmPending();
  return licence;
}

/** A balance of a token. */
export async function balanceOf(shop: Shop, token: Contract, name: Name): Promise<bigint> {
  const actor = shop.chain.as(name);
  const permit = actor.permit({ contracts: [token], permissions: ["balance"] });
  type Answer = { readonly balance: { readonly amount: string } };
  const query = { with_permit: { permit, query: { balance: {} } } };
  return BigInt((await shop.chain.query<Answer>(token, query)).balance.amount);
}

/** The reason of a rejection. */
export const messageOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => "it was accepted",
    (error: unknown) => String(error),
  );
