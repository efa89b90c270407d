// SPDX-License-Identifier: Apache-2.0
/** A genesis whose validator is the block maker's, made by a transaction of the file. */
import { create } from "@bufbuild/protobuf";
import { formatAddress, prefix } from "@sotto/address";
import { decode, encode, gatewayJson } from "@sotto/codec";
import { type Account, type Packed, pack, signTx } from "@sotto/contract-test/parts";
import { PubKeySchema } from "@sotto/proto/cosmos.crypto.ed25519";
import { MsgCreateValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { AuthInfoSchema, TxBodySchema, TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { chainTypes, decodeTxRaw } from "@sotto/tx";
import { validatorKey } from "./blockMaker.ts";
import { stakingParams } from "./genesisStaking.ts";
import { type ChainSetup, d, genesisState } from "./testChain.ts";

/** Tokens that the validator stakes. */
export const STAKE = 1_000_000n;

/** The message that makes an account the operator of the block maker's validator. */
export const createValidator = (operator: Account, stake = STAKE): Packed =>
  pack(MsgCreateValidatorSchema, {
    description: { moniker: "validator" },
    commission: { rate: "100000000000000000", maxRate: "200000000000000000", maxChangeRate: "10000000000000000" },
    minSelfDelegation: "1",
    validatorAddress: formatAddress(operator.raw, prefix.validator),
    pubkey: {
      typeUrl: `/${PubKeySchema.typeName}`,
      value: encode(PubKeySchema, create(PubKeySchema, { key: validatorKey().publicKey })),
    },
    value: { denom: "uscrt", amount: String(stake) },
  });

/** A transaction of a genesis file, as its JSON. */
export function genTx(by: Account, message: Packed, chainId = "sotto-test-1"): string {
  const signers = [{ by, accountNumber: 0n, sequence: 0n }];
  const raw = decodeTxRaw(signTx({ chainId, messages: [message], signers, gas: 1n, fee: [] }));
  const tx = create(TxSchema, {
    body: decode(TxBodySchema, raw.bodyBytes),
    authInfo: decode(AuthInfoSchema, raw.authInfoBytes),
    signatures: [...raw.signatures],
  });
  return gatewayJson(TxSchema, tx, chainTypes);
}

/** The genesis of the test's accounts, with these transactions. */
export const genesisWith = (transactions: readonly string[], setup: ChainSetup = {}) =>
  new Map([
    ...genesisState(setup, false),
    ["staking", JSON.stringify({ params: stakingParams() })],
    ["genutil", `{"gen_txs":[${transactions.join(",")}]}`],
  ]);

/** The genesis of the test's accounts, with d as the operator of the validator. */
export const bondedGenesis = (setup: ChainSetup = {}, parts: Readonly<Record<string, unknown>> = {}) =>
  new Map([
    ...genesisWith([genTx(d, createValidator(d), setup.chainId)], setup),
    ...Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)] as const),
  ]);
