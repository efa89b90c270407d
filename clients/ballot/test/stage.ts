// SPDX-License-Identifier: Apache-2.0
/** A chain with a private token and the ballot, its clients, and messages by hand for attacks. */
import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { amountText, idText, padded } from "@sotto/contract-client";
import { type Contract, connect, DevChain, type DevChainOptions, type Execution } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { BallotClient, type BallotOptions, type PollTerms } from "../src/index.ts";

export const wasmOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url)));

export const YES = 1n;
export const NO = 2n;
export const DAY = 86_400;

export interface StageOptions {
  readonly seed?: string;
  /** Holders of tokens. */
  readonly holders?: readonly string[];
  readonly balance?: bigint;
  /** The ballot's wasm. Default: the built one. */
  readonly code?: Uint8Array;
  /** Default: proven. */
  readonly rows?: DevChainOptions["rows"];
}

export const sha = (bytes: Uint8Array): string => base64.encode(sha256(bytes));
export const credentialOf = (n: number): Uint8Array => new Uint8Array(32).fill(n);
export const ZEROS = base64.encode(new Uint8Array(32));

/** A chain in one state that every test of a file begins with. */
export class Stage {
  readonly chain: DevChain;
  readonly #token: Contract | undefined;
  readonly ballot: Contract;
  /** Of sealed lists. */
  readonly #starts = new Map<bigint, string>();

  private constructor(chain: DevChain, token: Contract | undefined, ballot: Contract) {
    this.chain = chain;
    this.#token = token;
    this.ballot = ballot;
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const { seed = "ballot", holders = [], balance = 10n ** 30n, code = wasmOf("ballot"), rows = "proven" } = options;
    const chain = await DevChain.create({ seed, rows });
    const organiser = chain.as("organiser");
    const token = await organiser.deploy(wasmOf("private-token"), {
      name: "Private",
      symbol: "PRV",
      decimals: 6,
      prng_seed: "AAAA",
      initial_balances: holders.map((name) => ({ address: chain.account(name).address, amount: String(balance) })),
    });
    const ballot = await organiser.deploy(code, {
      token: { address: token.address, code_hash: token.codeHash },
      entropy: base64.encode(new Uint8Array(32).fill(5)),
      admin: chain.account("admin").address,
    });
    return new Stage(chain, token, ballot);
  }

  get token(): Contract {
    if (this.#token === undefined) throw new Error("this ballot has no token");
    return this.#token;
  }

  /** Another ballot of the same chain, without a token. */
  static of(chain: DevChain, ballot: Contract): Stage {
    return new Stage(chain, undefined, ballot);
  }

  /** Seconds since 1970. */
  get now(): number {
    return Math.floor(this.chain.time.now().getTime() / 1_000);
  }

  address(name: string): string {
    return this.chain.account(name).address;
  }

  client(name: string, options: BallotOptions = {}): BallotClient {
    return new BallotClient(connect(this.chain, this.chain.account(name), secretjs), this.ballot, {
      pollMs: 1,
      ...options,
    });
  }

  terms(changes: Partial<PollTerms> = {}): PollTerms {
    return {
      title: "Board",
      options: ["yes", "no", "abstain"],
      abstain: 2,
      weights: "list",
      registerUntil: this.now + DAY,
      endsAt: this.now + 2 * DAY,
      quorum: { bps: 2_000 },
      thresholdBps: 5_000,
      minCounted: 1,
      ...changes,
    };
  }

  lockTerms(changes: Partial<PollTerms> = {}): PollTerms {
    return this.terms({ weights: "token_lock", quorum: { weight: 1n }, ...changes });
  }

  /** A sealed list. */
  async listPoll(voters: Readonly<Record<string, bigint>>, changes: Partial<PollTerms> = {}): Promise<bigint> {
    const organiser = this.client("organiser");
    const poll = await organiser.createPoll(this.terms(changes));
    const listed = Object.entries(voters).map(([name, weight]) => ({ address: this.address(name), weight }));
    await organiser.addVoters(poll, listed);
    await organiser.sealList(poll);
    this.#starts.set(poll, await this.#queryStart(poll));
    return poll;
  }

  async #queryStart(poll: bigint): Promise<string> {
    const { poll: shown } = await this.chain.query<{ poll: { start: string } }>(this.ballot, {
      poll: { poll_id: idText(poll) },
    });
    return base64.encode(hexToBytes(shown.start));
  }

  /** What the entries of a poll name, in base64. */
  async start(poll: bigint): Promise<string> {
    return this.#starts.get(poll) ?? this.#queryStart(poll);
  }

  bind(name: string): object {
    return { contract: this.ballot.address, sender: this.address(name), chain_id: this.chain.chainId };
  }

  async #entryMessage(name: string, poll: bigint, what: "join" | "vote", entry: object): Promise<object> {
    const start = await this.start(poll);
    return padded("act", { poll_id: idText(poll), start, do: what, entry, bind: this.bind(name) }, 768);
  }

  registerMessage(name: string, poll: bigint, credential: Uint8Array): Promise<object> {
    const entry = { credential: sha(credential), new_credential: ZEROS, choice: idText(0n) };
    return this.#entryMessage(name, poll, "join", entry);
  }

  castMessage(name: string, poll: bigint, credential: Uint8Array, choice: bigint, next?: Uint8Array): Promise<object> {
    const entry = {
      credential: base64.encode(credential),
      new_credential: next === undefined ? ZEROS : sha(next),
      choice: idText(choice),
    };
    return this.#entryMessage(name, poll, "vote", entry);
  }

  lockMessage(name: string, poll: bigint, amount: bigint): object {
    const inner = padded("lock", { poll_id: idText(poll), bind: this.bind(name) }, 384);
    const send = {
      recipient: this.ballot.address,
      recipient_code_hash: this.ballot.codeHash,
      amount: amountText(amount),
      msg: base64.encode(new TextEncoder().encode(JSON.stringify(inner))),
    };
    return padded("send", send, 1_024);
  }

  /** A message to the ballot that may fail. */
  run(name: string, message: object): Promise<Execution> {
    return this.chain.as(name).execute(this.ballot, message, { mayFail: true });
  }

  async register(name: string, poll: bigint, credential: Uint8Array): Promise<Execution> {
    return this.run(name, await this.registerMessage(name, poll, credential));
  }

  async cast(
    name: string,
    poll: bigint,
    credential: Uint8Array,
    choice: bigint,
    next?: Uint8Array,
  ): Promise<Execution> {
    return this.run(name, await this.castMessage(name, poll, credential, choice, next));
  }

  lock(name: string, poll: bigint, amount: bigint): Promise<Execution> {
    return this.chain.as(name).execute(this.token, this.lockMessage(name, poll, amount), { mayFail: true });
  }

  /** A message with a poll and nothing else. */
  simple(name: string, message: string, poll: bigint): Promise<Execution> {
    return this.run(name, padded(message, { poll_id: idText(poll) }, 768));
  }

  /** What the token's ledger says. */
  async balance(name: string): Promise<bigint> {
    const permit = this.chain.as(name).permit({ contracts: [this.token], permissions: ["balance"] });
    const query = { with_permit: { permit, query: { balance: {} } } };
    return BigInt((await this.chain.query<{ balance: { amount: string } }>(this.token, query)).balance.amount);
  }

  close(): void {
    this.chain.close();
  }
}
