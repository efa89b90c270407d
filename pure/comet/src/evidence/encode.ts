// SPDX-License-Identifier: Apache-2.0
import { ProtoWriter } from "@sotto/codec";
import type { Evidence } from "../block.ts";
import { encodeLightBlock, writeValidator } from "../decode.ts";
import type { Validator, ValidatorSet } from "../validatorSet.ts";
import { encodeVote, writeTime } from "../wire.ts";
import type { DuplicateVote } from "./duplicateVote.ts";
import type { LightClientAttack } from "./lightClientAttack.ts";
import type { SentValidator } from "./wellFormed.ts";

/**
 * Evidence as a block contains it: protobuf of tendermint.types.DuplicateVoteEvidence. Undefined:
 * a vote is missing, so no block contains it.
 */
export function encodeDuplicateVote(evidence: DuplicateVote): Evidence | undefined {
  const { voteA, voteB, totalVotingPower, validatorPower, timestamp } = evidence;
  if (voteA === undefined || voteB === undefined) return undefined;
  const w = new ProtoWriter(512).bytesAlways(1, encodeVote(voteA)).bytesAlways(2, encodeVote(voteB));
  w.int64(3, totalVotingPower).int64(4, validatorPower);
  writeTime(w, 5, timestamp);
  return { kind: "duplicateVote", bytes: w.finish() };
}

function withKeys(validators: readonly (SentValidator | undefined)[]): Validator[] | undefined {
  const known: Validator[] = [];
  for (const each of validators) {
    if (each?.publicKey === undefined) return undefined;
    known.push({ ...each, publicKey: each.publicKey });
  }
  return known;
}

function setOf(sent: NonNullable<LightClientAttack["block"]>["set"]): ValidatorSet | undefined {
  const validators = sent === undefined ? undefined : withKeys(sent.validators);
  const [proposer] = withKeys([sent?.proposer]) ?? [];
  if (validators === undefined || proposer === undefined) return undefined;
  return { validators, proposer, totalPower: 0n };
}

/**
 * The same of tendermint.types.LightClientAttackEvidence. Undefined: a part is missing, so no block
 * contains it.
 */
export function encodeAttack(evidence: LightClientAttack): Evidence | undefined {
  const { block, commonHeight, totalVotingPower, timestamp } = evidence;
  const validators = setOf(block?.set);
  const byzantine = withKeys(evidence.byzantine);
  if (block?.header === undefined || block.commit === undefined || validators === undefined) return undefined;
  if (byzantine === undefined) return undefined;
  const conflicting = encodeLightBlock({ header: block.header, commit: block.commit, validators });
  const w = new ProtoWriter(conflicting.length + 256).bytesAlways(1, conflicting).int64(2, commonHeight);
  for (const each of byzantine) writeValidator(w, 3, each);
  w.int64(4, totalVotingPower);
  writeTime(w, 5, timestamp);
  return { kind: "lightClientAttack", bytes: w.finish() };
}
