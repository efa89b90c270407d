// SPDX-License-Identifier: Apache-2.0
/** What the private token shows of its messages, and what it hides. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, type DevAccount, DevChain } from "../../src/index.ts";
import { type Allowance, leakMatchers, leaks, type Observer, snip52 } from "../../src/leaks/index.ts";
import { builtContract } from "./leaky.ts";

expect.extend(leakMatchers);

const SIZE = 512;
const FUNDS = 10n ** 18n;

let chain: DevChain;
let token: Contract;
let bob: DevAccount;
let carol: DevAccount;
let dave: DevAccount;

beforeAll(async () => {
  chain = await DevChain.create({ seed: "token under test" });
  const alice = chain.account("alice");
  [bob, carol, dave] = [chain.account("bob"), chain.account("carol"), chain.account("dave")];
  token = await chain.as("alice").deploy(builtContract("private-token"), {
    name: "Token",
    symbol: "TKN",
    decimals: 6,
    prng_seed: "c2VlZA==",
    initial_balances: [alice, bob, carol].map(({ address }) => ({ address, amount: String(FUNDS) })),
  });
  // Later transfers find the same rows.
  for (const to of [bob, carol]) await send("transfer", { recipient: to.address, amount: "1" })(chain);
  await chain.as("bob").execute(token, { set_viewing_key: { key: "bob's key" } });
});
afterAll(() => chain.close());

/** A message of a fixed length from alice. */
const send =
  (name: string, body: object) =>
  (each: DevChain): Promise<unknown> => {
    const missing = SIZE - JSON.stringify({ [name]: { ...body, padding: "" } }).length;
    const padding = " ".repeat(missing);
    return each.as("alice").execute(token, { [name]: { ...body, padding } }, { mayFail: true });
  };

const pay = (amount: string, more: object = {}, to = bob) =>
  send("transfer", { recipient: to.address, amount, ...more });
const long = (amount: bigint): string => String(amount).padStart(39, "0");
const TARGET = { gas_target: "60000" };
const BIG = 10n ** 16n;

type Send = ReturnType<typeof send>;
const compare = (a: Send, b: Send, seenBy: Observer) =>
  leaks(chain, a, b, { seenBy, names: { token }, opaque: [snip52] });

describe("the amount of a transfer", () => {
  it("shows by the number of its digits, which cost gas", async () => {
    const report = await compare(pay("1"), pay(String(BIG)), "reader");
    expect(report.names).toEqual(["gas used"]);
  });

  it("is hidden from readers and hosts when it has 39 digits", async () => {
    expect(await compare(pay(long(1n)), pay(long(BIG)), "host")).toRevealNothing();
    expect(await compare(pay(long(0n)), pay(long(12_345n)), "host")).toRevealNothing();
  });

  it("is hidden from readers by gas_target, and not from hosts", async () => {
    const [a, b] = [pay("1", TARGET), pay(String(BIG), TARGET)];
    expect(await compare(a, b, "reader")).toRevealNothing();
    const byHost = await compare(a, b, "host");
    expect(byHost).not.toRevealNothing();
    expect(byHost).toRevealOnly(["the exact gas"]);
  });

  it("shows by failure when it is more than the sender has", async () => {
    const report = await compare(pay(long(1n), TARGET), pay(long(10n ** 30n), TARGET), "reader");
    expect(report.names).toEqual(expect.arrayContaining(["result", "error length", "number of rows"]));
    // The token evens gas also where it refuses.
    expect(report.names).not.toContain("gas used");
  });
});

describe("the kind of a message", () => {
  const register = send("register_receive", { code_hash: "ab".repeat(32), ...TARGET });

  it("does not show by gas when both burn to one gas_target, but shows by rows", async () => {
    const rows: Allowance = { name: "the rows", where: ["number of rows", "row written"], contract: token };
    const report = await compare(pay(long(1n), TARGET), register, "reader");
    expect(report).not.toRevealNothing();
    expect(report).toRevealOnly([rows]);
  });

  it("shows to hosts by reads and by exact gas, too", async () => {
    const report = await compare(pay(long(1n), TARGET), register, "host");
    expect(report.names).toEqual(expect.arrayContaining(["number of reads", "rows of a call", "exact gas"]));
  });
});

describe("the receiver of a transfer", () => {
  it("shows by the rows of the account, and by nothing else", async () => {
    const report = await compare(pay(long(1n)), pay(long(1n), {}, carol), "host");
    expect(report).not.toRevealNothing();
    expect(report).toRevealOnly(["which rows are written", "which rows are read"]);
  });

  it("shows by gas and rows when the receiver never had tokens", async () => {
    const report = await compare(pay(long(1n)), pay(long(1n), {}, dave), "reader");
    expect(report.names).toContain("row written");
  });
});

describe("queries of another user", () => {
  const balance = (of: DevAccount, key: string) => ({
    contract: token,
    msg: { balance: { address: of.address, key } },
    name: `balance of ${of.name} with ${key}`,
  });

  it("without the key show no payment, at any height", async () => {
    const user = { user: "eve", queries: [balance(bob, "a guess"), { contract: token, msg: { token_info: {} } }] };
    expect(await compare(pay(long(1n)), pay(long(BIG)), user)).toRevealNothing();
  });

  it("with the key show the balance of its owner", async () => {
    const user = { user: bob, queries: [balance(bob, "bob's key")] };
    const report = await compare(pay(long(1n)), pay(long(2n)), user);
    expect(report.names).toEqual(["answer to a query"]);
    expect(report.differences.map(({ place }) => place.block)).toEqual([1]);
  });
});
