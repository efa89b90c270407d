// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Frozen } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { isDenom } from "@sotto/math/coins";
import { type Params, ParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";

/** The decimals of the parameters, and the blocks of a year. */
export interface MintParams {
  readonly mintDenom: string;
  readonly inflationRateChange: Dec;
  readonly inflationMax: Dec;
  readonly inflationMin: Dec;
  readonly goalBonded: Dec;
  /** Compat: the reference reads the number as a signed one (x/mint types/minter.go). */
  readonly blocksPerYear: bigint;
}

const percent = (hundredths: bigint): string => String(hundredths * 10n ** 16n);

/** x/mint types/params.go DefaultParams, with the denomination of this chain. */
export const defaultParams = (): Params =>
  create(ParamsSchema, {
    mintDenom: "uscrt",
    inflationRateChange: percent(13n),
    inflationMax: percent(20n),
    inflationMin: percent(7n),
    goalBonded: percent(67n),
    blocksPerYear: 6_311_520n,
  });

/** A decimal of a message or a row, whose text the codec has checked; zero when it is missing. */
export const decimal = (text: string): Dec => dec.decode(text) ?? dec.zero;

export const readParams = (params: Frozen<Params>): MintParams => ({
  mintDenom: params.mintDenom,
  inflationRateChange: decimal(params.inflationRateChange),
  inflationMax: decimal(params.inflationMax),
  inflationMin: decimal(params.inflationMin),
  goalBonded: decimal(params.goalBonded),
  blocksPerYear: BigInt.asIntN(64, params.blocksPerYear),
});

/** White space of Go's strings.TrimSpace. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/u;

const denomFault = (denom: string): string | undefined => {
  if (BLANK.test(denom)) return "mint denom cannot be blank";
  return isDenom(denom) ? undefined : `invalid denom: ${denom}`;
};

/** Empty text is Go's nil decimal. */
function rateFault(name: string, text: string): string | undefined {
  if (text === "") return `${name} cannot be nil: <nil>`;
  const rate = decimal(text);
  if (rate < 0n) return `${name} cannot be negative: ${dec.format(rate)}`;
  return rate > dec.one ? `${name} too large: ${dec.format(rate)}` : undefined;
}

function goalFault(text: string): string | undefined {
  if (text === "") return "goal bonded cannot be nil: <nil>";
  const goal = decimal(text);
  if (goal <= 0n) return `goal bonded must be positive: ${dec.format(goal)}`;
  return goal > dec.one ? `goal bonded too large: ${dec.format(goal)}` : undefined;
}

/**
 * The first fault of parameters, in the words of x/mint types/params.go Validate; undefined for
 * valid ones.
 */
export function paramsFault(params: Frozen<Params>): string | undefined {
  const fault =
    denomFault(params.mintDenom) ??
    rateFault("inflation rate change", params.inflationRateChange) ??
    rateFault("max inflation", params.inflationMax) ??
    rateFault("min inflation", params.inflationMin) ??
    goalFault(params.goalBonded);
  if (fault !== undefined) return fault;
  const { inflationMax, inflationMin, blocksPerYear } = readParams(params);
  // A number that is negative to the reference stops it at the next block.
  if (blocksPerYear <= 0n) return `blocks per year must be positive: ${blocksPerYear}`;
  if (inflationMax >= inflationMin) return undefined;
  const [most, least] = [dec.format(inflationMax), dec.format(inflationMin)];
  return `max inflation (${most}) must be greater than or equal to min inflation (${least})`;
}
