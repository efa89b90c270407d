// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import { ed25519Verify, secp256k1Verify, sha256 } from "@sotto/crypto";
import { type BlockId, type Commit, type CommitSig, isNilBlockId, type Vote, VoteFlag, VoteType } from "./block.ts";
import { CometError } from "./errors.ts";
import type { PublicKey } from "./publicKey.ts";
import { compareTime, isZeroTime, type Time, ZERO_TIME } from "./time.ts";
import { findValidator, type Validator, type ValidatorSet } from "./validatorSet.ts";
import { commitSignBytes, voteSignBytes } from "./vote.ts";
import { NOTHING } from "./wire.ts";

/** Limit: CometBFT types/vote.go MaxSignatureSize. */
const MAX_SIGNATURE = 64;
const ADDRESS = 20;

export const ABSENT: CommitSig = {
  flag: VoteFlag.absent,
  validatorAddress: NOTHING,
  timestamp: ZERO_TIME,
  signature: NOTHING,
};

/** A share of voting power, e.g. a third. */
export interface TrustLevel {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const equalBlockId = (a: BlockId, b: BlockId): boolean =>
  equals(a.hash, b.hash) && a.parts.total === b.parts.total && equals(a.parts.hash, b.parts.hash);

/**
 * A precommit for a block as a commit carries it. `sign` is the validator's key, wherever it is.
 */
export function signCommit(
  chainId: string,
  vote: { readonly height: number; readonly round: number; readonly blockId: BlockId; readonly timestamp: Time },
  validatorAddress: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): CommitSig {
  const signature = sign(voteSignBytes(chainId, { type: VoteType.precommit, ...vote }));
  return { flag: VoteFlag.commit, validatorAddress, timestamp: vote.timestamp, signature };
}

/** Whether a consensus key signed the message. Cost: as ed25519Verify. */
export function verifyConsensusSignature(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  return key.type === "ed25519"
    ? ed25519Verify(message, signature, key.bytes)
    : signature.length === 64 && secp256k1Verify(sha256(message), signature, key.bytes);
}

export const verifyVote = (chainId: string, vote: Vote, key: PublicKey): boolean =>
  verifyConsensusSignature(key, voteSignBytes(chainId, vote), vote.signature);

function assertCommitSig(sig: CommitSig, index: number): void {
  const bad = (why: string) => CometError.invalidCommit(`signature #${index}: ${why}`);
  const { flag, validatorAddress, timestamp, signature } = sig;
  if (flag === VoteFlag.absent) {
    if (validatorAddress.length > 0 || !isZeroTime(timestamp) || signature.length > 0) throw bad("is not empty");
    return;
  }
  if (flag !== VoteFlag.commit && flag !== VoteFlag.nil) throw bad(`unknown BlockIDFlag: ${flag}`);
  if (validatorAddress.length !== ADDRESS) throw bad("address is not 20 bytes");
  if (signature.length === 0 || signature.length > MAX_SIGNATURE) throw bad("signature is missing or too big");
}

/** Throws CometError.invalidCommit unless the commit is well formed (Commit.ValidateBasic). */
export function assertCommit(commit: Commit): void {
  if (commit.height < 0 || commit.round < 0) throw CometError.invalidCommit("negative height or round");
  if (commit.height === 0) return;
  if (isNilBlockId(commit.blockId)) throw CometError.invalidCommit("commit cannot be for nil block");
  if (commit.signatures.length === 0) throw CometError.invalidCommit("no signatures in commit");
  commit.signatures.forEach(assertCommitSig);
}

function assertSigned(chainId: string, commit: Commit, sig: CommitSig, index: number, validator: Validator): void {
  const message = commitSignBytes(chainId, commit, sig);
  if (!verifyConsensusSignature(validator.publicKey, message, sig.signature)) {
    throw CometError.invalidCommit(`wrong signature (#${index})`);
  }
}

function assertPower(got: bigint, needed: bigint): void {
  if (got <= needed) {
    throw CometError.invalidCommit(`insufficient voting power: got ${got}, needed more than ${needed}`);
  }
}

function assertFits(set: ValidatorSet, blockId: BlockId, height: number, commit: Commit): void {
  if (set.validators.length !== commit.signatures.length) {
    throw CometError.invalidCommit(
      `wrong set size: ${set.validators.length} validators, ${commit.signatures.length} signatures`,
    );
  }
  if (height !== commit.height) throw CometError.invalidCommit(`wrong height: want ${height}, got ${commit.height}`);
  if (!equalBlockId(blockId, commit.blockId)) throw CometError.invalidCommit("wrong block ID");
}

/**
 * Throws CometError.invalidCommit unless more than two thirds of the set signed this block and
 * every signature that is present is valid (VerifyCommit). Cost: one signature check a validator.
 */
export function verifyCommit(
  chainId: string,
  set: ValidatorSet,
  blockId: BlockId,
  height: number,
  commit: Commit,
): void {
  assertFits(set, blockId, height, commit);
  let power = 0n;
  for (let i = 0; i < commit.signatures.length; i++) {
    const sig = commit.signatures[i] as CommitSig;
    if (sig.flag === VoteFlag.absent) continue;
    assertCommitSig(sig, i);
    const validator = set.validators[i] as Validator;
    assertSigned(chainId, commit, sig, i, validator);
    if (sig.flag === VoteFlag.commit) power += validator.votingPower;
  }
  assertPower(power, (set.totalPower * 2n) / 3n);
}

/** The same for a light client: stops as soon as two thirds are reached (VerifyCommitLight). */
export function verifyCommitLight(
  chainId: string,
  set: ValidatorSet,
  blockId: BlockId,
  height: number,
  commit: Commit,
): void {
  assertFits(set, blockId, height, commit);
  const needed = (set.totalPower * 2n) / 3n;
  tally(chainId, commit, needed, (_sig, i) => set.validators[i]);
}

/**
 * Throws unless more than `level` of the trusted set signed the commit, looked up by address
 * (VerifyCommitLightTrusting). Cost: linear in both; a stranger may choose the commit.
 */
export function verifyCommitTrusting(chainId: string, set: ValidatorSet, commit: Commit, level: TrustLevel): void {
  if (level.denominator === 0n) throw CometError.untrusted("trustLevel has zero Denominator");
  const seen = new Set<Validator>();
  const byAddress = new Map(set.validators.map((each) => [toHex(each.address), each]));
  tally(chainId, commit, (set.totalPower * level.numerator) / level.denominator, (sig, i) => {
    const validator = byAddress.get(toHex(sig.validatorAddress));
    if (validator === undefined) return undefined;
    if (seen.has(validator)) throw CometError.invalidCommit(`double vote (#${i})`);
    seen.add(validator);
    return validator;
  });
}

/**
 * Counts power until it passes `needed`. Compat: power is counted before any signature is checked,
 * so that a commit that cannot reach it costs no signature check (verifyCommitBatch).
 */
function tally(
  chainId: string,
  commit: Commit,
  needed: bigint,
  lookUp: (sig: CommitSig, index: number) => Validator | undefined,
): void {
  let power = 0n;
  const checks: { sig: CommitSig; i: number; validator: Validator }[] = [];
  for (let i = 0; i < commit.signatures.length && power <= needed; i++) {
    const sig = commit.signatures[i] as CommitSig;
    if (sig.flag !== VoteFlag.commit) continue;
    assertCommitSig(sig, i);
    const validator = lookUp(sig, i);
    if (validator === undefined) continue;
    checks.push({ sig, i, validator });
    power += validator.votingPower;
  }
  assertPower(power, needed);
  for (const { sig, i, validator } of checks) assertSigned(chainId, commit, sig, i, validator);
}

/**
 * BFT time: the median of a commit's timestamps weighted by voting power, which is the time of the
 * next block. Undefined without signatures.
 */
export function medianTime(commit: Commit, set: ValidatorSet): Time | undefined {
  const votes: { time: Time; power: bigint }[] = [];
  let total = 0n;
  for (const sig of commit.signatures) {
    if (sig.flag === VoteFlag.absent) continue;
    const validator = findValidator(set, sig.validatorAddress);
    if (validator === undefined) continue;
    votes.push({ time: sig.timestamp, power: validator.votingPower });
    total += validator.votingPower;
  }
  votes.sort((a, b) => compareTime(a.time, b.time));
  let half = total / 2n;
  for (const { time, power } of votes) {
    if (half <= power) return time;
    half -= power;
  }
  return undefined;
}
