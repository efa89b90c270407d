// SPDX-License-Identifier: Apache-2.0
/** Transactions without signatures, in the form of scheduled calls. */
import { moduleAddress } from "@sotto/address";
import { contractOf, pack, signTx } from "@sotto/contract-test/parts";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { Contract } from "./contract.ts";

/**
 * A call in the name of the scheduler that the chain did not schedule, for a block of this height.
 */
export function unsignedCall(to: Contract, op: unknown, height: number, signatures: Uint8Array[] = []): Uint8Array {
  const { chainId, client } = to.chain;
  const { wire: msg } = client.encrypt(to.codeHash, op);
  const message = pack(MsgExecuteContractSchema, {
    sender: moduleAddress("cron"),
    contract: contractOf(to.address),
    msg,
  });
  const form = { signers: [], fee: [], gas: 5_000_000n, timeoutHeight: BigInt(height) };
  return signTx({ chainId, messages: [message], ...form, forge: () => signatures });
}
