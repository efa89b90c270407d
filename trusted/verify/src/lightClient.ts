// SPDX-License-Identifier: Apache-2.0
import { equals, toHex } from "@sotto/bytes";
import {
  addTime,
  assertHeader,
  assertSignedHeader,
  assertValidatorSet,
  CometError,
  compareTime,
  DEFAULT_TRUST_LEVEL,
  dataHash,
  decodeCommit,
  decodeHeader,
  decodeLightBlock,
  decodeValidatorSet,
  type Header,
  isZeroTime,
  type LightBlock,
  type Time,
  type ValidatorSet,
  validatorSetHash,
  verifyCommit,
  verifyLightStep,
  ZERO_TIME,
} from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { BoundaryError, type SubmitBlockRequest, TrustLimit, type TrustRequest, type Untrusted } from "@sotto/protocol";
import { type Checkpoint, checkpointAt, DEFAULT_TRUSTING_PERIOD } from "./checkpoint.ts";
import type { SeenHeader } from "./shown.ts";
import { unwrap } from "./unwrap.ts";

/** A block whose header, commit and transactions match and follow the checkpoint. */
export interface VerifiedBlock {
  readonly height: number;
  readonly timeNs: bigint;
  readonly hash: Uint8Array;
  /** Empty for the first block. */
  readonly lastBlockHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  /** Of the state before this block. */
  readonly appHash: Uint8Array;
  /** Of the results of the block before. */
  readonly lastResultsHash: Uint8Array;
  readonly txs: readonly Uint8Array[];
  /** The checkpoint after this block. */
  readonly checkpoint: Checkpoint;
}

/** The header of a checkpoint; undefined for one without a time. */
export const seenAt = ({ height, time, appHash }: Checkpoint): SeenHeader | undefined =>
  isZeroTime(time) ? undefined : { height, time: String(toNs(time)), appHash };

const toNs = ({ seconds, nanos }: Time): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

/** Runs a check. Its failure is for the host's log, not for an answer of the enclave. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown.codespace === "boundary") throw thrown;
    if (ChainError.is(thrown, CometError.untrusted)) throw BoundaryError.notTrusted(undefined, thrown);
    throw BoundaryError.invalidBlock(undefined, thrown);
  }
}

/**
 * Verifies the next block: it belongs to this chain, follows the checkpoint, its commit has more
 * than two thirds of the set in the checkpoint, and its transactions match the data hash of the
 * header (spec/calls.md 2.1). Cost: an ed25519 verification a validator, a hash a transaction.
 */
export function verifyBlock(checkpoint: Checkpoint, request: Untrusted<SubmitBlockRequest>): VerifiedBlock {
  return checked(() => verify(checkpoint, unwrap(request)));
}

function verify(checkpoint: Checkpoint, request: SubmitBlockRequest): VerifiedBlock {
  const header = decodeHeader(request.header);
  const commit = decodeCommit(request.commit);
  const validators = decodeValidatorSet(request.validators);
  const block: LightBlock = { header, commit, validators };
  assertOurs(checkpoint, header);
  if (header.height !== heightAfter(checkpoint)) throw BoundaryError.wrongHeight();
  assertNext(checkpoint, block);
  if (!equals(header.dataHash, dataHash(request.txs))) throw BoundaryError.invalidBlock();
  verifyCommit(checkpoint.chainId, validators, commit.blockId, header.height, commit);
  return {
    height: header.height,
    timeNs: toNs(header.time),
    hash: commit.blockId.hash,
    lastBlockHash: header.lastBlockId.hash,
    nextValidatorsHash: header.nextValidatorsHash,
    appHash: header.appHash,
    lastResultsHash: header.lastResultsHash,
    txs: request.txs,
    checkpoint: checkpointAt(checkpoint, header, commit.blockId.hash),
  };
}

const heightAfter = ({ height, initialHeight }: Checkpoint): number => (height === 0 ? initialHeight : height + 1);

function assertOurs({ chainId }: Checkpoint, header: Header): void {
  assertHeader(header);
  if (header.chainId !== chainId) throw BoundaryError.wrongChain();
}

/** Checks that cost no signature. After them the commit signs this very header. */
function assertLater({ chainId, time }: Checkpoint, { header, commit, validators }: LightBlock): void {
  assertSignedHeader({ header, commit }, chainId);
  assertValidatorSet(validators);
  if (!equals(header.validatorsHash, validatorSetHash(validators))) throw BoundaryError.invalidBlock();
  if (header.appHash.length !== 0 && header.appHash.length !== 32) throw BoundaryError.invalidBlock();
  if (compareTime(header.time, time) <= 0) throw BoundaryError.invalidBlock();
}

/**
 * The same for the block that follows directly, with the set and the last block that it must have.
 */
function assertNext(checkpoint: Checkpoint, block: LightBlock): void {
  const { header } = block;
  assertLater(checkpoint, block);
  if (!equals(header.validatorsHash, checkpoint.nextValidatorsHash)) throw BoundaryError.invalidBlock();
  const isFirst = checkpoint.height === 0;
  if (!isFirst && !equals(header.lastBlockId.hash, checkpoint.blockHash)) throw BoundaryError.wrongHeight();
}

/**
 * Verifies light blocks, each from the one before, the first from the checkpoint: one that follows
 * directly as any block, another by skipping (spec/calls.md 2.4). Returns the checkpoint at the
 * last one. Cost: at most an ed25519 verification for each of TrustLimit.validators.
 */
export function verifyTrust(checkpoint: Checkpoint, request: Untrusted<TrustRequest>): Checkpoint {
  return checked(() => {
    const { steps } = unwrap(request);
    if (steps.length === 0) throw BoundaryError.invalidBlock();
    let at = checkpoint;
    let left: number = TrustLimit.validators;
    for (const step of steps) {
      const block = decodeLightBlock(step.lightBlock);
      const isSame = step.trusted.length === 0;
      const trusted = isSame ? block.validators : decodeValidatorSet(step.trusted);
      left -= block.validators.validators.length + (isSame ? 0 : trusted.validators.length);
      if (left < 0) throw BoundaryError.malformedFrame();
      at = verifyStep(at, block, trusted);
    }
    return at;
  });
}

function verifyStep(at: Checkpoint, block: LightBlock, trusted: ValidatorSet): Checkpoint {
  const { header, commit, validators } = block;
  assertOurs(at, header);
  const next = heightAfter(at);
  if (header.height < next) throw BoundaryError.wrongHeight();
  if (header.height === next) {
    assertNext(at, block);
    verifyCommit(at.chainId, validators, commit.blockId, header.height, commit);
  } else skip(at, block, trusted);
  return checkpointAt(at, header, commit.blockId.hash);
}

/** `trusted`: the set that the checkpoint names as the next, from the host. */
function skip(at: Checkpoint, block: LightBlock, trusted: ValidatorSet): void {
  const { chainId, height, time, nextValidatorsHash, trustingPeriod } = at;
  // A genesis and sealed bytes of form 1 have no time to count from.
  if (isZeroTime(time)) throw BoundaryError.wrongHeight();
  assertLater(at, block);
  assertDistinct(block.validators);
  // The enclave has no clock that the host does not set: the new header's time is the present.
  const now = block.header.time;
  if (compareTime(addTime(time, trustingPeriod), now) <= 0) throw BoundaryError.trustExpired();
  assertValidatorSet(trusted);
  if (!equals(validatorSetHash(trusted), nextValidatorsHash)) throw BoundaryError.invalidBlock();
  verifyLightStep({
    trusted: { header: { chainId, height, time, nextValidatorsHash } },
    trustedNext: trusted,
    untrusted: block,
    untrustedValidators: block.validators,
    trustingPeriodSeconds: trustingPeriod,
    now,
    maxClockDriftSeconds: 1,
    trustLevel: DEFAULT_TRUST_LEVEL,
  });
}

/** Throws for a validator that stands twice in a set: its vote would count twice. */
function assertDistinct({ validators }: ValidatorSet): void {
  const addresses = new Set(validators.map(({ address }) => toHex(address)));
  if (addresses.size !== validators.length) throw BoundaryError.invalidBlock();
}

/**
 * The root of trust of a new chain: its genesis validators. `trustingPeriod` is in seconds, 0 for
 * the default. Throws BoundaryError for a malformed set.
 */
export const trustGenesis = (
  chainId: string,
  validators: Uint8Array,
  initialHeight: number,
  trustingPeriod = 0,
): Checkpoint =>
  checked(() => {
    const set = decodeValidatorSet(validators);
    assertValidatorSet(set);
    assertDistinct(set);
    return {
      chainId,
      height: 0,
      blockHash: new Uint8Array(0),
      nextValidatorsHash: validatorSetHash(set),
      initialHeight: Math.max(1, initialHeight),
      time: ZERO_TIME,
      appHash: new Uint8Array(0),
      trustingPeriod: trustingPeriod === 0 ? DEFAULT_TRUSTING_PERIOD : trustingPeriod,
    };
  });
