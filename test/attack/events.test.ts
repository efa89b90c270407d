// SPDX-License-Identifier: Apache-2.0
/**
 * Contracts that emit as much as possible: the protocol has no price for events, and the chain
 * stores them (ADR 43).
 */

import { executeMessage } from "@sotto/contract-test/parts";
import type { TxResult } from "@sotto/kernel";
import { describe, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { a } from "../support/testChain.ts";
import { attacker, data, region } from "./attacker.ts";
import { victim } from "./victim.ts";

const FREE = 65_536;
const PRICE = 5;

const { chain, probe, expectIntact } = victim();

const RESPONSE = 96;
const answering = (text: string): Contract =>
  deploy(
    chain,
    attacker({
      pages: 4,
      more: `${region(RESPONSE, 2048, text.length)} ${data(2048, text)}`,
      execute: `i32.const ${RESPONSE}`,
    }),
    {},
    { gas: 50_000_000n },
  );

/** Emits one attribute of that many characters. */
const leaf = (size: number): Contract => {
  const attribute = `{"key":"k","value":"${"x".repeat(size)}","encrypted":false}`;
  return answering(`{"ok":{"messages":[],"attributes":[${attribute}],"events":[],"data":null}}`);
};

/** Calls another contract that often. */
const calling = ({ address, codeHash }: Contract, times: number): Contract => {
  const call = `{"wasm":{"execute":{"contract_addr":"${address}","code_hash":"${codeHash}","msg":"e30=","send":[],"funds":[]}}}`;
  const message = `{"id":1,"msg":${call},"gas_limit":null,"reply_on":"never"}`;
  const messages = Array(times).fill(message).join(",");
  return answering(`{"ok":{"messages":[${messages}],"attributes":[],"events":[],"data":null}}`);
};

/** The counted events of contracts: without the additions of the kernel to each event. */
const emitted = ({ events }: TxResult): number =>
  events
    .filter(({ type }) => type.startsWith("wasm"))
    .map(({ type, attributes }) => {
      const own = attributes.filter(([key]) => key !== "msg_index");
      return own.reduce((sum, [key, value]) => sum + key.length + value.length + 96, type.length + 96);
    })
    .reduce((sum, bytes) => sum + bytes, 0);

/** The probe changes its row, then has the contract called: a failure reverts both. */
const afterChange = ({ address, codeHash }: Contract, gas: bigint) =>
  probe.try(
    {
      batch: {
        ops: [{ set: { key: "k", value: "lost" } }, { call: { contract: address, code_hash: codeHash, msg: "{}" } }],
      },
    },
    { gas },
  );

const expectUndone = (result: TxResult): void => {
  expect(result.events.filter(({ type }) => type === "wasm")).toEqual([]);
  expectIntact();
};

describe("a tree of calls that emits too much", () => {
  it("runs out of gas, and leaves the state as it was", () => {
    const { result } = afterChange(calling(leaf(50_000), 16), 3_100_000n);
    expect(result.log).toMatch(/^out of gas in location: events; gasWanted: 3100000, gasUsed: /);
    expect([result.codespace, result.code]).toEqual(["sdk", 11]);
    expectUndone(result);
  });

  it("is stopped at four megabytes, whatever it pays", () => {
    const { result } = afterChange(calling(calling(leaf(50_000), 16), 16), 1_000_000_000n);
    expect(result.log).toMatch(/contracts emit over 4194304 bytes of events: exceeds limit$/);
    expect([result.codespace, result.code]).toEqual(["compute", 12]);
    expectUndone(result);
  });

  it("may do so below that when it pays for each byte beyond the allowance", () => {
    const tree = calling(leaf(50_000), 16);
    const { result } = tree.try({}, { gas: 20_000_000n });
    expect(result.log).toBe("");
    const bytes = emitted(result);
    expect(bytes).toBeGreaterThan(16 * 50_000);
    expect(Number(result.gasUsed)).toBeGreaterThan((bytes - FREE) * PRICE);
    expect(Number(result.gasUsed)).toBeLessThan((bytes - FREE) * PRICE + 2_000_000);
  });
});

describe("the allowance", () => {
  it("is free, and a byte beyond costs five gas", () => {
    const run = (size: number) => {
      const { result } = calling(leaf(size), 2).try({}, { gas: 5_000_000n });
      expect(result.log).toBe("");
      return { bytes: emitted(result), gas: Number(result.gasUsed) };
    };
    const [less, free, paid] = [run(20_000), run(30_000), run(34_000)];
    expect(free.bytes).toBeLessThan(FREE);
    // Another cost that grows with the size: the contract's own work on its response.
    const perByte = (free.gas - less.gas) / (free.bytes - less.bytes);
    expect(perByte).toBeLessThan(0.1);
    const rest = (paid.bytes - free.bytes) * perByte;
    expect(Math.abs(paid.gas - free.gas - rest - (paid.bytes - FREE) * PRICE)).toBeLessThan(100);
  });

  it("is of the transaction, not of each message", () => {
    const contract = leaf(40_000);
    const { wire } = chain.client.encrypt(contract.codeHash, {});
    const run = (times: number) => {
      const messages = Array.from({ length: times }, () => executeMessage(a, contract.address, wire));
      const result = chain.deliver(chain.tx(a, messages, { gas: 5_000_000n }));
      expect(result.log).toBe("");
      return { bytes: emitted(result), gas: Number(result.gasUsed) };
    };
    const [one, two] = [run(1), run(2)];
    expect(two.bytes).toBe(2 * one.bytes);
    expect(two.gas).toBeGreaterThan(one.gas + (two.bytes - FREE) * PRICE);
  });
});
