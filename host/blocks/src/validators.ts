// SPDX-License-Identifier: Apache-2.0
import {
  consensusAddress,
  createValidatorSet,
  type PublicKey,
  type ValidatorChange,
  type ValidatorSet,
} from "@sotto/comet";
import type { ValidatorUpdate } from "@sotto/kernel";

/** An update of the application, as a change of a validator set. */
export const validatorChange = ({ pubKey, power }: ValidatorUpdate): ValidatorChange => {
  const publicKey: PublicKey = { type: "ed25519", bytes: pubKey };
  return { address: consensusAddress(publicKey), publicKey, votingPower: power };
};

/** The set of validators that a genesis names. */
export const genesisSet = (validators: readonly ValidatorUpdate[]): ValidatorSet =>
  createValidatorSet(validators.map(validatorChange));
