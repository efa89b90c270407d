// SPDX-License-Identifier: Apache-2.0
import { ReusedWriter, readParams } from "@sotto/blocks";
import { equals } from "@sotto/bytes";
import {
  ABSENT,
  BLOCK_PROTOCOL,
  type Block,
  type BlockId,
  blockId,
  type Commit,
  commitHash,
  consensusParamsHash,
  dataHash,
  evidenceHash,
  nextRound,
  proposerOf,
  signCommit,
  type Time,
  type ValidatorSet,
  validatorSetHash,
  writeBlock,
} from "@sotto/comet";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { ChainState } from "./chainState.ts";

/** The key that signs blocks, in any place. */
export interface ValidatorKey {
  /** ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A block with its id and its bytes. */
export interface NamedBlock {
  readonly block: Block;
  /** A view that the next block overwrites. */
  readonly bytes: Uint8Array;
  readonly id: BlockId;
}

const kept = new ReusedWriter();

/**
 * The block that follows from a state. Cost: hashes the transactions twice, alone and in the parts
 * of the block.
 */
export function makeBlock(
  state: ChainState,
  chainId: string,
  proposerAddress: Uint8Array,
  txs: readonly Uint8Array[],
): NamedBlock {
  const params = readParams(state.consensusParams);
  const header = {
    version: { block: BLOCK_PROTOCOL, app: params.appVersion },
    chainId,
    height: state.height,
    time: state.time,
    lastBlockId: state.lastBlockId,
    lastCommitHash: commitHash(state.lastCommit),
    dataHash: dataHash(txs),
    validatorsHash: validatorSetHash(state.validators),
    nextValidatorsHash: validatorSetHash(state.nextValidators),
    consensusHash: consensusParamsHash(params),
    appHash: state.appHash,
    lastResultsHash: state.lastResultsHash,
    evidenceHash: evidenceHash([]),
    proposerAddress,
  };
  const block: Block = { header, txs, evidence: [], lastCommit: state.lastCommit };
  const writer = kept.next();
  writeBlock(writer, block);
  const bytes = writer.view();
  const id = blockId(header, bytes);
  assert(id !== undefined, "a block without validators");
  return { block, bytes, id };
}

/** Limit of Sotto: a key with two thirds of the power gets its turn within a few rounds. */
const MAX_ROUNDS = 100;

/**
 * The round in which this validator proposes. Other validators would propose in the rounds before
 * it, but the sequencer has one key only.
 */
export function roundOf(set: ValidatorSet, address: Uint8Array): number {
  let turn = set;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const proposer = proposerOf(turn);
    if (proposer !== undefined && equals(proposer.address, address)) return round;
    turn = nextRound(turn);
  }
  throw new EnvironmentFault("the validator key never gets its turn to propose a block");
}

/** Throws unless this validator alone can decide a block. */
export function assertDecides(set: ValidatorSet, address: Uint8Array, height: number): void {
  const own = set.validators.find((each) => equals(each.address, address));
  if (own === undefined)
    throw new EnvironmentFault(`the validator key is not among the validators of height ${height}`);
  if (own.votingPower * 3n <= set.totalPower * 2n) {
    throw new EnvironmentFault(
      `the validator key has ${own.votingPower} of ${set.totalPower} voting power at height ${height}; a block needs more than two thirds`,
    );
  }
}

/** The commit of a block by one validator; the others are absent. */
export function commitBlock(
  chainId: string,
  vote: { readonly height: number; readonly round: number; readonly blockId: BlockId; readonly timestamp: Time },
  set: ValidatorSet,
  address: Uint8Array,
  key: ValidatorKey,
): Commit {
  const own = signCommit(chainId, vote, address, (message) => key.sign(message));
  const signatures = set.validators.map((each) => (equals(each.address, address) ? own : ABSENT));
  return { height: vote.height, round: vote.round, blockId: vote.blockId, signatures };
}
