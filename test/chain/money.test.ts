// SPDX-License-Identifier: Apache-2.0
/** Coins that bank's keeper moves: events, rows and refusals, without messages. */
import { formatAddress, moduleAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { ChainError, InvariantBroken } from "@sotto/errors";
import { Branch, createCtx, GasMeter, NO_LIMIT, type Permission, type WriteCtx } from "@sotto/kernel";
import { NumberFault } from "@sotto/math";
import { type Coins, formatCoins, mustCoins, noCoins } from "@sotto/math/coins";
import type { BankNeeds } from "@sotto/x-bank";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { authAndBank } from "../conformance/keepers.ts";
import { TestChain } from "../support/testChain.ts";

const alice = new Uint8Array(20).fill(1);
const bob = new Uint8Array(20).fill(2);
const [minterAddress, collector] = [moduleAddress("mint"), moduleAddress("fee_collector")];
const coins = (amount: bigint, denom = "uscrt"): Coins => mustCoins([{ denom, amount }]);
const MOST = 2n ** 256n - 1n;

const accounts = new Map<string, readonly Permission[]>([
  ["fee_collector", []],
  ["mint", ["minter"]],
  ["furnace", ["minter", "burner"]],
]);

function stage(needs: Partial<BankNeeds> = {}) {
  const { store, authKeeper, bankKeeper } = authAndBank(needs, accounts);
  const block = { chainId: "money", height: 1, time: 0n };
  const branch = new Branch(store.snapshot());
  const ctx = createCtx({ mode: "deliver", block, gas: new GasMeter(NO_LIMIT), branch });
  return { auth: authKeeper, bank: bankKeeper, ctx };
}

/** The events that a part of a test emits, in the form `type: values`. */
function emitted(ctx: WriteCtx, run: (ctx: WriteCtx) => void): string[] {
  const branch = ctx.branch();
  run(branch.ctx);
  branch.write();
  return branch.events.map(({ type, attributes }) => `${type}: ${attributes.map(([, value]) => value).join(" ")}`);
}

function refusal(run: () => void) {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ChainError) return `${thrown.codespace}/${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return "";
}

let chain: ReturnType<typeof stage>;
const held = (of: Uint8Array) => formatCoins(chain.bank.allBalances(chain.ctx, of));

describe("money of modules", () => {
  beforeEach(() => {
    chain = stage({ isBlocked: (_ctx, address) => equals(address, collector) });
  });

  it("is minted, paid, collected and passed on by name, with the events of the SDK", () => {
    const { bank, ctx, auth } = chain;
    const mint = bank.minter("mint");
    const fees = bank.moneyOf("fee_collector");
    const [from, to] = [formatAddress(minterAddress), formatAddress(alice)];
    expect(emitted(ctx, (each) => mint.mint(each, coins(10n)))).toEqual([
      `coin_received: ${from} 10uscrt`,
      `coinbase: ${from} 10uscrt`,
    ]);
    const moved = (sender: string, recipient: string, text: string) => [
      `coin_spent: ${sender} ${text}`,
      `coin_received: ${recipient} ${text}`,
      `transfer: ${recipient} ${sender} ${text}`,
      `message: ${sender}`,
    ];
    expect(emitted(ctx, (each) => mint.pay(each, alice, coins(4n)))).toEqual(moved(from, to, "4uscrt"));
    expect(auth.hasAccount(ctx, alice)).toBe(true);
    const fee = formatAddress(collector);
    expect(emitted(ctx, (each) => fees.collect(each, alice, coins(1n)))).toEqual(moved(to, fee, "1uscrt"));
    expect(emitted(ctx, (each) => mint.payModule(each, fees, coins(2n)))).toEqual(moved(from, fee, "2uscrt"));
    expect([held(minterAddress), held(alice), held(collector)]).toEqual(["4uscrt", "3uscrt", "3uscrt"]);
  });

  it("is not paid to an account that may not receive", () => {
    const mint = chain.bank.minter("mint");
    mint.mint(chain.ctx, coins(10n));
    const text = `sdk/4 ${formatAddress(collector)} is not allowed to receive funds: unauthorized`;
    expect(refusal(() => mint.pay(chain.ctx, collector, coins(1n)))).toBe(text);
    expect(held(minterAddress)).toBe("10uscrt");
  });

  it("is burned, and the supply follows", () => {
    const { bank, ctx } = chain;
    const both = { ...bank.minter("furnace"), ...bank.burner("furnace") };
    both.mint(ctx, mustCoins([...coins(5n), ...coins(2n, "utoken")]));
    const text = formatAddress(both.address);
    expect(emitted(ctx, (each) => both.burn(each, coins(2n)))).toEqual([
      `coin_spent: ${text} 2uscrt`,
      `burn: ${text} 2uscrt`,
    ]);
    both.burn(ctx, coins(2n, "utoken"));
    expect(held(both.address)).toBe("3uscrt");
    expect(refusal(() => both.burn(ctx, coins(4n)))).toBe(
      "sdk/5 spendable balance 3uscrt is smaller than 4uscrt: insufficient funds",
    );
  });

  it("is refused for an account or a permission that no module declares", () => {
    for (const ask of [chain.bank.moneyOf, chain.bank.minter, chain.bank.burner])
      expect(() => ask("nobody")).toThrow(InvariantBroken);
    expect(() => chain.bank.burner("mint")).toThrow(InvariantBroken);
  });

  it("never exceeds 256 bits, neither in a balance nor in the supply", () => {
    const { bank, ctx } = chain;
    bank.mint(ctx, bob, coins(MOST));
    expect(() => bank.mint(ctx, alice, coins(1n))).toThrow(NumberFault);
    expect(() => bank.add(ctx, bob, coins(1n))).toThrow(NumberFault);
    expect(() => bank.minter("mint").mint(ctx, coins(1n))).toThrow(NumberFault);
  });
});

describe("locked coins", () => {
  it("cannot be sent", () => {
    let locked = noCoins;
    chain = stage({ lockedCoins: () => locked });
    const { bank, ctx } = chain;
    bank.mint(ctx, alice, coins(10n));
    const send = (amount: bigint) => refusal(() => bank.send(ctx, alice, bob, coins(amount)));
    locked = coins(7n);
    expect(send(4n)).toBe("sdk/5 spendable balance 3uscrt is smaller than 4uscrt: insufficient funds");
    expect(send(3n)).toBe("");
    locked = coins(8n);
    expect(send(1n)).toBe("sdk/5 locked amount exceeds account balance funds: 8uscrt > 7uscrt: insufficient funds");
    expect([held(alice), held(bob)]).toEqual(["7uscrt", "3uscrt"]);
  });
});

describe("a genesis file", () => {
  it("with a balance that is not a set of coins is refused", () => {
    const open = (...amounts: [denom: string, amount: string][]) => {
      const balance = { address: formatAddress(alice), coins: amounts.map(([denom, amount]) => ({ denom, amount })) };
      const made = new TestChain({ appState: new Map([["bank", JSON.stringify({ balances: [balance] })]]) });
      onTestFinished(() => made.close());
      return made;
    };
    const sorted = open(["uscrt", "1"], ["atom", "2"], ["none", "0"]);
    expect(sorted.balance(formatAddress(alice), "atom")).toBe(2n);
    expect(() => open(["uscrt", "1"], ["uscrt", "2"])).toThrow(/duplicate denomination uscrt/);
    expect(() => open(["uscrt", "-1"])).toThrow(/coin -1uscrt amount is not positive/);
  });
});
