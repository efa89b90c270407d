// SPDX-License-Identifier: Apache-2.0
/**
 * Random sequences of all messages by many accounts on the chain, with too little gas at any step.
 * The many seeds against a model: `contracts/auction/tests/model.rs`.
 */
import { amountText, idText } from "@sotto/contract-client";
import type { Contract, Execution } from "@sotto/contract-test";
import { afterAll, beforeAll, expect, it } from "vitest";
import { randomOf, SEED } from "../../../tools/tests/seed.mjs";
import { type Action, HOUR, House, NAMES } from "./house.ts";

const SESSIONS = 3;
const STEPS = 40;

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.stop());

/** What all accounts have at the tokens, outside of any house. */
async function wallets(): Promise<bigint[]> {
  const sums = [0n, 0n];
  for (const name of NAMES)
    for (const token of [0, 1]) sums[token] = (sums[token] ?? 0n) + (await house.wallet(name, token));
  return sums;
}

class Session {
  readonly house: House;
  readonly random: () => number;
  auctions = 0n;
  failed = 0;
  refused = 0;
  accepted = 0;

  constructor(of: House, contract: Contract, seed: number) {
    this.house = of.withContract(contract);
    this.random = randomOf(seed);
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Bidders with money, and two sellers with lots. */
  async begin(): Promise<void> {
    for (const name of NAMES) await this.house.deposit(name, 0, 1_000n);
    for (const name of ["alice", "bob"]) {
      await this.house.deposit(name, 1, 50n);
      this.count(await this.house.create(name, this.terms()));
    }
  }

  /** Any message; with gas that may end it at any step. */
  async step(): Promise<void> {
    const name = this.one(NAMES);
    const gas = this.below(4) === 0 ? 30_000 + this.below(80_000) : 1_000_000;
    const before = await this.state(name);
    const done = await this.send(name, { mayFail: true, gas });
    if (done === undefined) return;
    if (done.ok) this.count(done);
    else {
      this.failed++;
      expect(await this.state(name), done.error).toEqual(before);
    }
  }

  count(done: Execution): void {
    const [answer] = Object.values(done.json<Record<string, { status: string; auction_id?: string }>>());
    if (answer?.auction_id !== undefined) this.auctions = BigInt(answer.auction_id);
    if (answer?.status === "refused") this.refused++;
    else this.accepted++;
  }

  async send(name: string, options: { mayFail: boolean; gas: number }): Promise<Execution | undefined> {
    const auction_id = idText(this.auctions === 0n ? 1n : 1n + BigInt(this.below(Number(this.auctions))));
    const act = (action: Action) => this.house.act(name, action, options);
    const amount = amountText(this.one([0n, 9n, 10n, 50n, 51n, 900n, 2n ** 100n]));
    switch (this.below(12)) {
      case 0:
      case 1:
        return this.house.deposit(name, this.below(2), this.one([0n, 7n, 1_000n]), options);
      case 2:
        return this.house.execute(name, "withdraw", { amounts: [amount, amountText(3n)] }, options);
      case 3:
        return this.house.create(name, this.terms(), options);
      case 4:
        return this.house.execute(name, this.one(["close", "cancel"]), { auction_id }, options);
      case 5:
        return act({ cover: { auction_id } });
      case 6:
      case 7:
        return act({ settle: { auction_id } });
      case 8:
        this.house.chain.time.advance(this.one([60, 600, 1_800]));
        return undefined;
      default:
        return act({ bid: { auction_id, amount } });
    }
  }

  terms() {
    const startsAt = this.house.now + this.one([0, 0, 300]);
    const format = this.one(["first_price", "second_price"] as const);
    const lot = { token: 1, amount: this.one([1n, 7n]) };
    return { startsAt, endsAt: startsAt + this.one([700, HOUR]), format, lot, reserve: this.one([0n, 40n]) };
  }

  async state(name: string): Promise<object> {
    const client = this.house.client(name);
    const account = await client.account();
    const bids = [];
    for (let id = 1n; id <= this.auctions; id++) bids.push(await client.myBid(id));
    return { account, bids };
  }

  /** All auctions are closed and settled, and every account withdraws its balance. */
  async leave(): Promise<void> {
    this.house.chain.time.advance(2 * HOUR);
    for (let id = 1n; id <= this.auctions; id++) {
      const { status } = await this.house.client("alice").auction(id);
      if (status === "open") await this.house.close(id);
    }
    for (const name of [...NAMES, "judy"]) {
      for (let id = 1n; id <= this.auctions; id++) await this.house.settle(name, id);
      const { free, locked } = await this.house.client(name).account();
      expect(locked).toEqual([0n, 0n]);
      const done = await this.house.withdraw(name, ...free);
      expect(done.json()).toEqual({ withdraw: { status: "accepted", reason: "" } });
    }
  }
}

it(`a failed message changes nothing, and at the end every house is empty (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const before = await wallets();
  const seen = { failed: 0, refused: 0, accepted: 0, auctions: 0n };
  for (let i = 0; i < SESSIONS; i++) {
    const contract = await house.chain.as("judy").instantiate(house.code, House.setUp(house.tokens));
    const session = new Session(house, contract, SEED + i);
    await session.begin();
    for (let step = 0; step < STEPS; step++) await session.step();
    await session.leave();
    expect(await wallets()).toEqual(before);
    seen.failed += session.failed;
    seen.refused += session.refused;
    seen.accepted += session.accepted;
    seen.auctions += session.auctions;
  }
  // Otherwise the sessions prove little.
  expect(seen.auctions).toBeGreaterThan(3n);
  for (const part of [seen.failed, seen.refused, seen.accepted]) expect(part).toBeGreaterThan(10);
});
