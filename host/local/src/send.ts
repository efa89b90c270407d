// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { encode, packAny } from "@sotto/codec";
import { secp256k1Sign, sha256 } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { decodeTx, directSignBytes, encodeTxRaw, packPublicKey, SignMode } from "@sotto/tx";
import type { AccountKey } from "./accounts.ts";

export interface Payment {
  readonly chainId: string;
  readonly from: AccountKey;
  /** Bech32. */
  readonly to: string;
  readonly denom: string;
  readonly amount: bigint;
  readonly gasLimit: bigint;
  readonly fee: bigint;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A signed transaction with one MsgSend, in direct mode. */
export function signPayment(payment: Payment): Uint8Array {
  const { chainId, from, to, denom, accountNumber, sequence } = payment;
  const coin = (amount: bigint) => [{ denom, amount: String(amount) }];
  const message = create(MsgSendSchema, { fromAddress: from.text, toAddress: to, amount: coin(payment.amount) });
  const bodyBytes = encode(TxBodySchema, create(TxBodySchema, { messages: [packAny(MsgSendSchema, message)] }));
  const authInfoBytes = encode(
    AuthInfoSchema,
    create(AuthInfoSchema, {
      signerInfos: [
        {
          publicKey: packPublicKey(from.publicKey),
          modeInfo: { sum: { case: "single", value: { mode: SignMode.direct } } },
          sequence,
        },
      ],
      fee: { amount: coin(payment.fee), gasLimit: payment.gasLimit },
    }),
  );
  const unsigned = decodeTx(encodeTxRaw({ bodyBytes, authInfoBytes, signatures: [] }));
  const signed = secp256k1Sign(sha256(directSignBytes(unsigned, { chainId, accountNumber })), from.secretKey);
  if (signed === undefined) throw new EnvironmentFault("the paying account's key cannot sign");
  return encodeTxRaw({ bodyBytes, authInfoBytes, signatures: [signed.signature] });
}
