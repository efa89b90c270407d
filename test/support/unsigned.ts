// SPDX-License-Identifier: Apache-2.0
/** Transactions without signatures, in the form of scheduled calls. */
import { create } from "@bufbuild/protobuf";
import { moduleAddress } from "@sotto/address";
import { encode, packAny } from "@sotto/codec";
import { contractOf } from "@sotto/contract-test/parts";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { encodeTxRaw } from "@sotto/tx";
import type { Contract } from "./contract.ts";

/** `height`: the one that the transaction names. Default sender: the scheduler. */
export function unsignedCall(
  to: Contract,
  op: unknown,
  height: number,
  { sender = moduleAddress("cron"), signatures = [] as readonly Uint8Array[] } = {},
): Uint8Array {
  const { wire: msg } = to.chain.client.encrypt(to.codeHash, op);
  const message = create(MsgExecuteContractSchema, { sender, contract: contractOf(to.address), msg });
  const messages = [packAny(MsgExecuteContractSchema, message)];
  const bodyBytes = encode(TxBodySchema, create(TxBodySchema, { messages, timeoutHeight: BigInt(height) }));
  const authInfoBytes = encode(AuthInfoSchema, create(AuthInfoSchema, { fee: { gasLimit: 5_000_000n } }));
  return encodeTxRaw({ bodyBytes, authInfoBytes, signatures });
}
