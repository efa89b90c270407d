// SPDX-License-Identifier: Apache-2.0
import { type ChainEvent, timestampOf } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type Coins, formatCoins } from "@sotto/math/coins";
import { rfc3339 } from "./times.ts";
import type { Validator } from "./validator.ts";

const event = (type: string, attributes: ChainEvent["attributes"]): ChainEvent => ({ type, attributes });

export const completeUnbondingEvent = (coins: Coins, validator: string, delegator: string): ChainEvent =>
  event("complete_unbonding", [
    ["amount", formatCoins(coins)],
    ["validator", validator],
    ["delegator", delegator],
  ]);

interface Triplet {
  readonly delegatorAddress: string;
  readonly validatorSrcAddress: string;
  readonly validatorDstAddress: string;
}

export const completeRedelegationEvent = (coins: Coins, triplet: Triplet): ChainEvent =>
  event("complete_redelegation", [
    ["amount", formatCoins(coins)],
    ["delegator", triplet.delegatorAddress],
    ["source_validator", triplet.validatorSrcAddress],
    ["destination_validator", triplet.validatorDstAddress],
  ]);

export const createValidatorEvent = (validator: string, amount: string): ChainEvent =>
  event("create_validator", [
    ["validator", validator],
    ["amount", amount],
  ]);

/** Go's text of a commission (gogoproto CompactTextString): numbers of zero are left out. */
function commissionText({ commission, commissionTime }: Validator): string {
  const { seconds, nanos } = timestampOf(commissionTime);
  const rates = [
    ["rate", commission.rate],
    ["max_rate", commission.maxRate],
    ["max_change_rate", commission.maxChangeRate],
  ] as const;
  const numbers = rates.map(([name, rate]) => `${name}:"${dec.encode(rate)}" `).join("");
  const time = `${seconds === 0n ? "" : `seconds:${seconds} `}${nanos === 0 ? "" : `nanos:${nanos} `}`;
  return `commission_rates:<${numbers}> update_time:<${time}> `;
}

export const editValidatorEvent = (validator: Validator): ChainEvent =>
  event("edit_validator", [
    ["commission_rate", commissionText(validator)],
    ["min_self_delegation", String(validator.minSelfDelegation)],
  ]);

export const delegateEvent = (validator: string, delegator: string, amount: string, shares: Dec): ChainEvent =>
  event("delegate", [
    ["validator", validator],
    ["delegator", delegator],
    ["amount", amount],
    ["new_shares", dec.format(shares)],
  ]);

export const redelegateEvent = (source: string, destination: string, amount: string, time: bigint): ChainEvent =>
  event("redelegate", [
    ["source_validator", source],
    ["destination_validator", destination],
    ["amount", amount],
    ["completion_time", rfc3339(time)],
  ]);

export const unbondEvent = (validator: string, delegator: string, amount: string, time: bigint): ChainEvent =>
  event("unbond", [
    ["validator", validator],
    ["delegator", delegator],
    ["amount", amount],
    ["completion_time", rfc3339(time)],
  ]);

export const cancelUnbondingEvent = (
  amount: string,
  validator: string,
  delegator: string,
  height: bigint,
): ChainEvent =>
  event("cancel_unbonding_delegation", [
    ["amount", amount],
    ["validator", validator],
    ["delegator", delegator],
    ["creation_height", String(height)],
  ]);
