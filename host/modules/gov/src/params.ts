// SPDX-License-Identifier: Apache-2.0

import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import type { SecondsAndNanos } from "@sotto/codec";
import { ChainError, plainError } from "@sotto/errors";
import { nanosOf } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type Coins, coversCoins } from "@sotto/math/coins";
import { type Params, ParamsSchema } from "@sotto/proto/cosmos.gov.v1";
import { coinsText, messageCoins } from "./coins.ts";
import type { ParamsRow } from "./state.ts";
import { durationText } from "./time.ts";

const DAY = 86_400n;
const days = (count: bigint): SecondsAndNanos => ({ seconds: count * DAY, nanos: 0 });

/** The defaults of the reference's fork: 1000 SCRT, a week; expedited 2500 SCRT, a day. */
export const defaultParams = (): Params =>
  create(ParamsSchema, {
    minDeposit: [{ denom: "uscrt", amount: "1000000000" }],
    maxDepositPeriod: days(7n),
    votingPeriod: days(7n),
    quorum: "0.334000000000000000",
    threshold: "0.500000000000000000",
    vetoThreshold: "0.334000000000000000",
    minInitialDepositRatio: "0.000000000000000000",
    proposalCancelRatio: "0.500000000000000000",
    expeditedVotingPeriod: days(1n),
    expeditedThreshold: "0.666666666666666667",
    expeditedMinDeposit: [{ denom: "uscrt", amount: "2500000000" }],
    burnVoteVeto: true,
    minDepositRatio: "0.010000000000000000",
  });

/** A decimal of the parameters. Throws a plain error with the SDK's reason. */
export function mustDec(text: string): Dec {
  const parsed = dec.parse(text);
  if (parsed.fault !== undefined) throw plainError(parsed.fault);
  return parsed.value;
}

function share(text: string, invalid: string): Dec {
  const parsed = dec.parse(text);
  if (parsed.fault !== undefined) throw plainError(`${invalid}: ${parsed.fault}`);
  return parsed.value;
}

function depositsOf({ minDeposit, expeditedMinDeposit }: ParamsRow): readonly [Coins, Coins] {
  const usual = messageCoins(minDeposit);
  if (minDeposit.length === 0 || usual.fault !== undefined) {
    throw plainError(`invalid minimum deposit: ${coinsText(minDeposit)}`);
  }
  const expedited = messageCoins(expeditedMinDeposit);
  if (expeditedMinDeposit.length === 0 || expedited.fault !== undefined) {
    throw plainError(`invalid expedited minimum deposit: ${coinsText(expeditedMinDeposit)}`);
  }
  return [usual.value, expedited.value];
}

/** A threshold above 0 and at most 1. */
function threshold(text: string, invalid: string, name: string): Dec {
  const value = share(text, invalid);
  if (value <= 0n) throw plainError(`${name} must be positive: ${dec.format(value)}`);
  if (value > dec.one) throw plainError(`${name} too large: ${dec.format(value)}`);
  return value;
}

/** A share of 0 to 1. Compat: the SDK's text says "must be positive" for one below 0. */
function ratio(text: string, invalid: string, name: string): void {
  const value = share(text, invalid);
  if (value < 0n) throw plainError(`${name} must be positive: ${dec.format(value)}`);
  if (value > dec.one) throw plainError(`${name} is too large: ${dec.format(value)}`);
}

function period(value: SecondsAndNanos | undefined, name: string): SecondsAndNanos {
  if (value === undefined) throw plainError(`${name} must not be nil: 0`);
  if (nanosOf(value) <= 0n) throw plainError(`${name} must be positive: ${durationText(value)}`);
  return value;
}

function assertThresholds(params: ParamsRow): void {
  const quorum = share(params.quorum, "invalid quorum string");
  if (quorum < 0n) throw plainError(`quorom cannot be negative: ${dec.format(quorum)}`);
  if (quorum > dec.one) throw plainError(`quorom too large: ${params.quorum}`);
  const usual = threshold(params.threshold, "invalid threshold string", "vote threshold");
  const invalid = "invalid expedited threshold string";
  const expedited = threshold(params.expeditedThreshold, invalid, "expedited vote threshold");
  if (expedited <= usual) {
    const [a, b] = [dec.format(expedited), dec.format(usual)];
    throw plainError(`expedited vote threshold ${a}, must be greater than the regular threshold ${b}`);
  }
  threshold(params.vetoThreshold, "invalid vetoThreshold string", "veto threshold");
}

/**
 * Throws a plain error for parameters that the SDK refuses, with its text: a failed proposal stores
 * it (x/gov types/v1/params.go ValidateBasic; its order). Compat: `min_deposit_ratio` is not
 * checked.
 */
export function assertParams(params: ParamsRow): void {
  const [usual, expedited] = depositsOf(params);
  if (coversCoins(usual, expedited)) {
    const text = coinsText(params.expeditedMinDeposit);
    throw plainError(`expedited minimum deposit must be greater than minimum deposit: ${text}`);
  }
  period(params.maxDepositPeriod, "maximum deposit period");
  assertThresholds(params);
  const voting = period(params.votingPeriod, "voting period");
  const short = period(params.expeditedVotingPeriod, "expedited voting period");
  if (nanosOf(short) >= nanosOf(voting)) {
    const [a, b] = [durationText(short), durationText(voting)];
    throw plainError(`expedited voting period ${a} must be strictly less that the regular voting period ${b}`);
  }
  const initial = "mininum initial deposit ratio of proposal";
  ratio(params.minInitialDepositRatio, `invalid ${initial}`, initial);
  const burnt = "burn rate of cancel proposal";
  ratio(params.proposalCancelRatio, `invalid ${burnt}`, burnt);
  assertDestination(params.proposalCancelDest);
}

function assertDestination(text: string): void {
  if (text === "") return;
  try {
    mustAddress(text);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw plainError(`deposits destination address is invalid: ${text}`);
  }
}
