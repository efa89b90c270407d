// SPDX-License-Identifier: Apache-2.0
/** Queries of contracts about staking (x/compute keeper/query_plugins.go StakingQuerier). */
import { formatAddress, getAddress, mustAddress, prefix } from "@sotto/address";
import { type Json, jsonObject } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { Query as DistributionQuery } from "@sotto/proto/cosmos.distribution.v1beta1";
import type { ComputeNeeds } from "../needs.ts";
import { addressOf, coin, type Fields, isFields, json, ok, only, textOf, unsupported } from "./json.ts";
import { askModule, cut } from "./rewards.ts";
import type { DelegationView, ModuleViews, ValidatorView } from "./views.ts";

const UNKNOWN_STAKING = "unknown Staking variant";

type Staking = ModuleViews["staking"];

/** An operator. Throws SdkError.invalidAddress, as `addressOf`. */
function operatorOf(text: string): Uint8Array {
  const operator = getAddress(text, prefix.validator);
  if (operator === undefined) throw SdkError.invalidAddress(text);
  return operator;
}

const validatorJson = ({ operatorText, commission }: ValidatorView): Json =>
  jsonObject([
    ["address", operatorText],
    ["commission", dec.format(commission.rate)],
    ["max_commission", dec.format(commission.maxRate)],
    ["max_change_rate", dec.format(commission.maxChangeRate)],
  ]);

/** The amount that a delegation is worth, whole. */
function worth(staking: Staking, ctx: ReadCtx, { operator, shares }: DelegationView): bigint {
  const validator = staking.validator(ctx, operator);
  if (validator === undefined) throw staking.validatorMissing();
  return dec.truncateInt(staking.tokensFromShares(validator, shares));
}

function delegationsOf(staking: Staking, ctx: ReadCtx, delegator: Uint8Array): Json {
  const list = [...staking.delegationsOf(ctx, delegator)];
  const denom = staking.bondDenom(ctx);
  return list.map((each) =>
    jsonObject([
      ["delegator", each.delegatorText],
      ["validator", each.operatorText],
      ["amount", coin(denom, worth(staking, ctx, each))],
    ]),
  );
}

/** Compat: of several entries to one validator only the last one's balance is shown. */
function unbondingsOf(staking: Staking, ctx: ReadCtx, delegator: Uint8Array): Json {
  const denom = staking.bondDenom(ctx);
  return Array.from(staking.unbondingsOf(ctx, delegator), ({ delegatorText, operatorText, entries }) =>
    jsonObject([
      ["delegator", delegatorText],
      ["validator", operatorText],
      ["amount", coin(denom, entries.at(-1)?.balance ?? 0n)],
    ]),
  );
}

/**
 * Rewards of one delegation, without fractions. Throws when the chain has no distribution module.
 */
function rewardsOf(needs: ComputeNeeds, ctx: ReadCtx, { delegatorText, operatorText }: DelegationView): Json {
  const request = { delegatorAddress: delegatorText, validatorAddress: operatorText };
  const found = askModule(needs, ctx, DistributionQuery.method.delegationRewards, request);
  if (found === undefined) throw SdkError.unknownRequest("the chain has no rewards");
  return cut(found.rewards);
}

/** One delegation with its rewards; `{}` when there is none. */
function fullDelegation(needs: ComputeNeeds, staking: Staking, ctx: ReadCtx, fields: Fields): Json {
  const delegator = addressOf(textOf(fields, "delegator"));
  const operator = operatorOf(textOf(fields, "validator"));
  const delegation = staking.delegation(ctx, delegator, operator);
  if (delegation === undefined) return jsonObject([]);
  const amount = worth(staking, ctx, delegation);
  const denom = staking.bondDenom(ctx);
  const free = staking.isReceiving(ctx, delegator, operator) ? 0n : amount;
  const full = jsonObject([
    ["delegator", formatAddress(delegator)],
    ["validator", formatAddress(operator, prefix.validator)],
    ["amount", coin(denom, amount)],
    ["accumulated_rewards", rewardsOf(needs, ctx, delegation)],
    ["can_redelegate", coin(denom, free)],
  ]);
  return jsonObject([["delegation", full]]);
}

function answer(needs: ComputeNeeds, staking: Staking, ctx: ReadCtx, kind: string, fields: Fields): Json | undefined {
  switch (kind) {
    case "bonded_denom":
      return jsonObject([["denom", staking.bondDenom(ctx)]]);
    case "validators":
    case "all_validators":
      return jsonObject([["validators", Array.from(staking.bondedByPower(ctx), validatorJson)]]);
    case "validator": {
      // Compat: here the text of the fault itself is the error.
      const found = staking.validator(ctx, mustAddress(textOf(fields, "address"), prefix.validator));
      return jsonObject([["validator", found === undefined ? null : validatorJson(found)]]);
    }
    case "all_delegations": {
      const delegator = addressOf(textOf(fields, "delegator"));
      return jsonObject([["delegations", delegationsOf(staking, ctx, delegator)]]);
    }
    case "unbonding_delegations": {
      const delegator = addressOf(textOf(fields, "delegator"));
      return jsonObject([["delegations", unbondingsOf(staking, ctx, delegator)]]);
    }
    case "delegation":
      return fullDelegation(needs, staking, ctx, fields);
    default:
      return undefined;
  }
}

export function answerStaking(needs: ComputeNeeds, staking: Staking, ctx: ReadCtx, body: Json): Uint8Array {
  const [kind, fields] = only(body) ?? ["", null];
  const found = isFields(fields) ? answer(needs, staking, ctx, kind, fields) : undefined;
  return found === undefined ? unsupported(UNKNOWN_STAKING) : ok(json(found));
}
