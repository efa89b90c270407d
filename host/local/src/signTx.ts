// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { encode } from "@sotto/codec";
import { secp256k1Sign, sha256 } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { decodeTx, directSignBytes, encodeTxRaw, packPublicKey, SignMode } from "@sotto/tx";
import type { AccountKey } from "./accounts.ts";

/** The parts of a transaction that do not depend on its messages. */
export interface Signing {
  readonly chainId: string;
  readonly from: AccountKey;
  readonly denom: string;
  readonly gasLimit: bigint;
  readonly fee: bigint;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A transaction with these messages, signed by one account in direct mode. */
export function signTx(messages: readonly Any[], signing: Signing): Uint8Array {
  const { chainId, from, denom, accountNumber, sequence, fee, gasLimit } = signing;
  const bodyBytes = encode(TxBodySchema, create(TxBodySchema, { messages: [...messages] }));
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
      fee: { amount: [{ denom, amount: String(fee) }], gasLimit },
    }),
  );
  const unsigned = decodeTx(encodeTxRaw({ bodyBytes, authInfoBytes, signatures: [] }));
  const signed = secp256k1Sign(sha256(directSignBytes(unsigned, { chainId, accountNumber })), from.secretKey);
  if (signed === undefined) throw new EnvironmentFault("the account's key cannot sign");
  return encodeTxRaw({ bodyBytes, authInfoBytes, signatures: [signed.signature] });
}
