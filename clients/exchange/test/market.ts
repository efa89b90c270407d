// SPDX-License-Identifier: Apache-2.0
/**
 * An exchange of two private tokens on a chain in this process, with unmodified secret.js for each
 * user.
 */
import { readFileSync } from "node:fs";
import { type Contract, connect, DevChain, type DevChainOptions } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { ExchangeClient } from "../src/index.ts";

export const wasmOf = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url));

export const FUNDS = 10n ** 36n;
export const EPOCH = 30;
/** Quote units for 10^18 base units. */
export const ONE = 10n ** 18n;
export const USERS = ["alice", "bob", "carol", "dave"] as const;
export type User = (typeof USERS)[number] | "admin" | "keeper";

export const tokenRef = ({ address, codeHash }: Contract) => ({ address, code_hash: codeHash });

export interface Market {
  readonly chain: DevChain;
  readonly base: Contract;
  readonly quote: Contract;
  readonly exchange: Contract;
  /** The set-up message, for variants. */
  readonly setUp: Readonly<Record<string, unknown>>;
  of(user: User): ExchangeClient;
  /** Another exchange of the same chain and base token. */
  withExchange(exchange: Contract, quote: Contract): Market;
  /** Lets epochs end; queries see the new time. */
  pass(epochs?: number): void;
  /** Lets the running epoch end, and clears it. */
  batch(): Promise<void>;
  /** The balance that a token has for an address. */
  balance(token: Contract, address: string): Promise<bigint>;
}

/** `code`: the exchange's wasm. */
export async function openMarket(
  rules: object = {},
  options: DevChainOptions = {},
  code = wasmOf("exchange"),
): Promise<Market> {
  const chain = await DevChain.create(options);
  const admin = chain.as("admin");
  const wasm = wasmOf("private-token");
  const token = (symbol: string) =>
    admin.deploy(
      wasm,
      {
        name: `Token ${symbol}`,
        symbol,
        decimals: 6,
        prng_seed: "c2VlZA==",
        initial_balances: USERS.map((name) => ({ address: chain.account(name).address, amount: String(FUNDS / 8n) })),
      },
      { label: symbol },
    );
  const base = await token("BASE");
  const quote = await token("QUOTE");
  const setUp = {
    base: tokenRef(base),
    quote: tokenRef(quote),
    entropy: Buffer.alloc(32, 7).toString("base64"),
    admin: admin.address,
    min_base: "1",
    min_quote: "1",
    min_owners: 1,
    ...rules,
  };
  const exchange = await admin.deploy(code, setUp, { label: "exchange" });
  return marketOf({ chain, base, quote, exchange, setUp });
}

function marketOf(parts: Pick<Market, "chain" | "base" | "quote" | "exchange" | "setUp">): Market {
  const { chain, exchange } = parts;
  const clients = new Map<User, ExchangeClient>();
  const of = (user: User): ExchangeClient => {
    const known = clients.get(user);
    if (known !== undefined) return known;
    const client = new ExchangeClient(connect(chain, chain.account(user), secretjs), exchange, { pollMs: 5 });
    clients.set(user, client);
    return client;
  };
  const pass = (epochs = 1): void => {
    chain.time.advance(epochs * EPOCH);
    // The block of `advance` still has the time before.
    chain.mine();
  };
  return {
    ...parts,
    of,
    withExchange: (exchange, quote) => marketOf({ ...parts, exchange, quote }),
    pass,
    async batch() {
      pass();
      await of("keeper").keepOnce();
    },
    async balance(token, address) {
      const key = `key of ${address}`;
      const holder = [...USERS, "admin", "keeper"].find((name) => chain.account(name).address === address);
      if (holder === undefined) throw new Error(`nobody has the address ${address}`);
      await chain.as(holder).execute(token, { set_viewing_key: { key } });
      const { balance } = await chain.query<{ balance: { amount: string } }>(token, { balance: { address, key } });
      return BigInt(balance.amount);
    },
  };
}
