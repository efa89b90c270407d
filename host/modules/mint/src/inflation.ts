// SPDX-License-Identifier: Apache-2.0
import { type Dec, dec } from "@sotto/math";
import type { MintParams } from "./params.ts";

/**
 * The yearly inflation of the next block: it moves towards the goal of bonded coins, within its
 * bounds (x/mint types/minter.go NextInflationRate). Throws NumberFault out of range.
 */
export function nextInflation(inflation: Dec, params: MintParams, bondedRatio: Dec): Dec {
  const distance = dec.sub(dec.one, dec.quo(bondedRatio, params.goalBonded));
  const yearly = dec.mul(distance, params.inflationRateChange);
  const next = dec.add(inflation, dec.quo(yearly, dec.fromInt(params.blocksPerYear)));
  return dec.max(dec.min(next, params.inflationMax), params.inflationMin);
}

/** The coins of one block, in whole units (BlockProvision). */
export const blockProvision = (annualProvisions: Dec, { blocksPerYear }: MintParams): bigint =>
  dec.truncateInt(dec.quoInt(annualProvisions, blocksPerYear));
