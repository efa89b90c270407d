// SPDX-License-Identifier: Apache-2.0
/** A house on a chain in this process, with two private tokens and accounts that have both. */
import { readFileSync } from "node:fs";
import { amountText, HOOK_SIZE, idText, padded, SECRET_SIZE, SEND_SIZE, SETUP_SIZE } from "@sotto/contract-client";
import {
  type Actor,
  type Code,
  type Contract,
  connect,
  DevChain,
  type DevChainOptions,
  type Execution,
} from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { AuctionClient, type AuctionTerms, type Head, termsHash } from "../src/index.ts";

export const wasmOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url)));

export const HOUR = 3_600;
export const RICH = 10n ** 30n;
export const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"] as const;

/** One kind of act with its fields. */
export type Action = Readonly<
  Record<string, { readonly auction_id: string; readonly amount?: string; readonly terms?: string }>
>;

export interface SendOptions {
  readonly mayFail?: boolean;
  readonly gas?: number;
}

export class House {
  readonly chain: DevChain;
  readonly code: Code;
  readonly contract: Contract;
  /** Bids are made in the first, lots are of the second. */
  readonly tokens: readonly Contract[];
  readonly #clients = new Map<string, AuctionClient>();
  /** Of the auctions that `create` made: 32 bytes, hex. */
  readonly #terms = new Map<bigint, string>();

  private constructor(chain: DevChain, code: Code, contract: Contract, tokens: readonly Contract[]) {
    this.chain = chain;
    this.code = code;
    this.contract = contract;
    this.tokens = tokens;
  }

  static async open(
    setUp: (chain: DevChain) => object = () => ({}),
    wasm: Uint8Array = wasmOf("auction"),
    options: DevChainOptions = {},
  ): Promise<House> {
    const chain = await DevChain.create(options);
    const maker = chain.as("judy");
    const initial_balances = NAMES.map((name) => ({ address: chain.account(name).address, amount: String(RICH) }));
    const tokenCode = await maker.storeCode(wasmOf("private-token"));
    const tokens: Contract[] = [];
    for (const symbol of ["BIDS", "LOTS"]) {
      const init = { name: "Private token", symbol, decimals: 6, prng_seed: "c2VlZA==", initial_balances };
      tokens.push(await maker.instantiate(tokenCode, init, { label: symbol }));
    }
    const code = await maker.storeCode(wasm);
    const contract = await maker.instantiate(code, House.setUp(tokens, setUp(chain)), { label: "house" });
    return new House(chain, code, contract, tokens);
  }

  static setUp(tokens: readonly Contract[], changes: object = {}): object {
    const listed = tokens.map(({ address, codeHash }) => ({ address, code_hash: codeHash }));
    const lot_fee = { index: 0, amount: "0" };
    return { tokens: listed, lot_fee, entropy: Buffer.alloc(32, 7).toString("base64"), ...changes };
  }

  /** Another house on the same chain. */
  withContract(contract: Contract): House {
    return new House(this.chain, this.code, contract, this.tokens);
  }

  secretjs(name: string): secretjs.SecretNetworkClient {
    return connect(this.chain, this.chain.account(name), secretjs);
  }

  /** One client for each account: its permits are signed once. */
  client(name: string): AuctionClient {
    const { address, codeHash } = this.contract;
    const client = this.#clients.get(name) ?? new AuctionClient(this.secretjs(name), { address, codeHash });
    this.#clients.set(name, client);
    return client;
  }

  /** Seconds since 1970 of the next block. */
  get now(): number {
    return Math.floor(this.chain.time.now().getTime() / 1_000);
  }

  terms(changes: Partial<AuctionTerms> = {}): AuctionTerms {
    return {
      title: "A block of tokens",
      lot: { token: 1, amount: 5n },
      bidToken: 0,
      format: "first_price",
      minBid: 10n,
      startsAt: this.now,
      endsAt: this.now + HOUR,
      reveal: { price: true, winner: true },
      ...changes,
    };
  }

  bind(by: Actor, contract: Contract = this.contract): object {
    return { contract: contract.address, sender: by.address, chain_id: this.chain.chainId };
  }

  message(by: Actor, name: string, body: object, size = SECRET_SIZE): object {
    return padded(name, { ...body, bind: this.bind(by) }, size);
  }

  /** A message as the client sends it, with the whole result. */
  execute(name: string, action: string, body: object, options: SendOptions = {}) {
    const by = this.chain.as(name);
    const size = action === "create_auction" ? SETUP_SIZE : SECRET_SIZE;
    return by.execute(this.contract, this.message(by, action, body, size), { gas: 1_000_000, ...options });
  }

  /** The fields of an act. A bid is for the terms with which `create` made the auction. */
  body(action: Action): object {
    const [[kind, { auction_id, amount = amountText(0n), terms }] = ["", { auction_id: "" }]] = Object.entries(action);
    const known = this.#terms.get(BigInt(auction_id)) ?? "00".repeat(32);
    return { do: kind.padEnd(6), auction_id, amount, terms: terms ?? Buffer.from(known, "hex").toString("base64") };
  }

  act(name: string, action: Action, options: SendOptions = {}): Promise<Execution> {
    return this.execute(name, "act", this.body(action), options);
  }

  bid(name: string, auctionId: bigint, amount: bigint): Promise<Execution> {
    return this.act(name, { bid: { auction_id: idText(auctionId), amount: amountText(amount) } });
  }

  settle(name: string, auctionId: bigint): Promise<Execution> {
    return this.act(name, { settle: { auction_id: idText(auctionId) } });
  }

  cover(name: string, auctionId: bigint): Promise<Execution> {
    return this.act(name, { cover: { auction_id: idText(auctionId) } });
  }

  withdraw(name: string, ...amounts: readonly bigint[]): Promise<Execution> {
    return this.execute(name, "withdraw", { amounts: amounts.map(amountText) });
  }

  freeze(auctionId: bigint, name = "judy"): Promise<Execution> {
    return this.execute(name, "freeze", { auction_id: idText(auctionId) });
  }

  /** Confirms the frozen state without a look at the leaves. */
  async confirm(name: string, auctionId: bigint, options: SendOptions = {}, head?: Head): Promise<Execution> {
    const { n = 0n, hash = "" } = head ?? (await this.frozen(auctionId)) ?? {};
    const body = { auction_id: idText(auctionId), n: idText(n), head: Buffer.from(hash, "hex").toString("base64") };
    return this.execute(name, "confirm", body, options);
  }

  async frozen(auctionId: bigint): Promise<Head | undefined> {
    return (await this.client("judy").auction(auctionId)).witnesses?.frozen?.head;
  }

  close(auctionId: bigint, name = "judy"): Promise<Execution> {
    return this.execute(name, "close", { auction_id: idText(auctionId) });
  }

  async create(
    name: string,
    changes: Partial<AuctionTerms> = {},
    options: SendOptions = {},
    more: object = {},
  ): Promise<Execution> {
    const terms = this.terms(changes);
    const { title, lot, bidToken, format, minBid, reserve = 0n, startsAt, endsAt, reveal, witnesses } = terms;
    const body = {
      lot: { token: { index: lot.token, amount: amountText(lot.amount) } },
      bid_token: bidToken,
      format,
      min_bid: amountText(minBid),
      reserve: amountText(reserve),
      starts_at: startsAt,
      ends_at: endsAt,
      reveal,
      ...(witnesses === undefined ? {} : { witnesses }),
      title,
      ...more,
    };
    const done = await this.execute(name, "create_auction", body, options);
    if (done.ok) {
      const { auction_id } = done.json<{ create_auction: { auction_id: string } }>().create_auction;
      this.#terms.set(BigInt(auction_id), termsHash(this.chain.account(name).address, terms));
    }
    return done;
  }

  deposit(name: string, token: number, amount: bigint, options: SendOptions = {}) {
    const by = this.chain.as(name);
    const to = this.tokens[token] as Contract;
    const inner = padded("deposit", { bind: this.bind(by) }, HOOK_SIZE);
    const send = {
      recipient: this.contract.address,
      recipient_code_hash: this.contract.codeHash,
      amount: amountText(amount),
      msg: Buffer.from(JSON.stringify(inner)).toString("base64"),
      bind: this.bind(by, to),
    };
    return by.execute(to, padded("send", send, SEND_SIZE), { gas: 1_000_000, ...options });
  }

  /** An auction of `alice`, whose lot was deposited for it. */
  async sell(changes: Partial<AuctionTerms> = {}, seller = "alice"): Promise<bigint> {
    await this.deposit(seller, 1, 5n);
    const created = (await this.create(seller, changes)).json<{ create_auction: { auction_id: string } }>();
    return BigInt(created.create_auction.auction_id);
  }

  async end(seconds = HOUR): Promise<void> {
    this.chain.time.advance(seconds);
  }

  /** What an account has at a token, by a viewing key. */
  async wallet(name: string, token: number): Promise<bigint> {
    const by = this.chain.as(name);
    const contract = this.tokens[token] as Contract;
    await by.execute(contract, { set_viewing_key: { key: "k" } });
    const query = { balance: { address: by.address, key: "k" } };
    const { balance } = await this.chain.query<{ balance: { amount: string } }>(contract, query);
    return BigInt(balance.amount);
  }

  stop(): void {
    this.chain.close();
  }
}
