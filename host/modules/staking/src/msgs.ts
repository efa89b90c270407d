// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { GrpcError, plainError, SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, timestampOf, type WriteCtx } from "@sotto/kernel";
import { type Msg, type MsgCancelUnbondingDelegation, ParamsSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { delegatorField, operatorField } from "./addresses.ts";
import { delegate, sharesToUnbond } from "./delegate.ts";
import { StakingError } from "./errors.ts";
import { cancelUnbondingEvent, delegateEvent, redelegateEvent, unbondEvent } from "./events.ts";
import { assertDenom, coinText, positiveCoin } from "./fields.ts";
import type { StakingKeeper } from "./keeper.ts";
import type { Staking } from "./needs.ts";
import { checkedParams } from "./params.ts";
import { state } from "./state.ts";
import { getUnbonding, putUnbonding } from "./unbondings.ts";
import { beginRedelegation, undelegate } from "./undelegate.ts";
import { hasInvalidRate } from "./validator.ts";
import { createValidator, editValidator } from "./validatorMsgs.ts";
import { findValidator, getParams } from "./validators.ts";

// The accesses and checks and their order are those of x/staking keeper/msg_server.go.

function cancelUnbonding(staking: Staking, ctx: WriteCtx, message: MsgCancelUnbondingDelegation): void {
  const { validatorAddress, delegatorAddress, creationHeight } = message;
  const operator = operatorField(validatorAddress);
  const delegator = delegatorField(delegatorAddress);
  const coin = positiveCoin(message.amount, "invalid amount");
  if (creationHeight <= 0n) throw SdkError.invalidRequest("invalid height");
  assertDenom(coin.denom, getParams(ctx).bondDenom);
  const validator = findValidator(ctx, operator);
  if (hasInvalidRate(validator)) throw StakingError.delegatorShareExRateInvalid();
  if (validator.jailed) throw StakingError.validatorJailed();
  const unbonding = getUnbonding(ctx, delegator, operator);
  if (unbonding === undefined) {
    const pair = `delegator ${delegatorAddress} not found for validator ${validatorAddress}`;
    // Compat: a gRPC status has no code of its own in a transaction's result.
    throw plainError(GrpcError.notFound(`unbonding delegation with ${pair}`).message);
  }
  const at = unbonding.entries.findIndex((entry) => entry.creationHeight === creationHeight);
  const entry = unbonding.entries[at];
  if (entry === undefined) {
    throw SdkError.notFound(`unbonding delegation entry is not found at block height ${creationHeight}`);
  }
  if (entry.balance < coin.amount) {
    throw SdkError.invalidRequest("amount is greater than the unbonding delegation entry balance");
  }
  if (entry.completionTime < ctx.block.time) {
    throw SdkError.invalidRequest("unbonding delegation is already processed");
  }
  delegate(staking, ctx, { delegator, amount: coin.amount, source: "unbonding", validator, subtractAccount: false });
  const balance = entry.balance - coin.amount;
  const left = { ...entry, balance, initialBalance: entry.initialBalance - coin.amount };
  // The index by id keeps its row, as in the SDK.
  const entries = unbonding.entries.flatMap((each, i) => (i !== at ? [each] : balance === 0n ? [] : [left]));
  putUnbonding(ctx, { ...unbonding, entries });
  ctx.emit(cancelUnbondingEvent(coinText(coin), validatorAddress, delegatorAddress, creationHeight));
}

export const msgs = ({ parts }: StakingKeeper): Handlers<typeof Msg, WriteCtx> => ({
  createValidator(ctx, message) {
    createValidator(parts, ctx, message);
    return {};
  },

  editValidator(ctx, message) {
    editValidator(parts, ctx, message);
    return {};
  },

  delegate(ctx, { validatorAddress, delegatorAddress, amount }) {
    const operator = operatorField(validatorAddress);
    const delegator = delegatorField(delegatorAddress);
    const coin = positiveCoin(amount, "invalid delegation amount");
    const validator = findValidator(ctx, operator);
    assertDenom(coin.denom, getParams(ctx).bondDenom);
    const source = "unbonded";
    const shares = delegate(parts, ctx, { delegator, amount: coin.amount, source, validator, subtractAccount: true });
    ctx.emit(delegateEvent(validatorAddress, delegatorAddress, coinText(coin), shares));
    return {};
  },

  beginRedelegate(ctx, { validatorSrcAddress, validatorDstAddress, delegatorAddress, amount }) {
    const source = operatorField(validatorSrcAddress, "source validator");
    const destination = operatorField(validatorDstAddress, "destination validator");
    const delegator = delegatorField(delegatorAddress);
    const coin = positiveCoin(amount, "invalid shares amount");
    const shares = sharesToUnbond(ctx, delegator, source, coin.amount);
    assertDenom(coin.denom, getParams(ctx).bondDenom);
    const time = beginRedelegation(parts, ctx, [delegator, source, destination], shares);
    ctx.emit(redelegateEvent(validatorSrcAddress, validatorDstAddress, coinText(coin), time));
    return { completionTime: timestampOf(time) };
  },

  undelegate(ctx, { validatorAddress, delegatorAddress, amount }) {
    const operator = operatorField(validatorAddress);
    const delegator = delegatorField(delegatorAddress);
    const coin = positiveCoin(amount, "invalid shares amount");
    const shares = sharesToUnbond(ctx, delegator, operator, coin.amount);
    assertDenom(coin.denom, getParams(ctx).bondDenom);
    const { completionTime, amount: taken } = undelegate(parts, ctx, delegator, operator, shares);
    const { denom } = coin;
    ctx.emit(unbondEvent(validatorAddress, delegatorAddress, coinText({ denom, amount: taken }), completionTime));
    return { completionTime: timestampOf(completionTime), amount: { denom, amount: String(taken) } };
  },

  cancelUnbondingDelegation(ctx, message) {
    cancelUnbonding(parts, ctx, message);
    return {};
  },

  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    state.params.set(ctx, checkedParams(params));
    return {};
  },
});
