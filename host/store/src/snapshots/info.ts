// SPDX-License-Identifier: Apache-2.0
import { compare } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";

/** The format of cosmossdk.io/store 1.1: snapshots/types/format.go, CurrentFormat. */
export const FORMAT = 3;
/** Most chunks of a snapshot: 1 TB. CometBFT's message has at most 4 MB for all hashes. */
export const MOST_CHUNKS = 100_000;

/** A snapshot as ABCI describes it: tendermint.abci.Snapshot. */
export interface SnapshotInfo {
  readonly height: bigint;
  readonly format: number;
  readonly chunks: number;
  /** SHA-256 of all chunks, one after the other. */
  readonly hash: Uint8Array;
  /** cosmos.store.snapshots.v1.Metadata: SHA-256 of each chunk. */
  readonly metadata: Uint8Array;
}

export function encodeMetadata(hashes: readonly Uint8Array[]): Uint8Array {
  const w = new ProtoWriter(34 * hashes.length + 1);
  for (const hash of hashes) w.bytesAlways(1, hash);
  return w.finish();
}

/** Hashes of the chunks. Throws CodecError.protobuf. */
export function decodeMetadata(bytes: Uint8Array): Uint8Array[] {
  const r = new ProtoReader(bytes, { maxFields: MOST_CHUNKS + 1 });
  const hashes: Uint8Array[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) hashes.push(r.bytesCopy());
    else r.skip(tag);
  }
  return hashes;
}

/** tendermint.abci.Snapshot, which is also cosmos.store.snapshots.v1.Snapshot. */
export const encodeInfo = (info: SnapshotInfo): Uint8Array =>
  new ProtoWriter(info.metadata.length + 64)
    .uint64(1, info.height)
    .uint32(2, info.format)
    .uint32(3, info.chunks)
    .bytes(4, info.hash)
    .bytes(5, info.metadata)
    .finish();

/** Throws CodecError.protobuf. */
export function decodeInfo(bytes: Uint8Array): SnapshotInfo {
  const r = new ProtoReader(bytes);
  const info = { height: 0n, format: 0, chunks: 0, hash: NOTHING, metadata: NOTHING };
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08) info.height = r.uint64();
    else if (tag === 0x10) info.format = r.uint32();
    else if (tag === 0x18) info.chunks = r.uint32();
    else if (tag === 0x22) info.hash = r.bytesCopy();
    else if (tag === 0x2a) info.metadata = r.bytesCopy();
    else r.skip(tag);
  }
  return info;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Reason to refuse a description; undefined for one that may be true. */
export function faultOfInfo(info: SnapshotInfo, hashes: readonly Uint8Array[]): string | undefined {
  if (info.height < 1n || info.height > BigInt(Number.MAX_SAFE_INTEGER)) return `height ${info.height} does not exist`;
  if (info.chunks < 1 || info.chunks > MOST_CHUNKS) return `it has ${info.chunks} chunks, and not 1 to ${MOST_CHUNKS}`;
  if (hashes.length !== info.chunks) return `it has ${info.chunks} chunks and ${hashes.length} hashes of chunks`;
  const isHash = (hash: Uint8Array): boolean => hash.length === 32;
  if (!isHash(info.hash) || !hashes.every(isHash)) return "a hash has not 32 bytes";
  return undefined;
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => compare(a, b) === 0;
