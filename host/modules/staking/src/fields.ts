// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { recoveredPanic, SdkError } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { isDenom } from "@sotto/math/coins";
import type { Coin } from "@sotto/proto/cosmos.base.v1beta1";
import type { CommissionRates as RatesMessage } from "@sotto/proto/cosmos.staking.v1beta1";
import { StakingError } from "./errors.ts";
import { rowDec, rowInt } from "./rows.ts";
import type { CommissionRates, Description } from "./validator.ts";

// Fields of messages, with the checks of x/staking types/msg.go, commission.go and validator.go.

/** Compat: an absent number is a nil pointer in Go, and its use a panic. */
function present(text: string): string {
  if (text === "") throw recoveredPanic("runtime error: invalid memory address or nil pointer dereference");
  return text;
}

export const fieldDec = (text: string): Dec => rowDec(present(text));
export const fieldInt = (text: string): bigint => rowInt(present(text));

/** An amount above zero of a valid denomination. Throws sdk/18 with the text. */
export function positiveCoin(
  coin: Frozen<Coin> | undefined,
  fault: string,
): { readonly denom: string; readonly amount: bigint } {
  const { denom = "", amount = "" } = coin ?? {};
  const value = rowInt(amount);
  if (!isDenom(denom) || value <= 0n) throw SdkError.invalidRequest(fault);
  return { denom, amount: value };
}

export function assertDenom(denom: string, expected: string): void {
  if (denom === expected) return;
  throw SdkError.invalidRequest(`invalid coin denomination: got ${denom}, expected ${expected}`);
}

export const coinText = ({ denom, amount }: { readonly denom: string; readonly amount: bigint }): string =>
  `${amount}${denom}`;

/** Commission rates of a new validator. Each number is used only after the checks before it. */
export function checkedRates(rates: Frozen<RatesMessage> | undefined): CommissionRates {
  const { rate = "", maxRate = "", maxChangeRate = "" } = rates ?? {};
  if (rate === "" && maxRate === "" && maxChangeRate === "") throw SdkError.invalidRequest("empty commission");
  const most = fieldDec(maxRate);
  if (most < 0n) throw StakingError.commissionNegative();
  if (most > dec.one) throw StakingError.commissionHuge();
  const first = fieldDec(rate);
  if (first < 0n) throw StakingError.commissionNegative();
  if (first > most) throw StakingError.commissionAboveMaxRate();
  const change = fieldDec(maxChangeRate);
  if (change < 0n) throw StakingError.commissionChangeRateNegative();
  if (change > most) throw StakingError.commissionChangeRateAboveMaxRate();
  return { rate: first, maxRate: most, maxChangeRate: change };
}

const DESCRIPTION_FIELDS = [
  ["moniker", "moniker", 70],
  ["identity", "identity", 3000],
  ["website", "website", 140],
  ["securityContact", "security contact", 140],
  ["details", "details", 280],
] as const;

/** A description with text. Throws sdk/18 for an empty one. */
export function givenDescription(given: Frozen<Description> | undefined): Description {
  if (given === undefined || DESCRIPTION_FIELDS.every(([key]) => given[key] === "")) {
    throw SdkError.invalidRequest("empty description");
  }
  const { moniker, identity, website, securityContact, details } = given;
  return { moniker, identity, website, securityContact, details };
}

/** Lengths count bytes. Throws sdk/18. */
export function assertLengths(description: Description): void {
  for (const [key, name, max] of DESCRIPTION_FIELDS) {
    const { length } = fromUtf8(description[key]);
    if (length > max) throw SdkError.invalidRequest(`invalid ${name} length; got: ${length}, max: ${max}`);
  }
}

/** The text of a field that an edit leaves as it is. */
const UNCHANGED = "[do-not-modify]";

export function editedDescription(old: Description, given: Description): Description {
  const pick = (key: keyof Description): string => (given[key] === UNCHANGED ? old[key] : given[key]);
  const edited = {
    moniker: pick("moniker"),
    identity: pick("identity"),
    website: pick("website"),
    securityContact: pick("securityContact"),
    details: pick("details"),
  };
  assertLengths(edited);
  return edited;
}
