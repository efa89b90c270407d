// SPDX-License-Identifier: Apache-2.0
import { fromTime } from "@sotto/blocks";
import { EnvironmentFault } from "@sotto/errors";
import type { Misbehavior, TxResult, ValidatorUpdate } from "@sotto/kernel";
import {
  type Misbehavior as AbciMisbehavior,
  type ValidatorUpdate as AbciValidatorUpdate,
  MisbehaviorType,
} from "@sotto/proto/tendermint.abci";

/** Nanoseconds since 1970 of a google.protobuf.Timestamp; 0 for none. */
export const nanosOf = (time: { readonly seconds: bigint; readonly nanos: number } | undefined): bigint =>
  time === undefined ? 0n : fromTime({ seconds: Number(time.seconds), nanos: time.nanos });

/** Throws EnvironmentFault for another key than an ed25519 one: the chain allows no other. */
export function toValidator({ pubKey, power }: AbciValidatorUpdate): ValidatorUpdate {
  if (pubKey?.sum.case !== "ed25519") {
    throw new EnvironmentFault("CometBFT's genesis has a validator whose key is not an ed25519 key");
  }
  return { pubKey: new Uint8Array(pubKey.sum.value), power };
}

export const fromValidator = ({ pubKey, power }: ValidatorUpdate) => ({
  pubKey: { sum: { case: "ed25519" as const, value: pubKey } },
  power,
});

/** The fault of one validator. */
export function toMisbehavior(given: AbciMisbehavior): Misbehavior {
  const { validator, height, time, totalVotingPower } = given;
  return {
    type: given.type === MisbehaviorType.LIGHT_CLIENT_ATTACK ? "lightClientAttack" : "duplicateVote",
    address: new Uint8Array(validator?.address ?? []),
    power: validator?.power ?? 0n,
    height: Number(height),
    time: nanosOf(time),
    totalVotingPower,
  };
}

/** The fields of tendermint.abci.ResponseCheckTx. */
export const fromVerdict = ({ code, codespace, data, log, gasWanted, gasUsed }: TxResult) => ({
  code,
  codespace,
  data,
  log,
  gasWanted,
  gasUsed,
});
