// SPDX-License-Identifier: Apache-2.0
/**
 * A validator of the set of the last block, and its vote: for the block, for nil, or absent.
 */
export interface VoteInfo {
  /** Consensus address, 20 bytes. */
  readonly address: Uint8Array;
  readonly power: bigint;
  /** tendermint.types.BlockIDFlag */
  readonly flag: "absent" | "commit" | "nil";
}

/**
 * The votes for the last block, in the order of its set (tendermint.abci.CommitInfo); empty before
 * the first block.
 */
export interface CommitInfo {
  readonly round: number;
  readonly votes: readonly VoteInfo[];
}

/**
 * A validator's fault that the evidence of a block proves (tendermint.abci.Misbehavior).
 */
export interface Misbehavior {
  readonly type: "duplicateVote" | "lightClientAttack";
  /** Consensus address, 20 bytes, and the power that it had at the height. */
  readonly address: Uint8Array;
  readonly power: bigint;
  /** Height and time of the fault; the time is in nanoseconds since 1970. */
  readonly height: number;
  readonly time: bigint;
  readonly totalVotingPower: bigint;
}

/**
 * Data of consensus about a block, beside its transactions (SDK cometInfo and header, baseapp
 * internalFinalizeBlock).
 */
export interface CometInfo {
  /** Hash of the header. */
  readonly hash: Uint8Array;
  /** Consensus address, 20 bytes. */
  readonly proposer: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly lastCommit: CommitInfo;
  readonly misbehavior: readonly Misbehavior[];
}
