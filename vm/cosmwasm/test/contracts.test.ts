// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { concat } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import { describe, expect, it } from "vitest";
import { createContracts } from "../src/index.ts";

const probe = new Uint8Array(readFileSync(new URL("../../../contracts/built/probe-v1.wasm", import.meta.url)));
/** The same code under three hashes: one more custom section. */
const codes = [97, 98, 99].map((letter) => concat(probe, Uint8Array.of(0, 2, 1, letter)));
const size = checkContract(probe).module.functions.reduce((sum, { flow }) => sum + flow.merges, probe.length + 4);

describe("compiled contracts", () => {
  const [one, two, three] = codes.map((code) => sha256(code)) as [Uint8Array, Uint8Array, Uint8Array];
  const load = (capacity: number, maxBytes: number) => {
    const contracts = createContracts(createEngine(), capacity, maxBytes);
    const has = () => [one, two, three].map((hash) => contracts.get(hash) !== undefined);
    const add = (hash: Uint8Array, i: number) => contracts.add(hash, checkContract(codes[i] as Uint8Array));
    return { contracts, has, add };
  };

  it.each([
    ["bytes and joins", 100, 2 * size],
    ["contracts", 2, 100 * size],
  ])("are kept up to a number of %s, the most recently used ones", (_what, capacity, maxBytes) => {
    const { contracts, has, add } = load(capacity, maxBytes);
    add(one, 0);
    add(two, 1);
    expect(contracts.get(one)).toBeDefined();
    add(three, 2);
    expect(has()).toEqual([true, false, true]);
  });

  it("are at least one, however large, and count once when they come twice", () => {
    const { has, add } = load(100, 1);
    add(one, 0);
    expect(has()).toEqual([true, false, false]);
    add(two, 1);
    expect(has()).toEqual([false, true, false]);
    const twice = load(100, 2 * size);
    twice.add(one, 0);
    twice.add(one, 0);
    twice.add(two, 1);
    expect(twice.has()).toEqual([true, true, false]);
  });
});
