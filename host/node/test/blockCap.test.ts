// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { BlockCap } from "../src/blockLoop.ts";

test("a block holds a thousand transactions as long as nothing is known", () => {
  expect(new BlockCap(1_000).txs).toBe(1_000);
});

test("a block holds what the last blocks could execute in a block time", () => {
  const cap = new BlockCap(1_000);
  cap.learn(1_000, 500);
  expect(cap.txs).toBe(2_000);
});

test("slow transactions are few in a block from the second block on, down to one", () => {
  const cap = new BlockCap(1_000);
  cap.learn(2_000, 1_000);
  const spent: number[] = [];
  for (let block = 0; block < 12; block++) {
    const txs = Math.min(130, cap.txs);
    cap.learn(txs, txs * 150);
    spent.push(txs * 150);
  }
  expect(spent[0]).toBe(19_500);
  expect(Math.max(...spent.slice(1))).toBeLessThan(10_000);
  expect(Math.max(...spent.slice(5))).toBeLessThan(1_500);
  cap.learn(6, 60_000);
  cap.learn(1, 60_000);
  expect(cap.txs).toBe(1);
});

test("fast transactions fill blocks again after a few of them", () => {
  const cap = new BlockCap(1_000);
  for (let block = 0; block < 10; block++) cap.learn(1, 1_500);
  let blocks = 0;
  for (; cap.txs < 1_000; blocks++) cap.learn(cap.txs, 15 + cap.txs * 0.4);
  expect(blocks).toBeLessThan(12);
});

test("small blocks that took little time say nothing", () => {
  const cap = new BlockCap(1_000);
  cap.learn(1_000, 500);
  for (let block = 0; block < 10; block++) cap.learn(1, 40);
  expect(cap.txs).toBe(2_000);
});
