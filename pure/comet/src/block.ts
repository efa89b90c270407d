// SPDX-License-Identifier: Apache-2.0
import type { Time } from "./time.ts";

/** A part of a block for gossip. */
export interface PartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}

/** Names a block: the hash of its header and of its parts. Both empty: no block ("nil"). */
export interface BlockId {
  readonly hash: Uint8Array;
  readonly parts: PartSetHeader;
}

/**
 * tendermint.types.Header. Heights are safe integers: a chain of one block a nanosecond takes 100
 * days to pass 2^53.
 */
export interface Header {
  readonly version: { readonly block: number; readonly app: number };
  readonly chainId: string;
  readonly height: number;
  readonly time: Time;
  readonly lastBlockId: BlockId;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

/** tendermint.types.BlockIDFlag. */
export const VoteFlag = { absent: 1, commit: 2, nil: 3 } as const;

/** One validator's part of a commit; an absent one is empty and has the zero time. */
export interface CommitSig {
  readonly flag: number;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: Time;
  readonly signature: Uint8Array;
}

export interface Commit {
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly signatures: readonly CommitSig[];
}

/** tendermint.types.SignedMsgType. */
export const VoteType = { prevote: 1, precommit: 2 } as const;

export interface Vote {
  readonly type: number;
  readonly height: number;
  readonly round: number;
  readonly blockId: BlockId;
  readonly timestamp: Time;
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}

/** A piece of evidence as its encoded message; only its bytes are hashed. */
export interface Evidence {
  readonly kind: "duplicateVote" | "lightClientAttack";
  readonly bytes: Uint8Array;
}

export interface Block {
  readonly header: Header;
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Evidence[];
  /** Undefined only in a block that no one may accept: the first block carries an empty commit. */
  readonly lastCommit: Commit | undefined;
}

export interface SignedHeader {
  readonly header: Header;
  readonly commit: Commit;
}

const NOTHING = new Uint8Array(0);

/** The block id of "no block". */
export const NIL_BLOCK_ID: BlockId = { hash: NOTHING, parts: { total: 0, hash: NOTHING } };

export const isNilBlockId = ({ hash, parts }: BlockId): boolean =>
  hash.length === 0 && parts.total === 0 && parts.hash.length === 0;

/** Limit and unit: CometBFT types/part_set.go BlockPartSizeBytes. */
export const PART_SIZE = 65536;
/** Limit: CometBFT version.BlockProtocol. */
export const BLOCK_PROTOCOL = 11;
/** Limit: CometBFT types/genesis.go MaxChainIDLen. */
export const MAX_CHAIN_ID_LENGTH = 50;

/** Length of a transaction within Data.txs: what CometBFT counts (types.ComputeProtoSizeForTxs). */
export const sizeInBlock = (tx: Uint8Array): number => {
  let prefix = 2;
  for (let rest = tx.length; rest > 127; rest = Math.floor(rest / 128)) prefix++;
  return prefix + tx.length;
};
