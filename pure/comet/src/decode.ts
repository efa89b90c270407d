// SPDX-License-Identifier: Apache-2.0
import { OWN_BYTES, ProtoReader, ProtoWriter } from "@sotto/codec";
import type { Block, Commit, CommitSig, Evidence, Header, SignedHeader, Vote } from "./block.ts";
import { NIL_BLOCK_ID } from "./block.ts";
import { CometError } from "./errors.ts";
import type { PublicKey } from "./publicKey.ts";
import { ZERO_TIME } from "./time.ts";
import type { Validator, ValidatorSet } from "./validatorSet.ts";
import {
  NOTHING,
  readBlockId,
  readCommitSig,
  readFields,
  readMessage,
  readTime,
  writeCommit,
  writeHeader,
  writePublicKey,
} from "./wire.ts";

type Draft<T> = { -readonly [K in keyof T]: T[K] };

function readHeaderBody(r: ProtoReader): Header {
  const version = { block: 0, app: 0 };
  const h: Draft<Header> = {
    version,
    chainId: "",
    height: 0,
    time: ZERO_TIME,
    lastBlockId: NIL_BLOCK_ID,
    lastCommitHash: NOTHING,
    dataHash: NOTHING,
    validatorsHash: NOTHING,
    nextValidatorsHash: NOTHING,
    consensusHash: NOTHING,
    appHash: NOTHING,
    lastResultsHash: NOTHING,
    evidenceHash: NOTHING,
    proposerAddress: NOTHING,
  };
  readFields(r, (tag) => {
    if (tag === 0x0a) {
      readMessage(r, (inner) => {
        if (inner === 0x08) version.block = r.safeUint();
        else if (inner === 0x10) version.app = r.safeUint();
        else return false;
        return true;
      });
    } else if (tag === 0x12) h.chainId = r.string();
    else if (tag === 0x18) h.height = r.safeInt();
    else if (tag === 0x22) h.time = readTime(r);
    else if (tag === 0x2a) h.lastBlockId = readBlockId(r);
    else if (tag === 0x32) h.lastCommitHash = r.bytesCopy();
    else if (tag === 0x3a) h.dataHash = r.bytesCopy();
    else if (tag === 0x42) h.validatorsHash = r.bytesCopy();
    else if (tag === 0x4a) h.nextValidatorsHash = r.bytesCopy();
    else if (tag === 0x52) h.consensusHash = r.bytesCopy();
    else if (tag === 0x5a) h.appHash = r.bytesCopy();
    else if (tag === 0x62) h.lastResultsHash = r.bytesCopy();
    else if (tag === 0x6a) h.evidenceHash = r.bytesCopy();
    else if (tag === 0x72) h.proposerAddress = r.bytesCopy();
    else return false;
    return true;
  });
  return h;
}

/**
 * Reads a tendermint.types.Header. Throws CodecError.protobuf or CometError.malformed, as all
 * decoders here.
 */
export const decodeHeader = (bytes: Uint8Array): Header => readHeaderBody(new ProtoReader(bytes));

function readHeader(r: ProtoReader): Header {
  const outer = r.enter();
  const header = readHeaderBody(r);
  r.leave(outer);
  return header;
}

function readCommitBody(r: ProtoReader): Commit {
  const signatures: CommitSig[] = [];
  const commit: Draft<Commit> = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures };
  readFields(r, (tag) => {
    if (tag === 0x08) commit.height = r.safeInt();
    else if (tag === 0x10) commit.round = r.int32();
    else if (tag === 0x1a) commit.blockId = readBlockId(r);
    else if (tag === 0x22) signatures.push(readCommitSig(r));
    else return false;
    return true;
  });
  return commit;
}

/** Reads a tendermint.types.Commit. */
export const decodeCommit = (bytes: Uint8Array): Commit => readCommitBody(new ProtoReader(bytes));

function readCommit(r: ProtoReader): Commit {
  const outer = r.enter();
  const commit = readCommitBody(r);
  r.leave(outer);
  return commit;
}

/** Reads a tendermint.types.Vote. */
export function decodeVote(bytes: Uint8Array): Vote {
  const r = new ProtoReader(bytes);
  const vote: Draft<Vote> = {
    type: 0,
    height: 0,
    round: 0,
    blockId: NIL_BLOCK_ID,
    timestamp: ZERO_TIME,
    validatorAddress: NOTHING,
    validatorIndex: 0,
    signature: NOTHING,
    extension: NOTHING,
    extensionSignature: NOTHING,
  };
  readFields(r, (tag) => {
    if (tag === 0x08) vote.type = r.int32();
    else if (tag === 0x10) vote.height = r.safeInt();
    else if (tag === 0x18) vote.round = r.int32();
    else if (tag === 0x22) vote.blockId = readBlockId(r);
    else if (tag === 0x2a) vote.timestamp = readTime(r);
    else if (tag === 0x32) vote.validatorAddress = r.bytesCopy();
    else if (tag === 0x38) vote.validatorIndex = r.int32();
    else if (tag === 0x42) vote.signature = r.bytesCopy();
    else if (tag === 0x4a) vote.extension = r.bytesCopy();
    else if (tag === 0x52) vote.extensionSignature = r.bytesCopy();
    else return false;
    return true;
  });
  return vote;
}

const evidenceField = (kind: Evidence["kind"]): number => (kind === "duplicateVote" ? 1 : 2);

/**
 * Protobuf of a tendermint.types.Block, from which the parts are cut. Cost: one pass over the
 * transactions.
 */
export function encodeBlock(block: Block): Uint8Array {
  let size = 2048;
  for (const tx of block.txs) size += tx.length + 6;
  const w = new ProtoWriter(size);
  writeBlock(w, block);
  return w.view();
}

/** The same, after the earlier content of a writer. */
export function writeBlock(w: ProtoWriter, block: Block): void {
  w.message(1, (inner) => writeHeader(inner, block.header));
  const data = w.tag(2, 2).begin();
  for (const tx of block.txs) w.bytesAlways(1, tx);
  w.end(data).message(3, (list) => {
    for (const { kind, bytes } of block.evidence) {
      list.message(1, (inner) => inner.bytesAlways(evidenceField(kind), bytes));
    }
  });
  const { lastCommit } = block;
  if (lastCommit !== undefined) w.message(4, (inner) => writeCommit(inner, lastCommit));
}

function readEvidence(r: ProtoReader, list: Evidence[]): void {
  readMessage(r, (tag) => {
    if (tag !== 0x0a) return false;
    readMessage(r, (inner) => {
      if (inner === 0x0a) list.push({ kind: "duplicateVote", bytes: r.bytesCopy() });
      else if (inner === 0x12) list.push({ kind: "lightClientAttack", bytes: r.bytesCopy() });
      else throw CometError.malformed("unknown evidence");
      return true;
    });
    return true;
  });
}

/**
 * Reads a tendermint.types.Block. Transactions are views of `bytes`: it must not be overwritten.
 * Hazard: only for accepted blocks, because only their length bounds the number of transactions.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  const r = new ProtoReader(bytes, OWN_BYTES);
  const txs: Uint8Array[] = [];
  const evidence: Evidence[] = [];
  let header: Header | undefined;
  let lastCommit: Commit | undefined;
  readFields(r, (tag) => {
    if (tag === 0x0a) header = readHeader(r);
    else if (tag === 0x12) {
      readMessage(r, (inner) => {
        if (inner !== 0x0a) return false;
        txs.push(r.bytes());
        return true;
      });
    } else if (tag === 0x1a) readEvidence(r, evidence);
    else if (tag === 0x22) lastCommit = readCommit(r);
    else return false;
    return true;
  });
  if (header === undefined) throw CometError.malformed("a block without header");
  return { header, txs, evidence, lastCommit };
}

function readPublicKey(r: ProtoReader): PublicKey {
  let key: PublicKey | undefined;
  readMessage(r, (tag) => {
    if (tag === 0x0a) key = { type: "ed25519", bytes: r.bytesCopy() };
    else if (tag === 0x12) key = { type: "secp256k1", bytes: r.bytesCopy() };
    else return false;
    return true;
  });
  if (key === undefined || key.bytes.length !== (key.type === "ed25519" ? 32 : 33)) {
    throw CometError.malformed("unknown kind of validator key");
  }
  return key;
}

function readValidator(r: ProtoReader): Validator {
  let publicKey: PublicKey | undefined;
  const v = { address: NOTHING, votingPower: 0n, proposerPriority: 0n };
  readMessage(r, (tag) => {
    if (tag === 0x0a) v.address = r.bytesCopy();
    else if (tag === 0x12) publicKey = readPublicKey(r);
    else if (tag === 0x18) v.votingPower = r.int64();
    else if (tag === 0x20) v.proposerPriority = r.int64();
    else return false;
    return true;
  });
  if (publicKey === undefined) throw CometError.malformed("a validator without key");
  return { ...v, publicKey };
}

export function writeValidator(w: ProtoWriter, field: number, v: Validator): void {
  w.message(field, (inner) => {
    inner.bytes(1, v.address);
    writePublicKey(inner, 2, v.publicKey);
    inner.int64(3, v.votingPower).int64(4, v.proposerPriority);
  });
}

function writeValidatorSet(w: ProtoWriter, set: ValidatorSet): void {
  for (const each of set.validators) writeValidator(w, 1, each);
  if (set.proposer !== undefined) writeValidator(w, 2, set.proposer);
  // Compat: the reference leaves the cached total out since 0.34 (ValidatorSet.ToProto).
  w.int64(3, 0);
}

/** Protobuf of a tendermint.types.ValidatorSet. */
export function encodeValidatorSet(set: ValidatorSet): Uint8Array {
  const w = new ProtoWriter(96 * (set.validators.length + 1));
  writeValidatorSet(w, set);
  return w.finish();
}

function readValidatorSetBody(r: ProtoReader): ValidatorSet {
  const validators: Validator[] = [];
  let proposer: Validator | undefined;
  readFields(r, (tag) => {
    if (tag === 0x0a) validators.push(readValidator(r));
    else if (tag === 0x12) proposer = readValidator(r);
    else return false;
    return true;
  });
  let totalPower = 0n;
  for (const { votingPower } of validators) totalPower += votingPower;
  return { validators, proposer, totalPower };
}

/** Reads a tendermint.types.ValidatorSet; in the order of the bytes. */
export const decodeValidatorSet = (bytes: Uint8Array): ValidatorSet => readValidatorSetBody(new ProtoReader(bytes));

/** tendermint.types.LightBlock: the data of a height for a light client. */
export interface LightBlock extends SignedHeader {
  readonly validators: ValidatorSet;
}

/** Reads a tendermint.types.LightBlock. */
export function decodeLightBlock(bytes: Uint8Array): LightBlock {
  const r = new ProtoReader(bytes);
  let header: Header | undefined;
  let commit: Commit | undefined;
  let validators: ValidatorSet | undefined;
  readFields(r, (tag) => {
    if (tag === 0x0a) {
      readMessage(r, (inner) => {
        if (inner === 0x0a) header = readHeader(r);
        else if (inner === 0x12) commit = readCommit(r);
        else return false;
        return true;
      });
    } else if (tag === 0x12) {
      const outer = r.enter();
      validators = readValidatorSetBody(r);
      r.leave(outer);
    } else return false;
    return true;
  });
  if (header === undefined || commit === undefined || validators === undefined) {
    throw CometError.malformed("an incomplete light block");
  }
  return { header, commit, validators };
}

/** Protobuf of a tendermint.types.LightBlock. */
export function encodeLightBlock({ header, commit, validators }: LightBlock): Uint8Array {
  return new ProtoWriter(2048)
    .message(1, (signed) => {
      signed.message(1, (inner) => writeHeader(inner, header)).message(2, (inner) => writeCommit(inner, commit));
    })
    .message(2, (inner) => writeValidatorSet(inner, validators))
    .finish();
}
