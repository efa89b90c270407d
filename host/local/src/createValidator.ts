// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, prefix } from "@sotto/address";
import { packAny } from "@sotto/codec";
import { PubKeySchema } from "@sotto/proto/cosmos.crypto.ed25519";
import { MsgCreateValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { type Signing, signTx } from "./signTx.ts";

export interface NewValidator extends Signing {
  readonly moniker: string;
  /** ed25519, 32 bytes. */
  readonly consensusKey: Uint8Array;
  /** What the account delegates to it, in the smallest unit. */
  readonly stake: bigint;
}

/**
 * A signed transaction by which an account makes a validator with the commission of the genesis
 * validators. An account operates one validator at most.
 */
export function signCreateValidator({ moniker, consensusKey, stake, ...signing }: NewValidator): Uint8Array {
  const { from, denom } = signing;
  const message = create(MsgCreateValidatorSchema, {
    description: { moniker },
    // Decimals of 18 places.
    commission: { rate: "100000000000000000", maxRate: "200000000000000000", maxChangeRate: "10000000000000000" },
    minSelfDelegation: "1",
    validatorAddress: formatAddress(from.address, prefix.validator),
    pubkey: packAny(PubKeySchema, create(PubKeySchema, { key: consensusKey })),
    value: { denom, amount: String(stake) },
  });
  return signTx([packAny(MsgCreateValidatorSchema, message)], signing);
}
