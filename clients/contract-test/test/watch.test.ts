// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { toHex } from "@sotto/bytes";
import { expect, it } from "vitest";
import { type ChainObserver, DevChain } from "../src/index.ts";

const wasm = readFileSync(new URL("../../../contracts/built/private-token.wasm", import.meta.url));

it("shows an observer frames, transactions and changed rows, until the watch ends", async () => {
  const chain = await DevChain.create();
  const alice = chain.as("alice");
  const initial_balances = [{ address: alice.address, amount: "1000" }];
  const init = { name: "Private", symbol: "PRV", decimals: 6, prng_seed: "AAAA", initial_balances };
  const token = await alice.deploy(wasm, init);
  const seen: string[] = [];
  const rows: string[] = [];
  const observer: ChainObserver = {
    frame: ({ kind }) => seen.push(`frame ${kind}`),
    transaction: ({ height, index, result }) => seen.push(`transaction ${height}/${index} ${result.code}`),
    block: (block) => {
      seen.push(`block ${block.height}`);
      rows.push(...block.rows.map(({ store, key }) => `${store} ${toHex(key)}`));
    },
  };
  const end = chain.watch(observer);
  const { height } = await alice.execute(token, { transfer: { recipient: chain.account("bob").address, amount: "5" } });
  // Block, call with its reads, and commit.
  expect(seen.filter((each) => each === "frame 1")).toHaveLength(3);
  expect(seen.filter((each) => each === "frame 2").length).toBeGreaterThan(2);
  expect(seen.slice(-2)).toEqual([`transaction ${height}/0 0`, `block ${height}`]);
  expect(rows.filter((row) => row.startsWith("compute ")).length).toBeGreaterThan(3);
  expect(rows).toEqual([...rows].sort());
  end();
  const count = seen.length;
  await alice.execute(token, { transfer: { recipient: chain.account("bob").address, amount: "5" } });
  expect(seen).toHaveLength(count);
  chain.close();
});
