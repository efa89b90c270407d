// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, equals, fromUtf8, readBeU64, toUtf8 } from "@sotto/bytes";
import {
  assertHeader,
  assertSignedHeader,
  assertValidatorSet,
  dataHash,
  decodeCommit,
  decodeHeader,
  decodeValidatorSet,
  headerHash,
  type Time,
  validatorSetHash,
  verifyCommit,
} from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { BoundaryError, type SubmitBlockRequest, type Untrusted } from "@sotto/protocol";
import { unwrap } from "./unwrap.ts";

/** The part of the last committed block from which the next one must follow. */
export interface Checkpoint {
  readonly chainId: string;
  /** 0 before the first block. */
  readonly height: number;
  /** Empty before the first block. */
  readonly blockHash: Uint8Array;
  /** Hash of the validator set that must sign the next block. */
  readonly nextValidatorsHash: Uint8Array;
  /** First height of the chain. */
  readonly initialHeight: number;
}

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
}

const toNs = ({ seconds, nanos }: Time): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

function refuse(thrown: unknown): never {
  // The failed check is for the host's log, not for an answer of the enclave.
  if (thrown instanceof ChainError && thrown.codespace !== "boundary")
    throw BoundaryError.invalidBlock(undefined, thrown);
  throw thrown;
}

/**
 * Verifies the next block: it belongs to this chain, follows the checkpoint, its commit has more
 * than two thirds of the set in the checkpoint, and its transactions match the data hash of the
 * header (spec/calls.md 2.1). Cost: an ed25519 verification a validator, a hash a transaction.
 */
export function verifyBlock(checkpoint: Checkpoint, request: Untrusted<SubmitBlockRequest>): VerifiedBlock {
  try {
    return verify(checkpoint, unwrap(request));
  } catch (thrown) {
    return refuse(thrown);
  }
}

function verify(checkpoint: Checkpoint, request: SubmitBlockRequest): VerifiedBlock {
  const { chainId, height: last, blockHash, nextValidatorsHash, initialHeight } = checkpoint;
  const header = decodeHeader(request.header);
  const commit = decodeCommit(request.commit);
  const validators = decodeValidatorSet(request.validators);
  assertHeader(header);
  if (header.chainId !== chainId) throw BoundaryError.wrongChain();
  const isFirst = last === 0;
  if (header.height !== (isFirst ? initialHeight : last + 1)) throw BoundaryError.wrongHeight();
  assertSignedHeader({ header, commit }, chainId);
  assertValidatorSet(validators);
  const setHash = validatorSetHash(validators);
  if (!equals(setHash, nextValidatorsHash) || !equals(header.validatorsHash, setHash))
    throw BoundaryError.invalidBlock();
  if (!isFirst && !equals(header.lastBlockId.hash, blockHash)) throw BoundaryError.wrongHeight();
  const hash = headerHash(header);
  if (hash === undefined || !equals(header.dataHash, dataHash(request.txs))) throw BoundaryError.invalidBlock();
  verifyCommit(chainId, validators, commit.blockId, header.height, commit);
  return {
    height: header.height,
    timeNs: toNs(header.time),
    hash,
    lastBlockHash: header.lastBlockId.hash,
    nextValidatorsHash: header.nextValidatorsHash,
    appHash: header.appHash,
    lastResultsHash: header.lastResultsHash,
    txs: request.txs,
  };
}

/** The checkpoint after a verified block. */
export const advance = (checkpoint: Checkpoint, block: VerifiedBlock): Checkpoint => ({
  ...checkpoint,
  height: block.height,
  blockHash: block.hash,
  nextValidatorsHash: block.nextValidatorsHash,
});

/**
 * The root of trust of a new chain: its genesis validators. Throws BoundaryError for a malformed
 * set.
 */
export function trustGenesis(chainId: string, validators: Uint8Array, initialHeight: number): Checkpoint {
  try {
    const set = decodeValidatorSet(validators);
    assertValidatorSet(set);
    const nextValidatorsHash = validatorSetHash(set);
    return {
      chainId,
      height: 0,
      blockHash: new Uint8Array(0),
      nextValidatorsHash,
      initialHeight: Math.max(1, initialHeight),
    };
  } catch (thrown) {
    return refuse(thrown);
  }
}

/** Checkpoint as bytes, to be sealed: heights BE8, length of the block hash, hashes, chain id. */
export const encodeCheckpoint = ({
  chainId,
  height,
  blockHash,
  nextValidatorsHash,
  initialHeight,
}: Checkpoint): Uint8Array =>
  concat(
    beU64(BigInt(height)),
    beU64(BigInt(initialHeight)),
    Uint8Array.of(blockHash.length),
    blockHash,
    nextValidatorsHash,
    fromUtf8(chainId),
  );

/** Inverse of encodeCheckpoint, for bytes that this enclave sealed; undefined when malformed. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint | undefined {
  const hashLength = bytes[16] ?? 255;
  const rest = 17 + hashLength;
  if ((hashLength !== 0 && hashLength !== 32) || bytes.length < rest + 32) return undefined;
  const chainId = toUtf8(bytes.subarray(rest + 32));
  if (chainId === undefined) return undefined;
  return {
    chainId,
    height: Number(readBeU64(bytes)),
    initialHeight: Number(readBeU64(bytes, 8)),
    blockHash: bytes.slice(17, rest),
    nextValidatorsHash: bytes.slice(rest, rest + 32),
  };
}
