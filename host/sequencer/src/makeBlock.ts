// SPDX-License-Identifier: Apache-2.0
import { ReusedWriter, readParams } from "@sotto/blocks";
import {
  BLOCK_PROTOCOL,
  type Block,
  type BlockId,
  blockId,
  commitHash,
  consensusParamsHash,
  dataHash,
  evidenceHash,
  validatorSetHash,
  writeBlock,
} from "@sotto/comet";
import { assert } from "@sotto/errors";
import type { ChainState } from "./chainState.ts";

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
