// SPDX-License-Identifier: Apache-2.0
import { compare, equals } from "@sotto/bytes";
import { type BlockId, isNilBlockId, type Vote, VoteType } from "../block.ts";
import { verifyVote } from "../commit.ts";
import type { Time } from "../time.ts";
import { findValidator, type ValidatorSet } from "../validatorSet.ts";
import { encodeBlockId } from "../wire.ts";
import { blockIdText, upperHex, voteText, voteTypeName } from "./text.ts";
import { blockIdFault, isComplete, MAX_SIGNATURE, signatureFault, validatorAddressFault } from "./wellFormed.ts";

// Source of checks and texts: CometBFT v0.38.19, types/evidence.go, types/vote.go,
// evidence/verify.go. Its answers are facts that host/rpc/test/consensus.test.ts compares.

/**
 * Two votes of one validator that cannot both be honest, as received: not checked.
 */
export interface DuplicateVote {
  readonly voteA: Vote | undefined;
  readonly voteB: Vote | undefined;
  readonly totalVotingPower: bigint;
  readonly validatorPower: bigint;
  readonly timestamp: Time;
}

/** Two votes without a fault of `malformedDuplicateVote`. */
export interface WellFormedDuplicateVote extends DuplicateVote {
  readonly voteA: Vote;
  readonly voteB: Vote;
}

function votedIdFault(id: BlockId): string | undefined {
  const fault = blockIdFault(id);
  if (fault !== undefined) return `wrong BlockID: ${fault}`;
  return isNilBlockId(id) || isComplete(id)
    ? undefined
    : `blockID must be either empty or complete, got: ${blockIdText(id)}`;
}

/** Extensions belong to precommits for a block, and are signed. */
function extensionFault({ type, blockId, extension, extensionSignature }: Vote): string | undefined {
  const isNil = isNilBlockId(blockId);
  if (type !== VoteType.precommit || isNil) {
    if (extension.length > 0) return `unexpected vote extension; vote type ${type}, isNil ${isNil}`;
    return extensionSignature.length > 0 ? "unexpected vote extension signature" : undefined;
  }
  if (extensionSignature.length > MAX_SIGNATURE) return `vote extension signature is too big (max: ${MAX_SIGNATURE})`;
  return extensionSignature.length === 0 && extension.length > 0
    ? "vote extension signature absent on vote with extension"
    : undefined;
}

/** Why a vote is not well formed (Vote.ValidateBasic). */
function voteFault(vote: Vote): string | undefined {
  const { type, height, round, blockId, validatorAddress, validatorIndex, signature } = vote;
  if (type !== VoteType.prevote && type !== VoteType.precommit) return "invalid Type";
  if (height <= 0) return "negative or zero Height";
  if (round < 0) return "negative Round";
  const ofVoted = votedIdFault(blockId) ?? validatorAddressFault(validatorAddress);
  if (ofVoted !== undefined) return ofVoted;
  if (validatorIndex < 0) return "negative ValidatorIndex";
  return signatureFault(signature) ?? extensionFault(vote);
}

/** The order of CometBFT's BlockID.Key: the hash, then the encoded header of the parts. */
function compareBlockIds(a: BlockId, b: BlockId): number {
  // A block id without hash is the header after its tag and its length, a byte each.
  const tail = (id: BlockId) => encodeBlockId({ ...id, hash: new Uint8Array(0) }).subarray(2);
  return compare(a.hash, b.hash) || compare(tail(a), tail(b));
}

/** Why evidence is not well formed (DuplicateVoteEvidence.ValidateBasic). */
export function malformedDuplicateVote(evidence: DuplicateVote): string | undefined {
  const { voteA, voteB } = evidence;
  if (voteA === undefined || voteB === undefined) {
    return `one or both of the votes are empty ${voteText(voteA)}, ${voteText(voteB)}`;
  }
  const a = voteFault(voteA);
  if (a !== undefined) return `invalid VoteA: ${a}`;
  const b = voteFault(voteB);
  if (b !== undefined) return `invalid VoteB: ${b}`;
  return compareBlockIds(voteA.blockId, voteB.blockId) >= 0 ? "duplicate votes in invalid order" : undefined;
}

const placeText = ({ height, round, type }: Vote): string => `${height}/${round}/${voteTypeName(type)}`;

/**
 * The reason why well-formed evidence does not prove a fault of a validator of its height
 * (VerifyDuplicateVote).
 */
export function duplicateVoteFault(
  evidence: WellFormedDuplicateVote,
  chainId: string,
  set: ValidatorSet,
): string | undefined {
  const { voteA, voteB, validatorPower, totalVotingPower } = evidence;
  const validator = findValidator(set, voteA.validatorAddress);
  if (validator === undefined) {
    return `address ${upperHex(voteA.validatorAddress)} was not a validator at height ${voteA.height}`;
  }
  if (placeText(voteA) !== placeText(voteB)) {
    return `h/r/s does not match: ${placeText(voteA)} vs ${placeText(voteB)}`;
  }
  if (!equals(voteA.validatorAddress, voteB.validatorAddress)) {
    return `validator addresses do not match: ${upperHex(voteA.validatorAddress)} vs ${upperHex(voteB.validatorAddress)}`;
  }
  const differs = "and our validator set does not match";
  if (validator.votingPower !== validatorPower) {
    return `validator power from evidence ${differs} (${validatorPower} != ${validator.votingPower})`;
  }
  if (set.totalPower !== totalVotingPower) {
    return `total voting power from the evidence ${differs} (${totalVotingPower} != ${set.totalPower})`;
  }
  if (!verifyVote(chainId, voteA, validator.publicKey)) return "verifying VoteA: invalid signature";
  return verifyVote(chainId, voteB, validator.publicKey) ? undefined : "verifying VoteB: invalid signature";
}
