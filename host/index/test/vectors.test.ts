// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromHex, toHex } from "@sotto/bytes";
import { CometError, txHash } from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { afterAll, expect, test } from "vitest";
import { type IndexableBlock, openIndex } from "../src/index.ts";

interface VectorTx {
  height: number;
  index: number;
  tx: string;
  hash: string;
  events: { type: string; attributes: { key: string; value: string; index: boolean }[] }[];
}
interface VectorSearch {
  query: string;
  found: string[];
  error?: string;
}

const vectors = JSON.parse(readFileSync(new URL("../../../vectors/comet.json", import.meta.url), "utf8")) as {
  search_transactions: VectorTx[];
  searches: VectorSearch[];
};

/** Blocks of the vector's transactions, the empty ones between them as well. */
function blocks(): IndexableBlock[] {
  const last = Math.max(...vectors.search_transactions.map(({ height }) => height));
  return Array.from({ length: last }, (_, i) => {
    const own = vectors.search_transactions.filter(({ height }) => height === i + 1).sort((a, b) => a.index - b.index);
    return {
      height: i + 1,
      txs: own.map(({ tx }) => fromHex(tx) as Uint8Array),
      results: own.map(({ events }) => ({
        code: 0,
        events: events.map(({ type, attributes }) => ({
          type,
          attributes: attributes.filter(({ index }) => index).map(({ key, value }) => [key, value] as const),
        })),
      })),
      blockEvents: [],
    };
  });
}

const index = openIndex({ path: undefined });
afterAll(() => index.close());
for (const block of blocks()) index.indexBlock(block);

test("the vectors hold what this test walks", () => {
  expect(vectors.search_transactions.length).toBe(40);
  expect(vectors.searches.length).toBe(30);
});

for (const { query, found, error } of vectors.searches) {
  test(`search: ${query}`, () => {
    if (error !== undefined) {
      let thrown: unknown;
      try {
        index.searchTxs(query);
      } catch (problem) {
        thrown = problem;
      }
      expect(ChainError.is(thrown, CometError.invalidQuery)).toBe(true);
      expect((thrown as ChainError).detail).toBe(error);
      return;
    }
    const ascending = index.searchTxs(query, { perPage: 100 });
    expect(ascending.items.map(({ height, index: at }) => `${height}/${at}`)).toEqual(found);
    expect(ascending.total).toBe(found.length);
    const descending = index.searchTxs(query, { perPage: 100, order: "desc" });
    expect(descending.items.map(({ height, index: at }) => `${height}/${at}`)).toEqual(found.slice().reverse());
  });
}

test("every transaction is found by its hash", () => {
  for (const { tx, hash, height, index: at } of vectors.search_transactions) {
    expect(toHex(txHash(fromHex(tx) as Uint8Array))).toBe(hash);
    expect(index.tx(fromHex(hash) as Uint8Array)).toEqual({ height, index: at });
    expect(index.searchTxs(`tx.hash='${hash.toUpperCase()}'`).items).toEqual([{ height, index: at }]);
  }
});
