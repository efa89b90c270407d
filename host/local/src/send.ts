// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { packAny } from "@sotto/codec";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { type Signing, signTx } from "./signTx.ts";

export interface Payment extends Signing {
  /** Bech32. */
  readonly to: string;
  readonly amount: bigint;
}

/** A signed transaction with one MsgSend, in direct mode. */
export function signPayment({ to, amount, ...signing }: Payment): Uint8Array {
  const { from, denom } = signing;
  const coins = [{ denom, amount: String(amount) }];
  const message = create(MsgSendSchema, { fromAddress: from.text, toAddress: to, amount: coins });
  return signTx([packAny(MsgSendSchema, message)], signing);
}
