// SPDX-License-Identifier: Apache-2.0
/**
 * Recorded chains of the Cosmos SDK with governance, in the stores that its messages and the ends
 * of its periods write: votes, failed messages and their stored texts, contents of v1beta1, and
 * every field of its messages and queries malformed. Each block begins with the SDK's state.
 */
import { expect, it, onTestFinished } from "vitest";
import { Comparison } from "./sdk/compare.ts";
import { readVector } from "./sdk/vector.ts";

const stores = new Set(["acc", "bank", "circuit", "consensus", "distribution", "gov", "mint", "params", "staking"]);
const modules = new Set(["gov", "params"]);

it.each([
  ["gov", 41, 58],
  ["gov-legacy", 13, 14],
  ["gov-input", 34, 266],
])(
  "%s: %i blocks, %i transactions",
  (name, blocks, txs) => {
    const vector = readVector(new URL(`../../vectors/sdk/${name}.json.gz`, import.meta.url));
    const comparison = new Comparison(vector, { stores, modules });
    onTestFinished(() => comparison.close());
    expect([...comparison.differences()]).toEqual([]);
    expect(comparison.counts).toMatchObject({ blocks, txs });
  },
  60_000,
);
