// SPDX-License-Identifier: Apache-2.0
/** A node without threads and sockets, with a fixed genesis, for tests of the APIs. */
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { type ChainDefinition, secretChain } from "@sotto/app";
import type { Body } from "@sotto/backend";
import { fromUtf8, join, toUtf8 } from "@sotto/bytes";
import { packAny } from "@sotto/codec";
import { accountOf, openNode as openNodeOf, signTx } from "@sotto/contract-test/parts";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { type AccountKey, accounts, deriveAccount, localGenesis } from "@sotto/local";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";

export { finished } from "@sotto/contract-test/parts";

export const CHAIN_ID = "secretdev-1";
export const GENESIS_TIME = 1_700_000_000_123_456_789n;

const key = new Ed25519Key(sha256(fromUtf8("the validator of a test")));

const named = (name: string): AccountKey => deriveAccount(accounts.find((each) => each.name === name)?.mnemonic ?? "");
export const a = named("a");
export const b = named("b");

export function openNode(definition: ChainDefinition = secretChain) {
  const node = openNodeOf({
    genesis: localGenesis({ chainId: CHAIN_ID, timeNs: GENESIS_TIME, validatorPubKey: key.publicKey }),
    key,
    definition,
    seed: sha256(fromUtf8("seed of a test")),
    minimumGasPrice: { denom: "uscrt", perMillion: 12_500n },
  });
  return { ...node, produce: (txs?: readonly Uint8Array[]) => node.produce(txs).result };
}

export type TestNode = ReturnType<typeof openNode>;

/** A message of account a, signed in direct mode. */
export function sign(message: Any, sequence: bigint, gas = 100_000n): Uint8Array {
  const by = accountOf("a", a.secretKey);
  const signers = [{ by, accountNumber: 1n, sequence }];
  const fee = [{ denom: "uscrt", amount: String(gas / 10n) }];
  return signTx({ chainId: CHAIN_ID, messages: [message], signers, fee, gas });
}

/** A bank send of account a. */
export const payment = (sequence: bigint, amount = 5n): Uint8Array =>
  sign(
    packAny(
      MsgSendSchema,
      create(MsgSendSchema, {
        fromAddress: a.text,
        toAddress: b.text,
        amount: [{ denom: "uscrt", amount: String(amount) }],
      }),
    ),
    sequence,
  );

/** The text of a body. */
export const textOf = (body: Body): string => {
  const text = toUtf8(body instanceof Uint8Array ? body : join(body));
  if (text === undefined) throw new TypeError("not UTF-8");
  return text;
};
