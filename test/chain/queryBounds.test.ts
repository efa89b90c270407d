// SPDX-License-Identifier: Apache-2.0
/**
 * The bounds of a client's query on a real chain: of a page, of its work, of its answer (ADR 103).
 */
import type { DescMethod } from "@bufbuild/protobuf";
import { TrialOver } from "@sotto/app";
import { concat, fromUtf8 } from "@sotto/bytes";
import { Query } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { TestChain } from "../support/testChain.ts";

const COUNT = 27;
const LARGE = 2_000_000;
const metadata = (base: string, bytes: number) => ({
  base,
  display: base,
  name: base,
  symbol: base,
  denom_units: [{ denom: base }],
  description: "x".repeat(bytes),
});
const names = Array.from({ length: COUNT }, (_, i) => `ulong${String(i).padStart(3, "0")}`);
const chain = new TestChain({
  denomMetadata: names.map((name) => metadata(name, LARGE)),
});
afterAll(() => chain.close());

const { denomsMetadata, denomMetadata } = Query.method;
const NO_KEY = new Uint8Array(0);
const page = (parts: object) => ({ key: NO_KEY, offset: 0n, limit: 0n, countTotal: false, reverse: false, ...parts });
const basesOf = (parts: object) => {
  const { metadatas, pagination } = chain.ask(denomsMetadata, { pagination: page(parts) });
  return { bases: metadatas.map(({ base }) => base), nextKey: pagination?.nextKey ?? NO_KEY };
};
const refused = (codespace: string, code: number, text: RegExp) =>
  expect.objectContaining({ codespace, code, message: expect.stringMatching(text) });

it("a page with the largest limit ends early, and its key leads on to all other rows", () => {
  const seen: string[] = [];
  let key: Uint8Array = NO_KEY;
  let pages = 0;
  do {
    const { bases, nextKey } = basesOf({ key, limit: (1n << 64n) - 1n });
    seen.push(...bases);
    key = nextKey;
    pages++;
  } while (key.length > 0);
  expect(seen).toEqual(names);
  expect(pages).toBe(9);
});

it("a total and an offset over more rows than a query may read are refused with a remedy", () => {
  const text = /the query reads too many rows .*; ask for pages by key, with a limit and without a total/;
  for (const parts of [{ countTotal: true, limit: 1n }, {}, { offset: 1_000n, limit: 1n }]) {
    expect(() => basesOf(parts)).toThrow(refused("sdk", 11, text));
  }
});

it("an answer beyond 32 MiB is refused with its size", () => {
  const huge = new TestChain({ denomMetadata: [metadata("uhuge", 34_000_000)] });
  onTestFinished(() => huge.close());
  const ask = () => huge.ask(denomMetadata, { denom: "uhuge" });
  expect(ask).toThrow(refused("sdk", 18, /^the answer has 340000\d\d bytes, more than 33554432: ask for less/));
});

it("a trial ends a long query early, and answers a short one", () => {
  const run = (method: DescMethod, trial: number, height = 0) => {
    const route = chain.queries.routes.get(`/${Query.typeName}/${method.name}`);
    return route && chain.queries.run(route, NO_KEY, height, trial).value.length;
  };
  expect(run(Query.method.params, 1_000_000)).toBeGreaterThan(0);
  expect(() => run(denomsMetadata, 1_000_000)).toThrow(TrialOver);
  // Reads at an older height take longer.
  chain.block();
  const latest = chain.maker.height;
  for (const height of [0, latest]) expect(run(Query.method.params, 500, height)).toBeGreaterThan(0);
  expect(() => run(Query.method.params, 500, latest - 1)).toThrow(TrialOver);
  expect(run(Query.method.params, 5_000, latest - 1)).toBeGreaterThan(0);
});

it("rows of a store have the same trial, on the path of ABCI alone", () => {
  const ask = (kind: string, data: Uint8Array, trial?: number) =>
    chain.queries.query({ path: `/store/bank/${kind}`, data, height: 0, prove: false }, [], trial);
  const [metadataRows, sendEnabled] = [Uint8Array.of(1), Uint8Array.of(4)];
  expect(() => ask("subspace", metadataRows, 1_000_000)).toThrow(TrialOver);
  expect(ask("subspace", metadataRows)).toMatchObject({ codespace: "store", code: 7 });
  expect(ask("subspace", sendEnabled, 1_000_000)).toMatchObject({ code: 0 });
  const row = concat(metadataRows, fromUtf8(names[0] as string));
  expect(() => ask("key", row, 1_000_000)).toThrow(TrialOver);
  expect(ask("key", row).value.length).toBeGreaterThan(LARGE);
});
