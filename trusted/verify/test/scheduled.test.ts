// SPDX-License-Identifier: Apache-2.0
/** Scheduled calls have no signature: which ones a host can run (ADR 96). */
import { create } from "@bufbuild/protobuf";
import { moduleAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { encode, packAny } from "@sotto/codec";
import { pack, signTx } from "@sotto/contract-test/parts";
import { ChainError } from "@sotto/errors";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema, MsgMigrateContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { BoundaryError, EnclaveError } from "@sotto/protocol";
import { encodeTxRaw } from "@sotto/tx";
import { expect, it } from "vitest";
import { BlockTransactions } from "../src/index.ts";
import { a, at, chainId, claimOf, contract, numbers } from "./claims.ts";

const HEIGHT = 9;
const scheduler = moduleAddress("cron");
const callBy = (sender: Uint8Array) =>
  packAny(MsgExecuteContractSchema, create(MsgExecuteContractSchema, { sender, contract, msg: fromUtf8("m") }));

interface Parts {
  readonly messages?: ReturnType<typeof callBy>[];
  readonly height?: number;
  readonly signatures?: Uint8Array[];
  readonly signerInfos?: object[];
}
function scheduled({ messages = [callBy(scheduler)], height = HEIGHT, signatures = [], signerInfos = [] }: Parts = {}) {
  const body = create(TxBodySchema, { messages, timeoutHeight: BigInt(height) });
  const authInfo = create(AuthInfoSchema, { fee: { gasLimit: 5_000_000n }, signerInfos });
  return encodeTxRaw({
    bodyBytes: encode(TxBodySchema, body),
    authInfoBytes: encode(AuthInfoSchema, authInfo),
    signatures,
  });
}
const execute = pack(MsgExecuteContractSchema, { sender: a.raw, contract, msg: fromUtf8("m") });
const user = signTx({ chainId, messages: [execute], signers: [{ by: a, ...numbers }] });

/** Sender of the message that the enclave takes from a verified block, or the error's code. */
function take(txs: readonly Uint8Array[], index: number): unknown {
  try {
    return new BlockTransactions(chainId, { height: HEIGHT, txs }).take(at(index, 0), claimOf(3)).message.sender;
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
  const block = new BlockTransactions(chainId, { height: HEIGHT, txs: [scheduled()] });
  block.take(at(0, 0), claimOf(3));
  expect(() => block.take(at(0, 0), claimOf(3))).toThrow(BoundaryError.outOfOrder().message);
});

it.each<[string, Parts, { readonly code: number }]>([
  ["of the next height", { height: HEIGHT + 1 }, EnclaveError.txSignature],
  ["of the last height", { height: HEIGHT - 1 }, EnclaveError.failedValidation],
  ["without a height", { height: 0 }, EnclaveError.txSignature],
  ["in the name of a user", { messages: [callBy(a.raw)] }, EnclaveError.txSignature],
  ["with a second message", { messages: [callBy(scheduler), callBy(scheduler)] }, EnclaveError.txSignature],
  ["with a signature", { signatures: [new Uint8Array(64)] }, EnclaveError.txSignature],
  ["with a signer", { signerInfos: [{}] }, EnclaveError.txSignature],
  [
    "that is no execution",
    {
      messages: [
        packAny(
          MsgMigrateContractSchema,
          create(MsgMigrateContractSchema, {
            sender: "secret1cd6wafvehv79pm2yxth40thpyc7dc0yrxveaz0",
            contract: a.address,
          }),
        ),
      ],
    },
    EnclaveError.txSignature,
  ],
])("does not run %s", (_what, parts, error) => {
  expect(take([scheduled(parts)], 0)).toBe(error.code);
});
