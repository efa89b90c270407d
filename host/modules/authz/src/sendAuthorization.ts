// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { packAny } from "@sotto/codec";
import { type ChainError, SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import { type Coin, coinDifference, type WireCoin } from "@sotto/math/coins";
import { type MsgSend, type SendAuthorization, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";

// Source: x/bank types/send_authorization.go.

/** Gas of each address of the list, up to the recipient. */
const LIST_GAS = 10;

const coinOf = ({ denom, amount }: WireCoin): Coin => ({ denom, amount: BigInt(amount === "" ? 0 : amount) });

export function assertSend({ spendLimit, allowList }: SendAuthorization, duplicate: () => ChainError): void {
  if (spendLimit.length === 0) throw SdkError.invalidCoins("spend limit cannot be nil");
  if (spendLimit.some((coin) => coinOf(coin).amount <= 0n)) throw SdkError.invalidCoins("spend limit must be positive");
  if (new Set(allowList).size !== allowList.length) throw duplicate();
}

export function useSend(
  ctx: WriteCtx,
  { spendLimit, allowList }: SendAuthorization,
  { amount, toAddress }: MsgSend,
): "delete" | Any {
  const { left, isNegative } = coinDifference(spendLimit.map(coinOf), amount.map(coinOf));
  if (isNegative) throw SdkError.insufficientFunds("requested amount is more than spend limit");
  const isListed = allowList.some((address) => {
    ctx.gas.consume(LIST_GAS, "send authorization");
    return address === toAddress;
  });
  if (allowList.length > 0 && !isListed) throw SdkError.unauthorized(`cannot send to ${toAddress} address`);
  if (left.length === 0) return "delete";
  const rest = left.map(({ denom, amount: each }) => ({ denom, amount: String(each) }));
  return packAny(SendAuthorizationSchema, create(SendAuthorizationSchema, { spendLimit: rest, allowList }));
}
