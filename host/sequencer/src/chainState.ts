// SPDX-License-Identifier: Apache-2.0
import { changedParams, genesisSet, toTime, validatorChange } from "@sotto/blocks";
import {
  type BlockId,
  type Commit,
  changeValidators,
  medianTime,
  NIL_BLOCK_ID,
  nextRound,
  resultsHash,
  type Time,
  type ValidatorSet,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import type { AppGenesis, BlockResult, ValidatorUpdate } from "@sotto/kernel";

/**
 * The state of consensus between two blocks: the next header is a function of it and of the
 * transactions.
 */
export interface ChainState {
  /** Of the next block. */
  readonly height: number;
  /** BFT time of the next block: the genesis time, later the weighted median of the last commit. */
  readonly time: Time;
  readonly lastBlockId: BlockId;
  readonly lastCommit: Commit;
  /** The set that made the last commit; empty before the first block. */
  readonly lastValidators: ValidatorSet;
  /** Of the next height. */
  readonly validators: ValidatorSet;
  readonly nextValidators: ValidatorSet;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  /** tendermint.types.ConsensusParams of the next height. */
  readonly consensusParams: Uint8Array;
}

const NO_VALIDATORS: ValidatorSet = { validators: [], proposer: undefined, totalPower: 0n };

/** The commit in the first block. */
const NO_COMMIT: Commit = { height: 0, round: 0, blockId: NIL_BLOCK_ID, signatures: [] };

/**
 * Before the first block. Validators of InitChain's result replace the validators of the file
 * (Handshaker.ReplayBlocks).
 */
export function genesisState(
  genesis: AppGenesis,
  answer: { readonly validators: readonly ValidatorUpdate[]; readonly appHash: Uint8Array },
): ChainState {
  const list = answer.validators.length > 0 ? answer.validators : genesis.validators;
  const validators = genesisSet(list);
  assert(validators.validators.length > 0, "the genesis names no validator");
  return {
    height: genesis.initialHeight,
    time: toTime(genesis.time),
    lastBlockId: NIL_BLOCK_ID,
    lastCommit: NO_COMMIT,
    lastValidators: NO_VALIDATORS,
    validators,
    nextValidators: nextRound(validators),
    appHash: answer.appHash,
    lastResultsHash: resultsHash([]),
    consensusParams: genesis.consensusParams,
  };
}

/** A block that was decided and executed. */
export interface DoneBlock {
  readonly height: number;
  readonly blockId: BlockId;
  readonly commit: Commit;
  /** Its set, and the one of the height after it. */
  readonly validators: ValidatorSet;
  readonly nextValidators: ValidatorSet;
  readonly consensusParams: Uint8Array;
  readonly result: BlockResult;
  readonly appHash: Uint8Array;
}

/**
 * After a block. Its changes of validators hold two heights later, its changes of parameters at the
 * next height (state/execution.go updateState).
 */
export function stateAfter(done: DoneBlock): ChainState {
  const { commit, result, validators, nextValidators } = done;
  const time = medianTime(commit, validators);
  assert(time !== undefined, "a commit without signatures");
  return {
    height: done.height + 1,
    time,
    lastBlockId: done.blockId,
    lastCommit: commit,
    lastValidators: validators,
    validators: nextValidators,
    nextValidators: nextRound(changeValidators(nextValidators, result.validatorUpdates.map(validatorChange))),
    appHash: done.appHash,
    lastResultsHash: resultsHash(result.txResults),
    consensusParams: changedParams(done.consensusParams, result.consensusParamUpdates),
  };
}
