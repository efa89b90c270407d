// SPDX-License-Identifier: Apache-2.0
import { type ApiBackend, mustMeta, type StoredBlock } from "@sotto/backend";
import type { EvidenceArgument } from "@sotto/backend/comet-json";
import { decode } from "@sotto/codec";
import type { SignedHeader } from "@sotto/comet";
import {
  attackBlock,
  attackFault,
  type ConflictingBlock,
  type DuplicateVote,
  duplicateVoteFault,
  type EvidenceAge,
  forwardFault,
  type LightClientAttack,
  malformedDuplicateVote,
  type Occasion,
  occasionFault,
  type WellFormedDuplicateVote,
} from "@sotto/comet/evidence";
import { assert } from "@sotto/errors";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { attackText, duplicateVoteText } from "./evidenceText.ts";
import { RpcError } from "./rpcError.ts";

// Source of the texts here: CometBFT v0.38.19, rpc/core/evidence.go and evidence/verify.go. The
// rules are in @sotto/comet.

/** Maximum age of evidence, by the consensus parameters of a height. */
async function ageAt(backend: ApiBackend, height: number): Promise<EvidenceAge> {
  const params = await backend.consensusParams(height);
  const limits = params === undefined ? undefined : decode(ConsensusParamsSchema, params).evidence;
  assert(limits !== undefined, "the consensus parameters have no evidence limits");
  const { seconds = 0n, nanos = 0 } = limits.maxAgeDuration ?? {};
  return { blocks: limits.maxAgeNumBlocks, seconds, nanos };
}

/** A block of the chain; without a request for a height that it has not reached. */
const blockAt = async (backend: ApiBackend, height: number): Promise<StoredBlock | undefined> =>
  height > backend.latestHeight() ? undefined : backend.block(height);

/** The reason why evidence does not match this chain, or is too old. */
async function occasionOnChain(backend: ApiBackend, occasion: Occasion): Promise<string | undefined> {
  const stored = await blockAt(backend, occasion.height);
  if (stored === undefined) return `don't have header #${occasion.height}`;
  const height = backend.latestHeight();
  const [{ header }, age] = await Promise.all([mustMeta(backend, height), ageAt(backend, height)]);
  return occasionFault(occasion, stored.block.header.time, { height, time: header.time }, age);
}

async function duplicateVoteOnChain(
  backend: ApiBackend,
  evidence: WellFormedDuplicateVote,
): Promise<string | undefined> {
  const { height } = evidence.voteA;
  const fault = await occasionOnChain(backend, { height, timestamp: evidence.timestamp });
  if (fault !== undefined) return fault;
  const set = await backend.validators(height);
  if (set === undefined) return `could not find validator set for height #${height}`;
  return duplicateVoteFault(evidence, backend.info.network, set);
}

/** Header and final commit of a height; the text of the failure when one of them is missing. */
async function signedHeader(backend: ApiBackend, height: number): Promise<SignedHeader | string> {
  const stored = await blockAt(backend, height);
  if (stored === undefined) return `don't have header at height #${height}`;
  const found = await backend.commit(height);
  if (found === undefined || !found.canonical) return `don't have commit at height #${height}`;
  return { header: stored.block.header, commit: found.commit };
}

/**
 * The chain's own header to compare with a conflicting one: of its height, or the latest if the
 * chain is lower.
 */
async function trustedHeader(backend: ApiBackend, block: ConflictingBlock): Promise<SignedHeader | string> {
  const own = await signedHeader(backend, block.header.height);
  if (typeof own !== "string") return own;
  const latest = await signedHeader(backend, backend.latestHeight());
  if (typeof latest === "string") return latest;
  return forwardFault(latest.header, block) ?? latest;
}

async function attackOnChain(
  backend: ApiBackend,
  evidence: LightClientAttack,
  block: ConflictingBlock,
): Promise<string | undefined> {
  const height = evidence.commonHeight;
  const fault = await occasionOnChain(backend, { height, timestamp: evidence.timestamp });
  if (fault !== undefined) return fault;
  const common = await signedHeader(backend, height);
  if (typeof common === "string") return common;
  const set = await backend.validators(height);
  if (set === undefined) return `could not find validator set for height #${height}`;
  const trusted = height === block.header.height ? common : await trustedHeader(backend, block);
  if (typeof trusted === "string") return trusted;
  return attackFault(evidence, block, { header: common.header, set }, trusted);
}

const malformed = (why: string): RpcError => new RpcError(`evidence.ValidateBasic failed: ${why}`);

function assertWellFormed(evidence: DuplicateVote): asserts evidence is WellFormedDuplicateVote {
  const fault = malformedDuplicateVote(evidence);
  if (fault !== undefined) throw malformed(fault);
}

/**
 * Checks evidence as CometBFT does before it enters the pool. Always throws RpcError: with the
 * reference's text for invalid evidence, with the node's own for valid evidence, because its blocks
 * carry no evidence.
 */
export async function judgeEvidence(backend: ApiBackend, given: EvidenceArgument): Promise<never> {
  let fault: string | undefined;
  let shown: string;
  if (given.kind === "duplicateVote") {
    assertWellFormed(given.evidence);
    fault = await duplicateVoteOnChain(backend, given.evidence);
    shown = duplicateVoteText(given.evidence);
  } else {
    const block = attackBlock(given.evidence);
    if (typeof block === "string") throw malformed(block);
    fault = await attackOnChain(backend, given.evidence, block);
    shown = attackText(given.evidence, block);
  }
  if (fault !== undefined) {
    throw new RpcError(`failed to add evidence: Invalid evidence: ${fault}. Evidence: ${shown}`);
  }
  throw new RpcError(
    "failed to add evidence: can't add evidence to pending list: the evidence is valid, but the sequencer of this node puts no evidence into blocks",
  );
}
