// SPDX-License-Identifier: Apache-2.0
import { isMessage, type Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { packAny } from "@sotto/codec";
import { plainError, SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import type { Coin } from "@sotto/proto/cosmos.base.v1beta1";
import {
  MsgBeginRedelegateSchema,
  MsgCancelUnbondingDelegationSchema,
  MsgDelegateSchema,
  MsgUndelegateSchema,
  type StakeAuthorization,
  StakeAuthorizationSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { AuthzError } from "./errors.ts";

// Source: x/staking types/authz.go.

/** Gas of each validator of a list, up to the one of the message. */
const LIST_GAS = 10;

/** By the number of AuthorizationType. */
const TYPES = [
  undefined,
  MsgDelegateSchema,
  MsgUndelegateSchema,
  MsgBeginRedelegateSchema,
  MsgCancelUnbondingDelegationSchema,
] as const;

/** The message type of an authorization; undefined for an unknown kind. */
export function stakeType({ authorizationType }: StakeAuthorization): string | undefined {
  const schema = TYPES[authorizationType];
  return schema === undefined ? undefined : `/${schema.typeName}`;
}

const amountOf = (coin: Coin | undefined): bigint => BigInt(coin?.amount || 0);

export function assertStake({ maxTokens, authorizationType }: StakeAuthorization): void {
  if (amountOf(maxTokens) < 0n)
    throw AuthzError.negativeMaxTokens(`negative coin amount: ${maxTokens?.amount}${maxTokens?.denom}`);
  if (authorizationType === 0) throw AuthzError.unknownType();
}

/** The validator and the coins of a message. */
function usedBy(message: Message): readonly [validator: string, coin: Coin | undefined] {
  if (isMessage(message, MsgBeginRedelegateSchema)) return [message.validatorDstAddress, message.amount];
  if (
    isMessage(message, MsgDelegateSchema) ||
    isMessage(message, MsgUndelegateSchema) ||
    isMessage(message, MsgCancelUnbondingDelegationSchema)
  ) {
    return [message.validatorAddress, message.amount];
  }
  throw SdkError.invalidRequest("unknown msg type");
}

function isListed(ctx: WriteCtx, list: readonly string[], validator: string): boolean {
  return list.some((each) => {
    ctx.gas.consume(LIST_GAS, "stake authorization");
    return each === validator;
  });
}

const refused = (validator: string) => SdkError.unauthorized(`cannot delegate/undelegate to ${validator} validator`);

export function useStake(ctx: WriteCtx, given: StakeAuthorization, message: Message): "delete" | Any {
  const [validator, coin] = usedBy(message);
  const { validators, maxTokens } = given;
  const allowed = validators.case === "allowList" ? validators.value.address : [];
  const denied = validators.case === "denyList" ? validators.value.address : [];
  const isAllowed = isListed(ctx, allowed, validator);
  if (isListed(ctx, denied, validator)) throw refused(validator);
  if (allowed.length > 0 && !isAllowed) throw refused(validator);
  if (maxTokens === undefined) return packAny(StakeAuthorizationSchema, given);
  const { denom } = maxTokens;
  if (denom !== (coin?.denom ?? "")) throw plainError(`invalid coin denoms: ${denom}, ${coin?.denom ?? ""}`);
  const left = amountOf(maxTokens) - amountOf(coin);
  if (left < 0n) throw plainError(`negative coin amount: ${left}${denom}`);
  if (left === 0n) return "delete";
  return packAny(StakeAuthorizationSchema, { ...given, maxTokens: { ...maxTokens, amount: String(left) } });
}
