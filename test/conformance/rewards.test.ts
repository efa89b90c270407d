// SPDX-License-Identifier: Apache-2.0
/**
 * Recorded chains of the Cosmos SDK with inflation, rewards, commissions, the community pool and
 * vesting accounts, in the stores that they write. Each block begins with the SDK's state.
 */
import { expect, it, onTestFinished } from "vitest";
import { Comparison } from "./sdk/compare.ts";
import { readVector } from "./sdk/vector.ts";

const stores = new Set(["acc", "bank", "distribution", "mint", "slashing", "staking"]);
const modules = new Set(["auth", "bank", "distribution", "mint", "slashing", "staking", "vesting"]);

it.each([
  ["mint", 36, 6],
  ["distribution", 37, 25],
  ["vesting", 26, 69],
])(
  "%s: %i blocks, %i transactions of these modules",
  (name, blocks, txs) => {
    const vector = readVector(new URL(`../../vectors/sdk/${name}.json.gz`, import.meta.url));
    const comparison = new Comparison(vector, { stores, modules });
    onTestFinished(() => comparison.close());
    expect([...comparison.differences()]).toEqual([]);
    expect(comparison.counts).toMatchObject({ blocks, txs });
  },
  60_000,
);
