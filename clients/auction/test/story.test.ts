// SPDX-License-Identifier: Apache-2.0
/** A whole auction through the client, over unmodified secret.js. */
import { ContractRefused, InstanceRefused, TransactionFailed } from "@sotto/contract-client";
import { connect } from "@sotto/contract-test";
import * as secretjs from "secretjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Acted, AuctionClient, headOf, leafOf, ProofInvalid, verifyProof } from "../src/index.ts";
import { HOUR, House, RICH } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await House.open((chain) => ({ fee: { bps: 250, to: chain.account("frank").address } }));
});
afterAll(() => house.stop());

describe("an auction by the second price", () => {
  const fee = 7n; // 2.5 % of 300, rounded down
  const acted: Record<string, Acted> = {};
  let id = 0n;

  it("is offered by a seller whose lot is in the house", async () => {
    const alice = house.client("alice");
    await alice.deposit(1, 5n);
    const created = await alice.createAuction(house.terms({ format: "second_price", reserve: 50n }));
    id = created.auctionId;
    acted["alice"] = created;
    expect(await alice.account()).toEqual({ free: [0n, 0n], locked: [0n, 0n] });
    const [seen] = await house.client("bob").auctions();
    expect(seen).toMatchObject({ id, status: "open", seller: alice.address, title: "A block of tokens", minBid: 10n });
    expect(seen?.lot).toEqual({ token: 1, amount: 5n });
  });

  it("takes bids, raises and covers, and refuses in words what the rules refuse", async () => {
    for (const [name, money, amount] of [
      ["bob", 1_000n, 200n],
      ["carol", 1_000n, 400n],
      ["dave", 300n, 300n],
    ] as const) {
      const client = house.client(name);
      await client.deposit(0, money);
      acted[name] = await client.bid(id, amount);
      expect(await client.account()).toEqual({ free: [money - amount, 0n], locked: [amount, 0n] });
      expect(await client.myBid(id)).toMatchObject({ amount, outcome: "open", price: 0n, bidSettled: false });
    }
    const bob = house.client("bob");
    const refused = bob.bid(id, 199n);
    await expect(refused).rejects.toThrow(ContractRefused);
    await expect(refused).rejects.toThrow("the bid is not higher than your own");
    await expect(bob.bid(id, 9n)).rejects.toThrow("below the minimum");
    await expect(bob.bid(id, 1_001n)).rejects.toThrow("does not cover the bid");
    await expect(bob.settle(id)).rejects.toThrow("not closed yet");
    await house.client("erin").cover(id);
  });

  it("is closed by anyone after the end, and shows price and winner", async () => {
    const keeper = house.client("erin");
    await expect(keeper.close(id)).rejects.toThrow(TransactionFailed);
    await expect(keeper.close(id)).rejects.toThrow(/bids are taken until/);
    await house.end();
    expect(await keeper.auction(id)).toMatchObject({ status: "open", price: undefined, winner: undefined });
    await keeper.close(id);
    const winner = house.chain.account("carol").address;
    expect(await keeper.auction(id)).toMatchObject({ status: "sold", price: 300n, winner });
    await expect(keeper.close(id)).rejects.toThrow("closed already");
  });

  it("is settled by each for itself, and everyone leaves", async () => {
    const outcomes = { alice: "none", bob: "lost", carol: "won", dave: "lost" };
    for (const [name, outcome] of Object.entries(outcomes)) {
      const client = house.client(name);
      expect(await client.myBid(id)).toMatchObject({ outcome });
      await client.settle(id);
      await expect(client.settle(id)).rejects.toThrow("nothing to settle");
    }
    const free = async (name: string) => (await house.client(name).account()).free;
    expect(await free("alice")).toEqual([300n - fee, 0n]);
    expect(await free("bob")).toEqual([1_000n, 0n]);
    expect(await free("carol")).toEqual([700n, 5n]);
    expect(await free("dave")).toEqual([300n, 0n]);
    expect(await free("frank")).toEqual([fee, 0n]);
    for (const name of ["alice", "bob", "carol", "dave", "frank"]) await house.client(name).withdraw(await free(name));
    expect(await house.wallet("carol", 0)).toBe(RICH - 300n);
    expect(await house.wallet("carol", 1)).toBe(RICH + 5n);
    expect(await house.wallet("alice", 0)).toBe(RICH + 293n);
    await expect(house.client("bob").withdraw([1n, 0n])).rejects.toThrow("does not cover it");
  });

  it("shows each party its own leaf in a log that everybody can follow", async () => {
    const reader = connect(house.chain, undefined, secretjs);
    const txs = await reader.query.txsQuery(`wasm.contract_address='${house.contract.address}'`);
    const leaves = txs.flatMap(({ arrayLog = [] }) =>
      arrayLog.filter(({ type, key }) => type === "wasm" && key === "leaf").map(({ value }) => value.trim()),
    );
    const { head } = await house.client("bob").house();
    expect({ n: BigInt(leaves.length), hash: headOf(leaves) }).toEqual(head);
    const closed = await house.client("bob").closedHead(id);
    expect(headOf(leaves.slice(0, Number(closed.n)))).toBe(closed.hash);
    const bobs = {
      kind: "bid",
      actor: house.chain.account("bob").address,
      auctionId: id,
      amount: 200n,
      outcome: 0,
      salt: acted["bob"]?.salt ?? "",
    } as const;
    expect(leaves[Number(acted["bob"]?.n) - 1]).toBe(leafOf(bobs));
    expect(leafOf({ ...bobs, amount: 201n })).not.toBe(leafOf(bobs));
    const alices = { ...bobs, kind: "create", actor: house.chain.account("alice").address, amount: 50n } as const;
    expect(leaves[0]).toBe(leafOf({ ...alices, salt: acted["alice"]?.salt ?? "" }));
  });

  it("attack 16: gives a loser a proof that anyone verifies without a network", async () => {
    const dave = house.client("dave");
    const { publicKey } = await dave.house();
    const source = { chainId: house.chain.chainId, house: house.contract.address, publicKey };
    const open = verifyProof(await dave.bidProof(id, true), source);
    const leaf = (await dave.myBid(id)).leaf;
    expect(open).toMatchObject({ auctionId: id, bidder: dave.address, amount: 300n, counted: true, leaf });
    const closed = await dave.bidProof(id, false);
    expect(verifyProof(closed, source).amount).toBeUndefined();
    expect(Buffer.from(closed.document, "base64").toString()).not.toContain("300");
    await expect(house.client("erin").bidProof(id, true)).rejects.toThrow("you have no bid in this auction");

    const text = Buffer.from(closed.document, "base64").toString().replace(dave.address, house.client("bob").address);
    const forged = { ...closed, document: Buffer.from(text).toString("base64") };
    expect(() => verifyProof(forged, source)).toThrow(ProofInvalid);
    expect(() => verifyProof(closed, { ...source, house: "secret1other" })).toThrow("the proof is of");
    expect(() => verifyProof({ ...closed, signature: "AAAA" }, source)).toThrow("64 bytes");
    expect(() => verifyProof({ ...closed, document: "!" }, source)).toThrow("not base64");
  });
});

describe("the client", () => {
  it("refuses a house with an admin or other code before a secret leaves", async () => {
    const judy = house.chain.as("judy");
    const setUp = House.setUp(house.tokens);
    const { address, codeHash } = await judy.instantiate(house.code, setUp, { admin: judy.account });
    const before = house.chain.height;
    const client = connect(house.chain, house.chain.account("bob"), secretjs);
    await expect(new AuctionClient(client, { address, codeHash }).bid(1n, 5n)).rejects.toThrow(InstanceRefused);
    const other = { address: house.contract.address, codeHash: "00".repeat(32) };
    await expect(new AuctionClient(client, other).bid(1n, 5n)).rejects.toThrow(InstanceRefused);
    expect(house.chain.height).toBe(before);
  });

  it("cancels an auction before its start, and the lot returns", async () => {
    const alice = house.client("alice");
    await alice.deposit(1, 5n);
    const startsAt = house.now + 60;
    const { auctionId } = await alice.createAuction(house.terms({ startsAt, endsAt: startsAt + HOUR }));
    await expect(house.client("bob").cancel(auctionId)).rejects.toThrow("only the seller may cancel");
    await alice.cancel(auctionId);
    await alice.settle(auctionId);
    expect((await alice.account()).free[1]).toBe(5n);
    expect((await alice.auction(auctionId)).status).toBe("cancelled");
  });

  it("names wrong tokens, auctions and amounts", async () => {
    const bob = house.client("bob");
    await expect(bob.deposit(2, 1n)).rejects.toThrow("this house has 2 tokens, none with index 2");
    await expect(bob.auction(99n)).rejects.toThrow("no auction 99 in this house");
    await expect(bob.cover(99n)).rejects.toThrow("no auction 99 in this house");
    await expect(bob.withdraw([1n])).rejects.toThrow("amounts must have one entry for each of 2 tokens");
    await expect(bob.bid(1n, -1n)).rejects.toThrow(RangeError);
    await expect(bob.auctions(0, 31)).rejects.toThrow("page_size must be 1 to 30");
    expect(await bob.auctions(5)).toEqual([]);
  });

  it("ends its permits", async () => {
    const bob = house.client("bob");
    await bob.account();
    const revoked = house.chain.as("bob").permit({ contracts: [house.contract], permissions: ["vault"], name: "old" });
    const query = { with_permit: { permit: revoked, query: { account: {} } } };
    const ask = (options?: { height: number }) => house.chain.query(house.contract, query, options);
    const { height } = house.chain;
    const then = await ask();
    await house.execute("bob", "revoke_permit", { permit_name: "old" });
    await expect(ask()).rejects.toThrow("the permit was revoked");
    // What it could read stays readable in the old state, as the README says.
    expect(await ask({ height })).toEqual(then);
    await bob.revokePermits();
    await bob.account();
  });
});
