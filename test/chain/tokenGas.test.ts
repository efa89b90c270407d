// SPDX-License-Identifier: Apache-2.0
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
afterAll(() => chain.close());

const token = deploy(chain, wasm.token, {
  name: "Token",
  symbol: "TKN",
  decimals: 6,
  prng_seed: "c2VlZA==",
  initial_balances: [a, b].map(({ address }) => ({ address, amount: "1000" })),
  config: { enable_burn: true },
});

// Fees of 1,000 each: the row of the collected fees gets its fifth digit, and keeps five.
for (let i = 0; i < 10; i++) token.execute({ evaporate: { gas_target: "0" } });

/** What an observer sees of a message whose JSON has 400 bytes. */
function seen(message: Record<string, object>): { gas: bigint; data: number; logs: unknown[] } {
  const [name = "", body] = Object.entries(message)[0] ?? [];
  const unpadded = JSON.stringify({ [name]: { ...body, padding: "" } }).length;
  const { result, logs } = token.execute({ [name]: { ...body, padding: "x".repeat(400 - unpadded) } });
  return {
    gas: result.gasUsed,
    data: result.data.length,
    logs: logs.map(([key, value]) => [key.replace(/^snip52:.{44}$/, "snip52"), value.length]),
  };
}

const kinds = (gas_target?: string): Record<string, object>[] => {
  const { address: recipient } = b;
  return [
    { transfer: { recipient, amount: "1", gas_target } },
    { transfer: { recipient, amount: "0", memo: "for the tickets", gas_target } },
    { send: { recipient, amount: "1", gas_target } },
    { burn: { amount: "1", gas_target } },
    { increase_allowance: { spender: c.address, amount: "5", gas_target } },
    { decrease_allowance: { spender: c.address, amount: "5", expiration: 1, gas_target } },
    { register_receive: { code_hash: "ab".repeat(32), gas_target } },
    { set_viewing_key: { key: "k", gas_target } },
    { create_viewing_key: { entropy: "k", gas_target } },
    { revoke_permit: { permit_name: "p", gas_target } },
  ];
};

describe("what an observer sees of the private token", () => {
  it("is the same for every kind of message with one gas_target, to the unit of gas", () => {
    const first = seen({ evaporate: { gas_target: "12000" } });
    for (const message of kinds("12000")) expect([message, seen(message)]).toEqual([message, first]);
  });

  it("differs without gas_target", () => {
    expect(new Set(kinds().map((message) => seen(message).gas)).size).toBeGreaterThan(6);
  });

  it("is the same for all amounts of 39 digits, without gas_target too", () => {
    const transfer = (amount: bigint) =>
      seen({ transfer: { recipient: b.address, amount: String(amount).padStart(39, "0") } });
    const first = transfer(1n);
    for (const amount of [0n, 7n, 29n, 250n]) expect(transfer(amount)).toEqual(first);
  });
});
