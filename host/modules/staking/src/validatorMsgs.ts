// SPDX-License-Identifier: Apache-2.0
import { ChainError, plainError, recoveredPanic, SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import type { MsgCreateValidator, MsgEditValidator } from "@sotto/proto/cosmos.staking.v1beta1";
import { type PublicKey, parsePublicKey, publicKeyAddress } from "@sotto/tx";
import { operatorField } from "./addresses.ts";
import { delegate } from "./delegate.ts";
import { StakingError } from "./errors.ts";
import { createValidatorEvent, editValidatorEvent } from "./events.ts";
import {
  assertDenom,
  assertLengths,
  checkedRates,
  coinText,
  editedDescription,
  fieldDec,
  fieldInt,
  givenDescription,
  positiveCoin,
} from "./fields.ts";
import { callHooks } from "./hooks.ts";
import type { Staking } from "./needs.ts";
import { newValidator, type Validator } from "./validator.ts";
import {
  findValidator,
  getParams,
  getValidator,
  setByConsensus,
  setNewByPower,
  setValidator,
  validatorByConsensus,
} from "./validators.ts";

// The accesses and checks and their order are those of x/staking keeper/msg_server.go.

/** MsgCreateValidator.Validate. */
function checked(message: MsgCreateValidator) {
  const { pubkey, value, commission, minSelfDelegation } = message;
  if (pubkey === undefined) throw StakingError.emptyValidatorPubKey();
  const coin = positiveCoin(value, "invalid delegation amount");
  const description = givenDescription(message.description);
  const rates = checkedRates(commission);
  const least = fieldInt(minSelfDelegation);
  if (least <= 0n) throw SdkError.invalidRequest("minimum self delegation must be a positive integer");
  if (coin.amount < least) throw StakingError.selfDelegationBelowMinimum();
  return { pubkey, coin, description, rates, least };
}

/** The key type of consensus here. The SDK stops at a multisig, CometBFT also has secp256k1. */
const CONSENSUS_KEY = "ed25519";

function assertKeyType({ needs }: Staking, ctx: WriteCtx, kind: string): void {
  const types = needs.publicKeyTypes(ctx) ?? [CONSENSUS_KEY];
  if (types.includes(kind) && kind === CONSENSUS_KEY) return;
  const expected = types.includes(kind) ? CONSENSUS_KEY : types.join(" ");
  throw StakingError.validatorPubKeyTypeNotSupported(`got: ${kind}, expected: [${expected}]`);
}

/** Compat: a key without bytes is a valid message in Go, and the use of its address a panic. */
function keyOf(packed: NonNullable<MsgCreateValidator["pubkey"]>): PublicKey {
  try {
    return parsePublicKey(packed);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    const isEd25519 = packed.typeUrl.includes(".ed25519.");
    throw recoveredPanic(isEd25519 ? "pubkey is incorrect size" : "length of pubkey is incorrect", thrown);
  }
}

/** PubKey.Type of the SDK's keys. */
const KEY_TYPES = { secp256k1: "secp256k1", ed25519: "ed25519", multisig: "PubKeyMultisigThreshold" } as const;

export function createValidator(staking: Staking, ctx: WriteCtx, message: MsgCreateValidator): void {
  const operator = operatorField(message.validatorAddress);
  const { pubkey, coin, description, rates, least } = checked(message);
  const { minCommissionRate } = getParams(ctx);
  if (rates.rate < minCommissionRate) {
    const rate = dec.format(minCommissionRate);
    throw StakingError.commissionBelowMinRate(`cannot set validator commission to less than minimum rate of ${rate}`);
  }
  if (getValidator(ctx, operator) !== undefined) throw StakingError.validatorOwnerExists();
  const key = keyOf(pubkey);
  if (validatorByConsensus(ctx, publicKeyAddress(key)) !== undefined) throw StakingError.validatorPubKeyExists();
  assertDenom(coin.denom, getParams(ctx).bondDenom);
  assertLengths(description);
  assertKeyType(staking, ctx, KEY_TYPES[key.kind]);
  const validator = newValidator({ bytes: operator, text: message.validatorAddress }, pubkey, {
    description,
    commission: rates,
    commissionTime: ctx.block.time,
    minSelfDelegation: least,
  });
  setValidator(ctx, validator);
  setByConsensus(ctx, validator);
  setNewByPower(ctx, validator);
  callHooks(staking.hooks, "afterValidatorCreated", ctx, operator);
  delegate(staking, ctx, {
    delegator: operator,
    amount: coin.amount,
    source: "unbonded",
    validator,
    subtractAccount: true,
  });
  ctx.emit(createValidatorEvent(message.validatorAddress, coinText(coin)));
}

const DAY = 86_400_000_000_000n;

/** Checks that need no validator. Returns the new rate, if there is one. */
function givenRate(ctx: WriteCtx, text: string) {
  if (text === "") return undefined;
  const rate = fieldDec(text);
  if (rate > dec.one || rate < 0n) {
    throw SdkError.invalidRequest("commission rate must be between 0 and 1 (inclusive)");
  }
  const { minCommissionRate } = getParams(ctx);
  if (rate >= minCommissionRate) return rate;
  const least = dec.format(minCommissionRate);
  throw SdkError.invalidRequest(`commission rate cannot be less than the min commission rate ${least}`);
}

/** UpdateValidatorCommission. */
function withRate(ctx: WriteCtx, validator: Validator, rate: Validator["commissionRate"]): Validator {
  const { commission, commissionTime } = validator;
  if (ctx.block.time - commissionTime < DAY) throw StakingError.commissionUpdateTime();
  if (rate > commission.maxRate) throw StakingError.commissionAboveMaxRate();
  if (dec.sub(rate, commission.rate) > commission.maxChangeRate) throw StakingError.commissionAboveMaxChangeRate();
  const { minCommissionRate } = getParams(ctx);
  if (rate < minCommissionRate) {
    throw plainError(`cannot set validator commission to less than minimum rate of ${dec.format(minCommissionRate)}`);
  }
  return { ...validator, commission: { ...commission, rate }, commissionRate: rate, commissionTime: ctx.block.time };
}

function withMinimum(validator: Validator, least: bigint): Validator {
  if (least <= validator.minSelfDelegation) throw StakingError.minSelfDelegationDecreased();
  if (least > validator.tokens) throw StakingError.selfDelegationBelowMinimum();
  return { ...validator, minSelfDelegation: least };
}

export function editValidator({ hooks }: Staking, ctx: WriteCtx, message: MsgEditValidator): void {
  const operator = operatorField(message.validatorAddress);
  const description = givenDescription(message.description);
  const least = message.minSelfDelegation === "" ? undefined : fieldInt(message.minSelfDelegation);
  if (least !== undefined && least <= 0n) {
    throw SdkError.invalidRequest("minimum self delegation must be a positive integer");
  }
  const rate = givenRate(ctx, message.commissionRate);
  const old = findValidator(ctx, operator);
  let validator: Validator = { ...old, description: editedDescription(old.description, description) };
  if (rate !== undefined) {
    validator = withRate(ctx, validator, rate);
    callHooks(hooks, "beforeValidatorModified", ctx, operator);
  }
  if (least !== undefined) validator = withMinimum(validator, least);
  setValidator(ctx, validator);
  ctx.emit(editValidatorEvent(validator));
}
