// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { type BlockId, type CommitSig, type Vote, VoteType } from "../block.ts";
import { formatTime, type Time } from "../time.ts";
import type { SentValidator } from "./wellFormed.ts";

// The texts that CometBFT v0.38.19 prints with %v (types/vote.go, types/block.go,
// types/part_set.go): refusals of evidence contain them.

export const upperHex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/** Hex of the first six bytes, zeros for those that lack (libs/bytes Fingerprint). */
function fingerprint(bytes: Uint8Array): string {
  const six = new Uint8Array(6);
  six.set(bytes.subarray(0, 6));
  return upperHex(six);
}

/** Name of a vote's type in the protobuf enum. */
export const voteTypeName = (type: number): string =>
  type === VoteType.prevote ? "SIGNED_MSG_TYPE_PREVOTE" : "SIGNED_MSG_TYPE_PRECOMMIT";

/**
 * `Vote{0:79F39B4F96B6 4/00/SIGNED_MSG_TYPE_PRECOMMIT(Precommit) 0101... E1B2... 0000... @ TIME}`;
 * undefined: `nil-Vote`.
 */
export function voteText(vote: Vote | undefined): string {
  if (vote === undefined) return "nil-Vote";
  const { validatorIndex, validatorAddress, height, round, type, blockId, signature, extension, timestamp } = vote;
  const place = `${height}/${String(round).padStart(2, "0")}/${voteTypeName(type)}`;
  const kind = type === VoteType.prevote ? "Prevote" : "Precommit";
  const prints = [blockId.hash, signature, extension].map(fingerprint).join(" ");
  return `Vote{${validatorIndex}:${fingerprint(validatorAddress)} ${place}(${kind}) ${prints} @ ${formatTime(timestamp)}}`;
}

/** `HASH:1:0202...` */
export const blockIdText = ({ hash, parts }: BlockId): string =>
  `${upperHex(hash)}:${parts.total}:${fingerprint(parts.hash)}`;

/** Go's own text of a time in UTC: `2023-11-14 22:13:20.123456789 +0000 UTC`. */
export const goTimeText = (time: Time): string => formatTime(time).replace("T", " ").replace("Z", " +0000 UTC");

/** `CommitSig{SIGNATURE by ADDRESS on 2 @ TIME}` */
export const commitSigText = ({ signature, validatorAddress, flag, timestamp }: CommitSig): string =>
  `CommitSig{${fingerprint(signature)} by ${fingerprint(validatorAddress)} on ${flag} @ ${formatTime(timestamp)}}`;

/** `Validator{ADDRESS PubKeyEd25519{KEY} VP:70 A:-10}`; undefined: `nil-Validator`. */
export function validatorText(validator: SentValidator | undefined): string {
  if (validator === undefined) return "nil-Validator";
  const { address, publicKey, votingPower, proposerPriority } = validator;
  const name = publicKey?.type === "secp256k1" ? "PubKeySecp256k1" : "PubKeyEd25519";
  const key = publicKey === undefined ? "<nil>" : `${name}{${upperHex(publicKey.bytes)}}`;
  return `Validator{${upperHex(address)} ${key} VP:${votingPower} A:${proposerPriority}}`;
}
