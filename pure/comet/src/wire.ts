// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import type { BlockId, Commit, CommitSig, Header, Vote } from "./block.ts";
import { CometError } from "./errors.ts";
import type { PublicKey } from "./publicKey.ts";
import { MAX_SECONDS, type Time, ZERO_TIME } from "./time.ts";

// Field numbers: tendermint.types (types.proto, validator.proto, canonical.proto) and
// tendermint.crypto (keys.proto). Compat: gogoproto writes messages marked not nullable even when
// they are empty; each `message` below is one.

export const NOTHING: Uint8Array = new Uint8Array(0);

export function writeTime(w: ProtoWriter, field: number, time: Time): void {
  w.message(field, (inner) => inner.int64(1, time.seconds).int32(2, time.nanos));
}

export function writeBlockId(w: ProtoWriter, field: number, id: BlockId): void {
  w.message(field, (inner) => writeBlockIdBody(inner, id));
}

export function writeBlockIdBody(w: ProtoWriter, { hash, parts }: BlockId): void {
  w.bytes(1, hash).message(2, (inner) => inner.uint32(1, parts.total).bytes(2, parts.hash));
}

/** Protobuf of a tendermint.types.BlockID. */
export function encodeBlockId(id: BlockId): Uint8Array {
  const w = new ProtoWriter(96);
  writeBlockIdBody(w, id);
  return w.finish();
}

export function writeHeader(w: ProtoWriter, header: Header): void {
  w.message(1, (inner) => inner.uint64(1, header.version.block).uint64(2, header.version.app));
  w.string(2, header.chainId).int64(3, header.height);
  writeTime(w, 4, header.time);
  writeBlockId(w, 5, header.lastBlockId);
  w.bytes(6, header.lastCommitHash)
    .bytes(7, header.dataHash)
    .bytes(8, header.validatorsHash)
    .bytes(9, header.nextValidatorsHash)
    .bytes(10, header.consensusHash)
    .bytes(11, header.appHash)
    .bytes(12, header.lastResultsHash)
    .bytes(13, header.evidenceHash)
    .bytes(14, header.proposerAddress);
}

/** Protobuf of a tendermint.types.Header. */
export function encodeHeader(header: Header): Uint8Array {
  const w = new ProtoWriter(640);
  writeHeader(w, header);
  return w.finish();
}

function writeCommitSig(w: ProtoWriter, sig: CommitSig): void {
  w.int32(1, sig.flag).bytes(2, sig.validatorAddress);
  writeTime(w, 3, sig.timestamp);
  w.bytes(4, sig.signature);
}

export function encodeCommitSig(sig: CommitSig): Uint8Array {
  const w = new ProtoWriter(128);
  writeCommitSig(w, sig);
  return w.finish();
}

export function writeCommit(w: ProtoWriter, commit: Commit): void {
  w.int64(1, commit.height).int32(2, commit.round);
  writeBlockId(w, 3, commit.blockId);
  for (const sig of commit.signatures) w.message(4, (inner) => writeCommitSig(inner, sig));
}

/** Protobuf of a tendermint.types.Commit. */
export function encodeCommit(commit: Commit): Uint8Array {
  const w = new ProtoWriter(128 + 128 * commit.signatures.length);
  writeCommit(w, commit);
  return w.finish();
}

/** Protobuf of a tendermint.types.Vote. */
export function encodeVote(vote: Vote): Uint8Array {
  const w = new ProtoWriter(256).int32(1, vote.type).int64(2, vote.height).int32(3, vote.round);
  writeBlockId(w, 4, vote.blockId);
  writeTime(w, 5, vote.timestamp);
  w.bytes(6, vote.validatorAddress).int32(7, vote.validatorIndex).bytes(8, vote.signature);
  return w.bytes(9, vote.extension).bytes(10, vote.extensionSignature).finish();
}

export function writePublicKey(w: ProtoWriter, field: number, key: PublicKey): void {
  w.message(field, (inner) => inner.bytesAlways(key.type === "ed25519" ? 1 : 2, key.bytes));
}

/** tendermint.types.SimpleValidator: the input of a validator set's hash. */
export function encodeSimpleValidator(validator: {
  readonly publicKey: PublicKey;
  readonly votingPower: bigint;
}): Uint8Array {
  const w = new ProtoWriter(64);
  writePublicKey(w, 1, validator.publicKey);
  return w.int64(2, validator.votingPower).finish();
}

/** Calls `field` for each field of the message at the reader; unread fields are skipped. */
export function readMessage(r: ProtoReader, field: (tag: number) => boolean): void {
  const outer = r.enter();
  readFields(r, field);
  r.leave(outer);
}

export function readFields(r: ProtoReader, field: (tag: number) => boolean): void {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) if (!field(tag)) r.skip(tag);
}

export function readTime(r: ProtoReader): Time {
  let seconds = 0;
  let nanos = 0;
  readMessage(r, (tag) => {
    if (tag === 0x08) seconds = r.safeInt();
    else if (tag === 0x10) nanos = r.int32();
    else return false;
    return true;
  });
  if (seconds < ZERO_TIME.seconds || seconds > MAX_SECONDS || nanos < 0 || nanos >= 1_000_000_000) {
    throw CometError.malformed("time out of range");
  }
  return { seconds, nanos };
}

export function readBlockIdBody(r: ProtoReader): BlockId {
  let hash = NOTHING;
  let total = 0;
  let partsHash = NOTHING;
  readFields(r, (tag) => {
    if (tag === 0x0a) hash = r.bytesCopy();
    else if (tag === 0x12) {
      readMessage(r, (inner) => {
        if (inner === 0x08) total = r.uint32();
        else if (inner === 0x12) partsHash = r.bytesCopy();
        else return false;
        return true;
      });
    } else return false;
    return true;
  });
  return { hash, parts: { total, hash: partsHash } };
}

export function readBlockId(r: ProtoReader): BlockId {
  const outer = r.enter();
  const id = readBlockIdBody(r);
  r.leave(outer);
  return id;
}

/** Reads a tendermint.types.BlockID. Throws CodecError.protobuf. */
export const decodeBlockId = (bytes: Uint8Array): BlockId => readBlockIdBody(new ProtoReader(bytes));

export function readCommitSig(r: ProtoReader): CommitSig {
  let flag = 0;
  let validatorAddress = NOTHING;
  // Compat: gogoproto reads a missing stdtime as Go's zero time.
  let timestamp = ZERO_TIME;
  let signature = NOTHING;
  readMessage(r, (tag) => {
    if (tag === 0x08) flag = r.int32();
    else if (tag === 0x12) validatorAddress = r.bytesCopy();
    else if (tag === 0x1a) timestamp = readTime(r);
    else if (tag === 0x22) signature = r.bytesCopy();
    else return false;
    return true;
  });
  return { flag, validatorAddress, timestamp, signature };
}
