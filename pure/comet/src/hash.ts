// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { merkleProofs, merkleRoot, type Proof } from "@sotto/merkle";
import { type BlockId, type Commit, type Evidence, type Header, PART_SIZE, type PartSetHeader } from "./block.ts";
import type { Time } from "./time.ts";
import { encodeBlockId, encodeCommitSig, readFields } from "./wire.ts";

// Compat: single values are hashed as the protobuf wrapper message of their type; an empty one as
// no bytes (CometBFT types/encoding_helper.go cdcEncode).
const bytesValue = (value: Uint8Array) => new ProtoWriter(value.length + 2).bytes(1, value).finish();
const stringValue = (value: string) => new ProtoWriter(64).string(1, value).finish();
const int64Value = (value: number) => new ProtoWriter(12).int64(1, value).finish();
const timeValue = (time: Time) => new ProtoWriter(20).int64(1, time.seconds).int32(2, time.nanos).finish();

/**
 * Hash of a header, which is the hash of its block: a Merkle root over its 14 fields, so that one
 * field can be proven alone. Undefined while the header is not complete (Header.Hash).
 */
export function headerHash(header: Header): Uint8Array | undefined {
  if (header.validatorsHash.length === 0) return undefined;
  return merkleRoot([
    new ProtoWriter(24).uint64(1, header.version.block).uint64(2, header.version.app).finish(),
    stringValue(header.chainId),
    int64Value(header.height),
    timeValue(header.time),
    encodeBlockId(header.lastBlockId),
    bytesValue(header.lastCommitHash),
    bytesValue(header.dataHash),
    bytesValue(header.validatorsHash),
    bytesValue(header.nextValidatorsHash),
    bytesValue(header.consensusHash),
    bytesValue(header.appHash),
    bytesValue(header.lastResultsHash),
    bytesValue(header.evidenceHash),
    bytesValue(header.proposerAddress),
  ]);
}

/** Hash of a commit: a root over its signatures. */
export const commitHash = (commit: Commit): Uint8Array => merkleRoot(commit.signatures.map(encodeCommitSig));

/** A transaction's hash, by which clients find it. */
export const txHash = (tx: Uint8Array): Uint8Array => sha256(tx);

/** Hash of a block's transactions: a root over their hashes. Cost: 3 hashes a transaction. */
export const dataHash = (txs: readonly Uint8Array[]): Uint8Array => merkleRoot(txs.map(sha256));

/** The same from hashes that are already known. */
export const dataHashOf = (txHashes: readonly Uint8Array[]): Uint8Array => merkleRoot(txHashes);

/** Proof that a transaction is in a block: to `dataHash`, over its hash. */
export function txProofs(txs: readonly Uint8Array[]): { root: Uint8Array; proofs: Proof[] } {
  return merkleProofs(txs.map(sha256));
}

export const evidenceHash = (evidence: readonly Evidence[]): Uint8Array =>
  merkleRoot(evidence.map(({ bytes }) => bytes));

/** The part of a transaction's result that consensus covers. */
export interface DeterministicResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly gasWanted: bigint | number;
  readonly gasUsed: bigint | number;
}

/**
 * Hash of a block's results, which the next header carries: log, events and codespace are not part
 * of it.
 */
export function resultsHash(results: readonly DeterministicResult[]): Uint8Array {
  const w = new ProtoWriter(512);
  return merkleRoot(
    results.map(({ code, data, gasWanted, gasUsed }) =>
      w.reset().uint32(1, code).bytes(2, data).int64(5, gasWanted).int64(6, gasUsed).finish(),
    ),
  );
}

/** The consensus parameters that a header covers. */
export interface HashedParams {
  readonly maxBytes: bigint;
  readonly maxGas: bigint;
}

/** Hash of the consensus parameters (tendermint.types.HashedParams). */
export const consensusParamsHash = ({ maxBytes, maxGas }: HashedParams): Uint8Array =>
  sha256(new ProtoWriter(24).int64(1, maxBytes).int64(2, maxGas).finish());

/** The hashed part of an encoded tendermint.types.ConsensusParams. Throws CodecError.protobuf. */
export function decodeHashedParams(bytes: Uint8Array): HashedParams {
  const r = new ProtoReader(bytes);
  let maxBytes = 0n;
  let maxGas = 0n;
  readFields(r, (tag) => {
    if (tag !== 0x0a) return false;
    const outer = r.enter();
    readFields(r, (inner) => {
      if (inner === 0x08) maxBytes = r.int64();
      else if (inner === 0x10) maxGas = r.int64();
      else return false;
      return true;
    });
    r.leave(outer);
    return true;
  });
  return { maxBytes, maxGas };
}

/** An encoded block cut for gossip. */
export interface PartSet {
  readonly header: PartSetHeader;
  readonly parts: readonly Uint8Array[];
}

/** Cuts an encoded block into parts of 64 KiB. The parts are views. Cost: hashes the block once. */
export function partSet(encodedBlock: Uint8Array, size: number = PART_SIZE): PartSet {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < encodedBlock.length; at += size) parts.push(encodedBlock.subarray(at, at + size));
  return { header: { total: parts.length, hash: merkleRoot(parts) }, parts };
}

/**
 * The id of a block from its header and its encoding; undefined while the header is not complete.
 */
export function blockId(header: Header, encodedBlock: Uint8Array): BlockId | undefined {
  const hash = headerHash(header);
  return hash === undefined ? undefined : { hash, parts: partSet(encodedBlock).header };
}
