// SPDX-License-Identifier: Apache-2.0
/** Attacks on a house on the chain. Those on rules alone: `contracts/auction/tests/attacks.rs`. */
import { amountText, idText } from "@sotto/contract-client";
import type { Execution } from "@sotto/contract-test";
import { executeMessage } from "@sotto/contract-test/parts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuctionClient } from "../src/index.ts";
import { HOUR, House } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open((chain) => ({ admin: chain.account("judy").address }));
});
afterAll(() => house.stop());

const reason = (done: Execution): string => done.json<{ act: { reason: string } }>().act.reason;
const free = async (name: string) => (await house.client(name).account()).free;
const money = async (name: string, amount: bigint) => {
  await house.deposit(name, 0, amount);
};

describe("attack", () => {
  it("1: Eve runs another's ciphertext in her own house of the same code", async () => {
    await money("bob", 500n);
    const id = await house.sell();
    const bid = { bid: { auction_id: idText(id), amount: amountText(400n) } };
    const bob = house.chain.as("bob");
    const { packed } = bob.prepare({
      contract: house.contract,
      msg: house.message(bob, "act", house.body(bid)),
    });
    const eve = house.chain.as("erin");
    const own = await eve.instantiate(house.code, House.setUp(house.tokens));
    // The encoded message holds the ciphertext; its place is the same in hers.
    const wire = wireOf(packed.value);
    const signer = { name: "erin", address: eve.address } as never; // only the address is read
    for (const contract of [own, house.contract]) {
      const stolen = executeMessage(signer, contract.address, wire);
      const done = await eve.run([stolen], { mayFail: true, gas: 1_000_000 });
      expect(done.ok).toBe(false);
      expect(done.error).not.toContain("400");
    }
    // The same message made for Eve's account, with the bind of Bob: the contract's own refusal.
    const copied = house.message(bob, "act", house.body(bid));
    const refused = await eve.execute(own, copied, { mayFail: true, gas: 1_000_000 });
    expect(refused.error?.trim()).toBe("Generic error: not for this contract");
    expect(refused.error).toHaveLength(256);
  });

  it("3: hooks of strangers, forged owners and direct calls credit nothing", async () => {
    const eve = house.chain.as("erin");
    const inner = Buffer.from(JSON.stringify({ deposit: { bind: house.bind(eve) } })).toString("base64");
    const receive = { sender: eve.address, from: eve.address, amount: amountText(1_000n), msg: inner };
    const direct = await eve.execute(house.contract, { receive }, { mayFail: true });
    expect(direct.error?.trim()).toBe("Generic error: the sender is not a listed token");
    const other = await eve.instantiate(
      { codeId: house.tokens[0]?.codeId ?? 0n, codeHash: house.tokens[0]?.codeHash ?? "" },
      {
        name: "Evil",
        symbol: "EVIL",
        decimals: 0,
        prng_seed: "AAAA",
        initial_balances: [{ address: eve.address, amount: "5" }],
      },
    );
    const { address: recipient, codeHash: recipient_code_hash } = house.contract;
    const send = { send: { recipient, recipient_code_hash, amount: "5", msg: inner } };
    const unlisted = await eve.execute(other, send, { mayFail: true });
    expect(unlisted.error).toContain("the sender is not a listed token");
    // Tokens of an owner that a spender sends are the owner's: the spender's inner message is
    // refused.
    const frank = house.chain.as("frank");
    await frank.execute(house.tokens[0] as never, {
      increase_allowance: { spender: eve.address, amount: "1000" },
    });
    const sendFrom = { owner: frank.address, recipient, recipient_code_hash, amount: "7", msg: inner };
    const forged = await eve.execute(house.tokens[0] as never, { send_from: sendFrom }, { mayFail: true });
    expect(forged.error).toContain("not for this contract");
    expect([await free("erin"), await free("frank")]).toEqual([
      [0n, 0n],
      [0n, 0n],
    ]);
  });

  it("4: deposit, bid, then a failing message in one transaction leave nothing", async () => {
    const id = await house.sell();
    const carol = house.chain.as("carol");
    const before = await house.client("carol").account();
    const [token] = house.tokens;
    const inner = Buffer.from(JSON.stringify({ deposit: { bind: house.bind(carol) } })).toString("base64");
    const { address: recipient, codeHash: recipient_code_hash } = house.contract;
    const deposit = { send: { recipient, recipient_code_hash, amount: amountText(900n), msg: inner } };
    const action = { bid: { auction_id: idText(id), amount: amountText(900n) } };
    const bid = house.message(carol, "act", house.body(action));
    const done = await carol.run(
      [
        { contract: token as never, msg: deposit },
        { contract: house.contract, msg: bid },
        { to: carol.address, coins: [{ denom: "uscrt", amount: "9".repeat(30) }] },
      ],
      { mayFail: true },
    );
    expect(done.ok).toBe(false);
    expect(done.data).toHaveLength(0);
    expect(await house.client("carol").account()).toEqual(before);
    expect(await house.client("carol").myBid(id)).toMatchObject({ amount: 0n, outcome: "none" });
    // Accepted answers say nothing about other bids either: every field is the bidder's own.
    await money("carol", 900n);
    const { act } = (await house.bid("carol", id, 900n)).json<{ act: object }>();
    expect(Object.keys(act)).toEqual(["status", "reason", "n", "salt"]);
    await house.end();
    await house.close(id);
    await house.settle("carol", id);
  });

  it("5: rows without the last bid give another result, and another head (L1: nothing prevents it yet)", async () => {
    await money("bob", 500n);
    await money("carol", 500n);
    const id = await house.sell();
    await house.bid("bob", id, 300n);
    const prefix = house.chain.snapshot();
    const closed = async () => {
      await house.end();
      await house.close(id);
      const client = house.client("erin");
      return { ...(await client.auction(id)), ...(await client.closedHead(id)) };
    };
    // What a host sees that leaves the last bid out; the chain goes the other way.
    const without = await closed();
    house.chain.revert(prefix);
    await house.bid("carol", id, 301n);
    const real = await closed();
    expect([without.price, real.price]).toEqual([300n, 301n]);
    expect(without.n + 1n).toBe(real.n);
    expect(without.hash).not.toBe(real.hash);
    for (const name of ["alice", "bob", "carol"]) await house.settle(name, id);
  });

  it("7: a bid at the end is refused inside, one second earlier it counts", async () => {
    const id = await house.sell();
    const { endsAt } = await house.client("bob").auction(id);
    house.chain.time.set(new Date((endsAt - 1) * 1_000));
    expect(reason(await house.bid("bob", id, 300n))).toBe("");
    house.chain.time.set(new Date(endsAt * 1_000));
    const late = await house.bid("bob", id, 301n);
    expect([late.ok, reason(late)]).toEqual([true, "bids are not taken: before the start, after the end, or closed"]);
    await house.close(id);
    expect((await house.client("bob").auction(id)).price).toBe(300n);
    await house.settle("bob", id);
    await house.settle("alice", id);
  });

  it("8: no query opens what no close has written, at any height", async () => {
    await money("bob", 500n);
    const id = await house.sell();
    await house.bid("bob", id, 250n);
    const { height } = house.chain;
    await house.end(10 * HOUR);
    const query = { auction: { auction_id: idText(id) } };
    const ask = async (options?: { height: number }) =>
      JSON.stringify(await house.chain.query(house.contract, query, options));
    expect(await ask()).toContain('"status":"open"');
    await house.close(id);
    expect(await ask()).toContain('"price"');
    const old = await ask({ height });
    expect(old).toContain('"status":"open"');
    expect(old).not.toContain('"price":"');
    await house.settle("bob", id);
  });

  it("10: the seller leaves though the winner never comes back", async () => {
    await money("dave", 700n);
    const id = await house.sell();
    await house.bid("dave", id, 700n);
    await house.end();
    await house.close(id);
    const before = await house.wallet("alice", 0);
    const own = (await free("alice"))[0] ?? 0n;
    await house.settle("alice", id);
    await house.withdraw("alice", own + 700n, 0n);
    expect(await house.wallet("alice", 0)).toBe(before + own + 700n);
    await house.settle("dave", id);
    expect(await free("dave")).toEqual([0n, 5n]);
  });

  it("13: a stop takes nothing new and leaves every way out, and the admin moves no money", async () => {
    await money("bob", 100n);
    const id = await house.sell();
    await house.bid("bob", id, 100n);
    const judy = house.client("judy");
    await expect(house.client("bob").setStatus("stop_new")).rejects.toThrow("only the admin");
    await judy.setStatus("stop_new");
    expect(reason(await house.bid("bob", id, 101n))).toContain("stopped");
    expect((await house.deposit("bob", 0, 1n, { mayFail: true })).error).toContain("stopped");
    await house.end();
    await house.close(id);
    await house.settle("bob", id);
    await house.settle("alice", id);
    for (const name of ["alice", "bob"]) {
      const [a = 0n, b = 0n] = await free(name);
      const done = await house.withdraw(name, a, b);
      expect(done.json()).toEqual({ withdraw: { status: "accepted", reason: "" } });
    }
    // Every message of the admin: none has taken or opened anything.
    expect(await free("judy")).toEqual([0n, 0n]);
    expect((await house.withdraw("judy", 1n, 0n)).json()).toMatchObject({ withdraw: { status: "refused" } });
    await expect(judy.cancel(id)).rejects.toThrow("closed already");
    await expect(judy.settle(id)).rejects.toThrow("nothing to settle");
    await expect(judy.bidProof(id, true)).rejects.toThrow("you have no bid");
    expect(await judy.myBid(id)).toMatchObject({ amount: 0n, price: 0n });
    await judy.setStatus("normal_run");
  });

  it("17: a token that refuses every transfer blocks no other", async () => {
    const maker = house.chain.as("judy");
    const init = { name: "Fragile", symbol: "FRAG", decimals: 0, prng_seed: "AAAA" };
    const [good] = house.tokens;
    const broken = await maker.instantiate({ codeId: good?.codeId ?? 0n, codeHash: good?.codeHash ?? "" }, init);
    const own = await maker.instantiate(house.code, House.setUp([good as never, broken]));
    const client = new AuctionClient(house.secretjs("carol"), { address: own.address, codeHash: own.codeHash });
    await client.deposit(0, 50n);
    await maker.execute(broken, { set_contract_status: { level: "stop_all" } });
    await expect(client.withdraw([50n, 0n])).rejects.toThrow("this contract is stopped");
    expect((await client.account()).free).toEqual([50n, 0n]);
    await client.withdraw([50n, 0n], { only: 0 });
    expect((await client.account()).free).toEqual([0n, 0n]);
  });
});

/** Field 3 of MsgExecuteContract: the encrypted message. */
function wireOf(message: Uint8Array): Uint8Array {
  for (let at = 0; at < message.length; ) {
    const field = (message[at] ?? 0) >> 3;
    let [length, shift, next] = [0, 0, at + 1];
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      byte = message[next++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    if (field === 3) return message.subarray(next, next + length);
    at = next + length;
  }
  throw new RangeError("the message has no field 3");
}
