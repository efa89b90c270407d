import { decode } from "@sotto/codec";
import { addTime, compareTime, type SignedHeader, type Time } from "@sotto/comet";
import { assert } from "@sotto/errors";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import type { ApiBackend, StoredBlock } from "../backend.ts";
import { mustMeta } from "../stored.ts";
import { type DuplicateVote, duplicateVoteFault, evidenceFault, evidenceText, type WellFormed } from "./doubleVote.ts";
import type { EvidenceArgument } from "./evidenceJson.ts";
import { attackBlock, attackFault, type ConflictingBlock, type LightClientAttack } from "./lightAttack.ts";
import { attackText } from "./lightAttackText.ts";
import { RpcError } from "./rpcError.ts";
import { goTimeText } from "./voteText.ts";

// Source of checks and texts: CometBFT v0.38.19, rpc/core/evidence.go and evidence/verify.go.

/** Why evidence is too old to be punished: past the age both in blocks and in time (IsEvidenceExpired). */
async function ageFault(backend: ApiBackend, height: number, at: Time): Promise<string | undefined> {
  const latest = backend.latestHeight();
  const [{ header }, params] = await Promise.all([mustMeta(backend, latest), backend.consensusParams(latest)]);
  const limits = params === undefined ? undefined : decode(ConsensusParamsSchema, params).evidence;
  assert(limits !== undefined, "the consensus parameters say nothing of evidence");
  const { seconds = 0n, nanos = 0 } = limits.maxAgeDuration ?? {};
  const now = header.time;
  const oldest = addTime(now, -Number(seconds), -nanos);
  if (BigInt(latest - height) <= limits.maxAgeNumBlocks || compareTime(at, oldest) >= 0) return undefined;
  const least = BigInt(latest) - limits.maxAgeNumBlocks;
  // Compat: the last time that is printed is after the latest block, not before it.
  const until = goTimeText(addTime(now, Number(seconds), nanos));
  return `evidence from height ${height} (created at: ${goTimeText(at)}) is too old; min height is ${least} and evidence can not be older than ${until}`;
}

/** What every kind of evidence says: where it happened, and when the block there was made. */
interface Occasion {
  readonly height: number;
  readonly timestamp: Time;
}

/** A block of the chain; a height that it has not reached is asked of nobody. */
const blockAt = async (backend: ApiBackend, height: number): Promise<StoredBlock | undefined> =>
  height > backend.latestHeight() ? undefined : backend.block(height);

/** Why evidence does not belong to this chain, or is too old (the first half of evidence.Pool.verify). */
async function occasionFault(backend: ApiBackend, { height, timestamp }: Occasion): Promise<string | undefined> {
  const stored = await blockAt(backend, height);
  if (stored === undefined) return `don't have header #${height}`;
  const { time } = stored.block.header;
  if (compareTime(timestamp, time) !== 0) {
    const times = `${goTimeText(timestamp)} != ${goTimeText(time)}`;
    return `evidence has a different time to the block it is associated with (${times})`;
  }
  return ageFault(backend, height, time);
}

async function doubleVoteOnChain(backend: ApiBackend, evidence: WellFormed): Promise<string | undefined> {
  const { height } = evidence.voteA;
  const fault = await occasionFault(backend, { height, timestamp: evidence.timestamp });
  if (fault !== undefined) return fault;
  const set = await backend.validators(height);
  if (set === undefined) return `could not find validator set for height #${height}`;
  return duplicateVoteFault(evidence, backend.info.network, set);
}

/** Header and final commit of a height; the text of the failure when one of them is not there. */
async function signedHeader(backend: ApiBackend, height: number): Promise<SignedHeader | string> {
  const stored = await blockAt(backend, height);
  if (stored === undefined) return `don't have header at height #${height}`;
  const found = await backend.commit(height);
  if (found === undefined || !found.canonical) return `don't have commit at height #${height}`;
  return { header: stored.block.header, commit: found.commit };
}

/** The chain's own header to hold against a conflicting one: of its height, or the latest if the chain is not there yet. */
async function trustedHeader(backend: ApiBackend, { header }: ConflictingBlock): Promise<SignedHeader | string> {
  const own = await signedHeader(backend, header.height);
  if (typeof own !== "string") return own;
  const latest = await signedHeader(backend, backend.latestHeight());
  if (typeof latest === "string" || compareTime(latest.header.time, header.time) >= 0) return latest;
  const times = `${goTimeText(latest.header.time)}) is before conflicting block time (${goTimeText(header.time)}`;
  return `latest block time (${times})`;
}

async function attackOnChain(
  backend: ApiBackend,
  evidence: LightClientAttack,
  block: ConflictingBlock,
): Promise<string | undefined> {
  const height = evidence.commonHeight;
  const fault = await occasionFault(backend, { height, timestamp: evidence.timestamp });
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

function assertWellFormed(evidence: DuplicateVote): asserts evidence is WellFormed {
  const fault = evidenceFault(evidence);
  if (fault !== undefined) throw malformed(fault);
}

/**
 * Judges evidence as CometBFT does before it goes into the pool. Always throws RpcError: with the reference's text for
 * evidence that does not hold, with the node's own for evidence that does, since its blocks carry none.
 */
export async function judgeEvidence(backend: ApiBackend, given: EvidenceArgument): Promise<never> {
  let fault: string | undefined;
  let shown: string;
  if (given.kind === "duplicateVote") {
    assertWellFormed(given.evidence);
    fault = await doubleVoteOnChain(backend, given.evidence);
    shown = evidenceText(given.evidence);
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
