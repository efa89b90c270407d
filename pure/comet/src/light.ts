// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { BLOCK_PROTOCOL, type Block, type Header, MAX_CHAIN_ID_LENGTH, type SignedHeader } from "./block.ts";
import { assertCommit, type TrustLevel, verifyCommitLight, verifyCommitTrusting } from "./commit.ts";
import type { LightBlock } from "./decode.ts";
import { CometError } from "./errors.ts";
import { commitHash, dataHash, evidenceHash, headerHash } from "./hash.ts";
import { consensusAddress } from "./publicKey.ts";
import { addTime, compareTime, formatTime, type Time } from "./time.ts";
import { type Validator, type ValidatorSet, validatorSetHash } from "./validatorSet.ts";

const isHash = (bytes: Uint8Array): boolean => bytes.length === 0 || bytes.length === 32;

/** Throws CometError.invalidHeader unless the header is well formed (Header.ValidateBasic). */
export function assertHeader(header: Header): void {
  const bad = (why: string) => CometError.invalidHeader(why);
  if (header.version.block !== BLOCK_PROTOCOL) throw bad(`block protocol is ${header.version.block}`);
  if (new TextEncoder().encode(header.chainId).length > MAX_CHAIN_ID_LENGTH) throw bad("chain id is too long");
  if (header.height <= 0) throw bad("height is not positive");
  if (header.proposerAddress.length !== 20) throw bad("proposer address is not 20 bytes");
  const hashes: readonly (readonly [string, Uint8Array])[] = [
    ["last block id", header.lastBlockId.hash],
    ["last part set", header.lastBlockId.parts.hash],
    ["last commit hash", header.lastCommitHash],
    ["data hash", header.dataHash],
    ["evidence hash", header.evidenceHash],
    ["validators hash", header.validatorsHash],
    ["next validators hash", header.nextValidatorsHash],
    ["consensus hash", header.consensusHash],
    ["last results hash", header.lastResultsHash],
  ];
  for (const [name, hash] of hashes) if (!isHash(hash)) throw bad(`${name} is not 32 bytes`);
}

/**
 * Throws unless header and commit are well formed and belong together on this chain
 * (SignedHeader.ValidateBasic).
 */
export function assertSignedHeader({ header, commit }: SignedHeader, chainId: string): void {
  assertHeader(header);
  assertCommit(commit);
  if (header.chainId !== chainId) throw CometError.invalidHeader(`header belongs to another chain, not ${chainId}`);
  if (commit.height !== header.height) throw CometError.invalidHeader("header and commit differ in height");
  const hash = headerHash(header);
  if (hash === undefined || !equals(hash, commit.blockId.hash)) {
    throw CometError.invalidHeader(`commit signs block ${toHex(commit.blockId.hash)}, header is another`);
  }
}

function assertValidator({ address, publicKey, votingPower }: Validator): void {
  if (votingPower < 0n) throw CometError.invalidValidators("validator has negative voting power");
  if (!equals(address, consensusAddress(publicKey))) {
    throw CometError.invalidValidators("validator address is incorrectly derived from pubkey");
  }
}

/** Throws unless a set is well formed (ValidatorSet.ValidateBasic). */
export function assertValidatorSet(set: ValidatorSet): void {
  if (set.validators.length === 0) throw CometError.invalidValidators("validator set is empty");
  set.validators.forEach(assertValidator);
  const { proposer } = set;
  if (proposer === undefined) throw CometError.invalidValidators("validator set has no proposer");
  assertValidator(proposer);
  if (!set.validators.some(({ address }) => equals(address, proposer.address))) {
    throw CometError.invalidValidators("proposer not in validator set");
  }
}

/**
 * Throws unless a light block is consistent in itself; no signature is checked
 * (LightBlock.ValidateBasic).
 */
export function assertLightBlock(block: LightBlock, chainId: string): void {
  assertSignedHeader(block, chainId);
  assertValidatorSet(block.validators);
  if (!equals(block.header.validatorsHash, validatorSetHash(block.validators))) {
    throw CometError.invalidHeader("validator hash of header does not match validator set hash");
  }
}

/**
 * Throws unless a block is consistent in itself (Block.ValidateBasic). The rules of evidence check
 * evidence.
 */
export function assertBlock(block: Block): void {
  const { header, lastCommit } = block;
  assertHeader(header);
  if (lastCommit === undefined) throw CometError.malformed("nil LastCommit");
  assertCommit(lastCommit);
  if (!equals(header.lastCommitHash, commitHash(lastCommit))) throw CometError.malformed("wrong LastCommitHash");
  if (!equals(header.dataHash, dataHash(block.txs))) throw CometError.malformed("wrong DataHash");
  if (!equals(header.evidenceHash, evidenceHash(block.evidence))) throw CometError.malformed("wrong EvidenceHash");
}

/** A third: the default of CometBFT's light client. */
export const DEFAULT_TRUST_LEVEL: TrustLevel = { numerator: 1n, denominator: 3n };

/** The fields of a trusted header that a step needs. */
export type TrustedHeader = Pick<Header, "chainId" | "height" | "time" | "nextValidatorsHash">;

export interface LightStep {
  readonly trusted: { readonly header: TrustedHeader };
  /** Validators that the trusted header announces for its next height. */
  readonly trustedNext: ValidatorSet;
  readonly untrusted: SignedHeader;
  readonly untrustedValidators: ValidatorSet;
  readonly trustingPeriodSeconds: number;
  readonly now: Time;
  readonly maxClockDriftSeconds: number;
  readonly trustLevel: TrustLevel;
}

function assertNewHeader(step: LightStep): void {
  const { header } = step.untrusted;
  const old = step.trusted.header;
  assertSignedHeader(step.untrusted, old.chainId);
  if (header.height <= old.height) {
    throw CometError.invalidHeader(`expected new header height ${header.height} to be greater than ${old.height}`);
  }
  if (compareTime(header.time, old.time) <= 0) {
    throw CometError.invalidHeader("expected new header time to be after old header time");
  }
  if (compareTime(header.time, addTime(step.now, step.maxClockDriftSeconds)) >= 0) {
    throw CometError.invalidHeader(`new header has a time from the future ${formatTime(header.time)}`);
  }
  if (!equals(header.validatorsHash, validatorSetHash(step.untrustedValidators))) {
    throw CometError.invalidHeader("expected new header validators to match those that were supplied");
  }
}

/**
 * One step of a light client, adjacent or skipping: throws a CometError unless the untrusted header
 * follows from the trusted one (light.Verify). Cost: the signatures of up to two thirds of both
 * sets; the untrusted set, which a stranger chooses, is checked last.
 */
export function verifyLightStep(step: LightStep): void {
  const { trusted, untrusted, untrustedValidators } = step;
  const { chainId } = trusted.header;
  const expires = addTime(trusted.header.time, step.trustingPeriodSeconds);
  if (compareTime(expires, step.now) <= 0) {
    throw CometError.untrusted(`old header has expired at ${formatTime(expires)}`);
  }
  assertNewHeader(step);
  if (untrusted.header.height === trusted.header.height + 1) {
    if (!equals(untrusted.header.validatorsHash, trusted.header.nextValidatorsHash)) {
      throw CometError.untrusted("expected old header next validators to match those from new header");
    }
  } else assertTrusted(step, chainId);
  const { blockId, height } = untrusted.commit;
  verifyCommitLight(chainId, untrustedValidators, blockId, height, untrusted.commit);
}

function assertTrusted({ trustedNext, untrusted, trustLevel }: LightStep, chainId: string): void {
  try {
    verifyCommitTrusting(chainId, trustedNext, untrusted.commit, trustLevel);
  } catch (cause) {
    // A valid commit of unknown signers has a separate code: the caller may bisect.
    if (ChainError.is(cause, CometError.invalidCommit)) throw CometError.untrusted("cant trust new val set", cause);
    throw cause;
  }
}
