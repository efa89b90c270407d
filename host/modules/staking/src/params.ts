// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { plainError } from "@sotto/errors";
import { type Frozen, nanosOf, type ReadCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { isDenom } from "@sotto/math/coins";
import { type Params as ParamsMessage, ParamsSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { mappedValue, rowDec } from "./rows.ts";
import { durationOf } from "./times.ts";

export interface Params {
  /** Nanoseconds. */
  readonly unbondingTime: bigint;
  readonly maxValidators: number;
  readonly maxEntries: number;
  readonly historicalEntries: number;
  readonly bondDenom: string;
  readonly minCommissionRate: Dec;
}

/** The SDK's defaults: three weeks, 100 validators, 7 entries, 10,000 headers (types/params.go). */
export const defaultParams = (): ParamsMessage =>
  paramsMessage({
    unbondingTime: 1_814_400_000_000_000n,
    maxValidators: 100,
    maxEntries: 7,
    historicalEntries: 10_000,
    bondDenom: "stake",
    minCommissionRate: dec.zero,
  });

export const readParams = (message: Frozen<ParamsMessage>): Params => ({
  unbondingTime: nanosOf(message.unbondingTime, 0n),
  maxValidators: message.maxValidators,
  maxEntries: message.maxEntries,
  historicalEntries: message.historicalEntries,
  bondDenom: message.bondDenom,
  minCommissionRate: rowDec(message.minCommissionRate),
});

export const paramsMessage = (params: Frozen<Params>): ParamsMessage =>
  create(ParamsSchema, {
    unbondingTime: durationOf(params.unbondingTime),
    maxValidators: params.maxValidators,
    maxEntries: params.maxEntries,
    historicalEntries: params.historicalEntries,
    bondDenom: params.bondDenom,
    minCommissionRate: dec.encode(params.minCommissionRate),
  });

export const paramsValue = mappedValue(ParamsSchema, readParams, paramsMessage, true);

function fault(message: Frozen<ParamsMessage>): string | undefined {
  const { unbondingTime, maxValidators, maxEntries, bondDenom, minCommissionRate } = readParams(message);
  if (unbondingTime <= 0n) return `unbonding time must be positive: ${unbondingTime}`;
  if (maxValidators === 0) return "max validators must be positive: 0";
  if (maxEntries === 0) return "max entries must be positive: 0";
  if (bondDenom.trim() === "") return "bond denom cannot be blank";
  if (!isDenom(bondDenom)) return `invalid denom: ${bondDenom.slice(0, 128)}`;
  if (message.minCommissionRate === "") return "minimum commission rate cannot be nil: <nil>";
  const rate = dec.format(minCommissionRate);
  if (minCommissionRate < 0n) return `minimum commission rate cannot be negative: ${rate}`;
  return minCommissionRate > dec.one ? `minimum commission rate cannot be greater than 100%: ${rate}` : undefined;
}

/** Throws a plain error for parameters that the SDK refuses (types/params.go Validate). */
export function checkedParams(message: Frozen<ParamsMessage>): Params {
  const text = fault(message);
  if (text !== undefined) throw plainError(text);
  return readParams(message);
}

/** Without a row, every parameter is zero (keeper GetParams). */
export const NO_PARAMS: Params = {
  unbondingTime: 0n,
  maxValidators: 0,
  maxEntries: 0,
  historicalEntries: 0,
  bondDenom: "",
  minCommissionRate: dec.zero,
};

export type ReadParams = (ctx: ReadCtx) => Frozen<Params>;
