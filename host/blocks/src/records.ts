// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import {
  type BlockId,
  type Commit,
  decodeBlockId,
  decodeCommit,
  decodeHeader,
  decodeValidatorSet,
  encodeBlockId,
  encodeCommit,
  encodeHeader,
  encodeValidatorSet,
  type Header,
  type ValidatorSet,
} from "@sotto/comet";
import { assert } from "@sotto/errors";

/** The stored data of a block beside its bytes. */
export interface BlockMeta {
  readonly header: Header;
  readonly blockId: BlockId;
  /** For this block. The next block carries the same one as its last commit. */
  readonly commit: Commit;
  /** The set that signed it. */
  readonly validators: ValidatorSet;
  /** Of the encoded block. */
  readonly size: number;
  readonly txCount: number;
  /** tendermint.types.ConsensusParams of its height; undefined: the parameters of the genesis. */
  readonly consensusParams: Uint8Array | undefined;
}

export function encodeMeta(meta: BlockMeta): Uint8Array {
  return new ProtoWriter(2048)
    .bytes(1, encodeHeader(meta.header))
    .bytes(2, encodeBlockId(meta.blockId))
    .bytes(3, encodeCommit(meta.commit))
    .bytes(4, encodeValidatorSet(meta.validators))
    .uint64(5, meta.size)
    .uint64(6, meta.txCount)
    .bytes(7, meta.consensusParams ?? NOTHING)
    .finish();
}

const NOTHING = new Uint8Array(0);

type Draft<T> = { -readonly [K in keyof T]?: T[K] };

export function decodeMeta(bytes: Uint8Array): BlockMeta {
  const r = new ProtoReader(bytes);
  const { header, blockId, commit, validators, size = 0, txCount = 0, consensusParams } = readMeta(r);
  assert(header && blockId && commit && validators, "a record of the block log is not complete");
  return { header, blockId, commit, validators, size, txCount, consensusParams };
}

function readMeta(r: ProtoReader): Draft<BlockMeta> {
  const found: Draft<BlockMeta> = {};
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) found.header = decodeHeader(r.bytes());
    else if (tag === 0x12) found.blockId = decodeBlockId(r.bytes());
    else if (tag === 0x1a) found.commit = decodeCommit(r.bytes());
    else if (tag === 0x22) found.validators = decodeValidatorSet(r.bytes());
    else if (tag === 0x28) found.size = r.safeUint();
    else if (tag === 0x30) found.txCount = r.safeUint();
    else if (tag === 0x3a) found.consensusParams = r.bytesCopy();
    else r.skip(tag);
  }
  return found;
}

/** Heights sort as numbers. */
export function heightKey(height: number): Uint8Array {
  const key = new Uint8Array(8);
  let rest = height;
  for (let at = 7; rest > 0; at--) {
    key[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return key;
}

export function readHeight(key: Uint8Array): number {
  let height = 0;
  for (const byte of key) height = height * 256 + byte;
  return height;
}
