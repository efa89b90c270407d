/**
 * A validator of the set of the last block, and whether it voted for the block, for none, or not at
 * all.
 */
export interface VoteInfo {
  /** Consensus address, 20 bytes. */
  readonly address: Uint8Array;
  readonly power: bigint;
  /** tendermint.types.BlockIDFlag */
  readonly flag: "absent" | "commit" | "nil";
}

/**
 * The votes for the last block, in the order of its set (tendermint.abci.CommitInfo); none before
 * the first block.
 */
export interface CommitInfo {
  readonly round: number;
  readonly votes: readonly VoteInfo[];
}

/**
 * What a validator is punished for: evidence that a block carries (tendermint.abci.Misbehavior).
 */
export interface Misbehavior {
  readonly type: "duplicateVote" | "lightClientAttack";
  /** Consensus address, 20 bytes, and the power that it had at the height. */
  readonly address: Uint8Array;
  readonly power: bigint;
  /** Where it happened, and when, in nanoseconds since 1970. */
  readonly height: number;
  readonly time: bigint;
  readonly totalVotingPower: bigint;
}

/**
 * Data of consensus about a block, beside its transactions (SDK cometInfo and header, baseapp
 * internalFinalizeBlock).
 */
export interface CometInfo {
  /** Of the header. */
  readonly hash: Uint8Array;
  /** Consensus address, 20 bytes. */
  readonly proposer: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly lastCommit: CommitInfo;
  readonly misbehavior: readonly Misbehavior[];
}
