// SPDX-License-Identifier: Apache-2.0
import type { ChainEvent } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";

/** The coins of a block and the numbers from which they follow (x/mint abci.go). */
export const minted = (bondedRatio: Dec, inflation: Dec, annualProvisions: Dec, amount: bigint): ChainEvent => ({
  type: "mint",
  attributes: [
    ["bonded_ratio", dec.format(bondedRatio)],
    ["inflation", dec.format(inflation)],
    ["annual_provisions", dec.format(annualProvisions)],
    ["amount", String(amount)],
  ],
});
