// SPDX-License-Identifier: Apache-2.0
/** Scheduled calls have no signature: which ones a host can run (ADR 96). */
import { formatAddress, moduleAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { pack, signTx, type TxInput } from "@sotto/contract-test/parts";
import { ChainError } from "@sotto/errors";
import { MsgExecuteContractSchema, MsgMigrateContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { BoundaryError, EnclaveError } from "@sotto/protocol";
import { expect, it } from "vitest";
import { BlockTransactions } from "../src/index.ts";
import { a, at, chainId, claimOf, contract, numbers } from "./claims.ts";

const HEIGHT = 9n;
const scheduler = moduleAddress("cron");
const callBy = (sender: Uint8Array) => pack(MsgExecuteContractSchema, { sender, contract, msg: fromUtf8("m") });

function scheduled(changes: Partial<TxInput> = {}): Uint8Array {
  const messages = [callBy(scheduler)];
  return signTx({ chainId, messages, signers: [], fee: [], timeoutHeight: HEIGHT, ...changes });
}
const user = signTx({ chainId, messages: [callBy(a.raw)], signers: [{ by: a, ...numbers }] });

/** Sender of the message that the enclave takes from a verified block, or the error's code. */
function take(txs: readonly Uint8Array[], index: number): unknown {
  try {
    return new BlockTransactions(chainId, { height: Number(HEIGHT), txs }).take(at(index, 0), claimOf(3)).message
      .sender;
  } catch (thrown) {
    if (thrown instanceof ChainError) return thrown.code;
    throw thrown;
  }
}

it("runs at the head of the block that the validators signed, and nowhere else", () => {
  for (const index of [0, 1]) expect(take([scheduled(), scheduled(), user], index)).toEqual(scheduler);
  expect(take([scheduled(), scheduled(), user], 2)).toEqual(a.raw);
  expect(take([user, scheduled()], 1)).toBe(EnclaveError.txSignature.code);
  expect(take([scheduled(), user, scheduled()], 2)).toBe(EnclaveError.txSignature.code);
  expect(take([fromUtf8("no transaction"), scheduled()], 1)).toBe(EnclaveError.txSignature.code);
});

it("runs once", () => {
  const block = new BlockTransactions(chainId, { height: Number(HEIGHT), txs: [scheduled()] });
  block.take(at(0, 0), claimOf(3));
  expect(() => block.take(at(0, 0), claimOf(3))).toThrow(BoundaryError.outOfOrder().message);
});

const migration = pack(MsgMigrateContractSchema, { sender: formatAddress(scheduler), contract: a.address });
it.each<[string, Partial<TxInput>, { readonly code: number }]>([
  ["of the next height", { timeoutHeight: HEIGHT + 1n }, EnclaveError.txSignature],
  ["of the last height", { timeoutHeight: HEIGHT - 1n }, EnclaveError.failedValidation],
  ["without a height", { timeoutHeight: 0n }, EnclaveError.txSignature],
  ["in the name of a user", { messages: [callBy(a.raw)] }, EnclaveError.txSignature],
  ["with a second message", { messages: [callBy(scheduler), callBy(scheduler)] }, EnclaveError.txSignature],
  ["with a signature", { forge: () => [new Uint8Array(64)] }, EnclaveError.txSignature],
  ["with a signer", { signers: [{ by: a, ...numbers }], forge: () => [] }, EnclaveError.txSignature],
  ["that is no execution", { messages: [migration] }, EnclaveError.txSignature],
])("does not run one %s", (_what, changes, error) => {
  expect(take([scheduled(changes)], 0)).toBe(error.code);
});
