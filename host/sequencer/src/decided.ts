// SPDX-License-Identifier: Apache-2.0
import { fromTime } from "@sotto/blocks";
import {
  type Block,
  type BlockId,
  type Commit,
  type CommitSig,
  encodeCommit,
  encodeHeader,
  encodeValidatorSet,
  VoteFlag,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import type { CommitInfo, DecidedBlock, VoteInfo } from "@sotto/kernel";
import type { ChainState } from "./chainState.ts";

function flagOf({ flag }: CommitSig): VoteInfo["flag"] {
  if (flag === VoteFlag.commit) return "commit";
  return flag === VoteFlag.nil ? "nil" : "absent";
}

/** The votes for the last block (state/execution.go BuildLastCommitInfo). */
function commitInfo({ lastCommit, lastValidators }: ChainState): CommitInfo {
  const { round, signatures } = lastCommit;
  const votes = lastValidators.validators.map(({ address, votingPower }, i): VoteInfo => {
    const sig = signatures[i];
    assert(sig !== undefined, "the last commit has fewer places than its validator set");
    return { address, power: votingPower, flag: flagOf(sig) };
  });
  return { round, votes };
}

/**
 * A block that was decided on a state, for the application. Blocks of the sequencer carry no
 * evidence.
 */
export function decidedBlock(state: ChainState, { header, txs }: Block, id: BlockId, commit: Commit): DecidedBlock {
  return {
    height: header.height,
    time: fromTime(header.time),
    hash: id.hash,
    proposer: header.proposerAddress,
    nextValidatorsHash: header.nextValidatorsHash,
    lastCommit: commitInfo(state),
    misbehavior: [],
    proof: {
      header: encodeHeader(header),
      commit: encodeCommit(commit),
      validators: encodeValidatorSet(state.validators),
      txs,
    },
  };
}
