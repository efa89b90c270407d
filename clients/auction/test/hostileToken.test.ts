// SPDX-License-Identifier: Apache-2.0
/** A house that lists a token which lies, calls back and refuses, beside an honest one. */
import { amountText } from "@sotto/contract-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { HostileToken } from "../../../test/support/hostileToken.ts";
import { AuctionClient } from "../src/index.ts";
import { House } from "./house.ts";

const MAX = 2n ** 128n - 1n;

let house: House;
let token: HostileToken;
beforeAll(async () => {
  const honest = await House.open();
  token = await HostileToken.deploy(honest.chain);
  const [good] = honest.tokens;
  const init = House.setUp([good as never, token.contract]);
  house = honest.withContract(await honest.chain.as("judy").instantiate(honest.code, init));
  await house.deposit("bob", 0, 1_000n);
});
afterAll(() => house.stop());

const free = async (name: string) => (await house.client(name).account()).free;
const withdrawal = (address: string, a: bigint, b: bigint) => ({
  withdraw: {
    amounts: [amountText(a), amountText(b)],
    bind: { contract: house.contract.address, sender: address, chain_id: house.chain.chainId },
  },
});

/** The token deposits for an account by its own word. */
function lie(name: string, amount: bigint | string) {
  const by = house.chain.as(name);
  return token.lie(house.contract, by.address, amount, { deposit: { bind: house.bind(by) } });
}

it("a token that reports deposits nobody made fills its own balance alone, and not above 2^128 - 1", async () => {
  expect((await lie("erin", MAX)).ok).toBe(true);
  expect(await free("erin")).toEqual([0n, MAX]);
  // All accounts together have 128 bits.
  for (const name of ["erin", "carol"]) {
    const more = await lie(name, 1n);
    expect([more.ok, more.error?.includes("above 2^128 - 1")]).toEqual([false, true]);
  }
  for (const wrong of ["-1", "", "1e3", "9".repeat(40)]) expect((await lie("carol", wrong)).ok).toBe(false);
  expect(await free("bob")).toEqual([1_000n, 0n]);
  const taken = await house.withdraw("erin", 1n, 0n);
  expect(taken.json()).toMatchObject({ withdraw: { status: "refused" } });
  expect((await house.withdraw("erin", 0n, MAX)).json()).toMatchObject({ withdraw: { status: "accepted" } });
  expect(await token.paid(house.chain.account("erin").address)).toBe(MAX);
});

it("a token that takes its own balance again in the middle of its payment gets it once", async () => {
  const own = token.contract.address;
  const inner = { deposit: { bind: { contract: house.contract.address, sender: own, chain_id: house.chain.chainId } } };
  await token.lie(house.contract, own, 70n, inner);
  await token.armCalls(house.contract, withdrawal(own, 0n, 70n), withdrawal(own, 1n, 0n));
  const done = await token.call(house.contract, withdrawal(own, 0n, 70n));
  expect([done.ok, done.error]).toEqual([true, undefined]);
  // Both calls were answered with a refusal, and pay zeros.
  expect(await token.calls()).toEqual({ succeeded: 2, failed: 0, last_error: "" });
  expect(await token.paid(own)).toBe(70n);
  expect(await house.wallet("bob", 0)).toBe(10n ** 30n - 1_000n);
});

it("a token that deposits and acts for another in the middle of a payment changes only what is its own", async () => {
  const bob = house.chain.as("bob");
  await lie("bob", 30n);
  const forged = { deposit: { bind: house.bind(bob) } };
  const receive = { sender: bob.address, from: bob.address, amount: amountText(5n), msg: encoded(forged) };
  // A withdrawal in Bob's name is bound to Bob, who did not send it.
  await token.armCalls(house.contract, { receive }, withdrawal(bob.address, 1_000n, 0n));
  const before = await token.calls();
  const done = await house.withdraw("bob", 0n, 30n);
  expect(done.json()).toMatchObject({ withdraw: { status: "accepted" } });
  const { succeeded, failed, last_error } = await token.calls();
  expect([succeeded - before.succeeded, failed - before.failed]).toEqual([1, 1]);
  expect(last_error).not.toBe("");
  expect(await free("bob")).toEqual([1_000n, 5n]);
});

it("a token that refuses its payments does not keep the honest token's money", async () => {
  await token.armRefusal();
  const { address, codeHash } = house.contract;
  const client = new AuctionClient(house.secretjs("bob"), { address, codeHash });
  await expect(client.withdraw([400n, 5n])).rejects.toThrow("this token refuses the transfer");
  expect(await free("bob")).toEqual([1_000n, 5n]);
  await client.withdraw([1_000n, 0n], { only: 0 });
  expect(await free("bob")).toEqual([0n, 5n]);
  expect(await house.wallet("bob", 0)).toBe(10n ** 30n);
});

const encoded = (msg: object): string => Buffer.from(JSON.stringify(msg)).toString("base64");
