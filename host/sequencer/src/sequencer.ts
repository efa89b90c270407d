// SPDX-License-Identifier: Apache-2.0
import {
  assertSameGenesis,
  type BlockLog,
  encodeBlockResult,
  fromTime,
  MAX_BLOCK_BYTES,
  readParams,
  toTime,
} from "@sotto/blocks";
import { equals, toHex } from "@sotto/bytes";
import { type Block, type BlockId, type Commit, sizeInBlock, type ValidatorSet, verifyCommit } from "@sotto/comet";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { AppGenesis, Application, BlockResult } from "@sotto/kernel";
import { commitBlock, FIND_DIFFERENCE, loadState } from "./chainStart.ts";
import { type ChainState, genesisState, stateAfter } from "./chainState.ts";
import { decidedBlock } from "./decided.ts";
import { makeBlock, type NamedBlock } from "./makeBlock.ts";
import { type Misses, Signers, type ValidatorKey } from "./signers.ts";
import { voteTime } from "./voteTime.ts";

/** Callbacks for measurements: each is called when its part of a block is done. */
export type Phase = "made" | "logged" | "executed" | "committed";

export interface SequencerOptions {
  readonly app: Application;
  readonly log: BlockLog;
  /** The keys that sign. Validators of other keys are absent from all commits. */
  readonly keys: readonly ValidatorKey[];
  /** Blocks that a key does not sign, as a validator that is down. Default: signs all blocks. */
  readonly misses?: Misses;
  readonly genesis: AppGenesis;
  /** Called after InitChain, before the first block, with the set that signs it. */
  readonly onGenesis?: (validators: ValidatorSet) => void;
  /** Called after each block that is replayed at the start. */
  readonly onReplay?: (height: number, target: number) => void;
  /** Called before each block is executed, a new or a replayed one, and after its commit. */
  readonly onExecute?: (height: number) => void;
  readonly onExecuted?: () => void;
  readonly onPhase?: (phase: Phase) => void;
}

/** A block after its commit: the data for subscribers, the index and the mempool. */
export interface ProducedBlock {
  readonly block: Block;
  readonly blockId: BlockId;
  readonly commit: Commit;
  readonly validators: ValidatorSet;
  readonly result: BlockResult;
  /** Of the state after the block; the next header carries it. */
  readonly appHash: Uint8Array;
}

/** Part of a block that the chain's own transactions take. */
export interface Reserved {
  /** As `Mempool.reap` counts them. */
  readonly bytes: number;
  /** At most half of the gas of a block: users' transactions always have a turn. */
  readonly gas: bigint;
}

/**
 * A chain whose deciding validators sign here. Everything is done in `produce`, on the caller's
 * thread, with the caller's clock.
 */
export interface Sequencer {
  /** Last committed height, 0 before the first block. */
  readonly height: number;
  /** BFT time of the next block, in nanoseconds: the moment of the last vote. */
  readonly nextTime: bigint;
  /** Of the state after the last block. */
  readonly appHash: Uint8Array;
  /** Whether the last block has transactions: proofs of their rows need one more block. */
  readonly lastHasTxs: boolean;
  /** The set of the next block. */
  readonly validators: ValidatorSet;
  /** Most bytes of transactions in the next block, as `Mempool.reap` counts them. */
  readonly maxDataBytes: number;
  /** Most gas in a block; -1: no bound. */
  readonly maxGas: bigint;
  /** What the chain's own transactions take of both in the next block. */
  readonly reserved: Reserved;
  /**
   * Makes, signs, logs, executes and commits one block of the chain's own transactions and `txs`.
   * `now` is the clock in nanoseconds since 1970. After a failure the sequencer cannot be used: the
   * next start executes the logged block.
   */
  produce(now: bigint, txs: readonly Uint8Array[]): ProducedBlock;
}

// Limits: CometBFT types/block.go MaxHeaderBytes, MaxOverheadForBlock, MaxCommitBytes.
const MAX_HEADER = 626;
const MAX_OVERHEAD = 11;
const COMMIT_BASE = 94;
const COMMIT_EACH = 111;

interface ExecutedBlock {
  readonly result: BlockResult;
  readonly appHash: Uint8Array;
}

/**
 * Continues a chain. The log may be ahead of the state: its additional blocks are executed. Throws
 * EnvironmentFault when folder, genesis and key do not match, InvariantBroken when the log
 * contradicts the state.
 */
export function createSequencer(options: SequencerOptions): Sequencer {
  const { app, log, keys, genesis, misses = () => false } = options;
  const { chainId } = genesis;
  let state = recover(options);
  const signersOf = ({ validators, height }: ChainState): Signers => new Signers(keys, misses, validators, height);
  signersOf(state).assertDecide();
  let stopped = false;

  function decide(now: bigint, txs: readonly Uint8Array[]): NamedBlock & { commit: Commit } {
    const signers = signersOf(state);
    signers.assertDecide();
    const { round, proposer } = signers.firstTurn();
    const made = makeBlock(state, chainId, proposer, txs);
    assert(made.bytes.length <= maxBlock(state), `block ${state.height} has ${made.bytes.length} bytes`);
    const timestamp = toTime(voteTime(now, fromTime(state.time)));
    const commit = signers.commit(chainId, { round, blockId: made.id, timestamp });
    return { ...made, commit };
  }

  function produce(now: bigint, given: readonly Uint8Array[]): ProducedBlock {
    assert(!stopped, "the sequencer stopped at a failure");
    const txs = [...app.ownTxs().txs, ...given];
    const { validators } = state;
    const { block, bytes, id, commit } = decide(now, txs);
    options.onPhase?.("made");
    const { header } = block;
    const consensusParams = changedSince(genesis, state);
    const named = { header, blockId: id, commit, validators, consensusParams };
    stopped = true;
    // Order: the block is durable before any other code sees it, so that no restart can make
    // another block of this height.
    log.append({ ...named, bytes, size: bytes.length, txCount: txs.length, nextValidators: state.nextValidators });
    options.onPhase?.("logged");
    const done = execute(options, state, block, id, commit);
    state = stateAfter({ ...state, blockId: id, commit, result: done.result, appHash: done.appHash });
    stopped = false;
    return { block, blockId: id, commit, validators, ...done };
  }

  return {
    get height() {
      return app.height;
    },
    get nextTime() {
      return fromTime(state.time);
    },
    get appHash() {
      return state.appHash;
    },
    get lastHasTxs() {
      return (log.meta(app.height)?.txCount ?? 0) > 0;
    },
    get validators() {
      return state.validators;
    },
    get maxDataBytes() {
      const commit = COMMIT_BASE + COMMIT_EACH * state.validators.validators.length;
      return maxBlock(state) - MAX_HEADER - MAX_OVERHEAD - commit;
    },
    get maxGas() {
      return maxGasOf(state);
    },
    get reserved() {
      const { txs, gas } = app.ownTxs();
      const maxGas = maxGasOf(state);
      const bytes = txs.reduce((sum, tx) => sum + sizeInBlock(tx), 0);
      return { bytes, gas: maxGas >= 0n && gas * 2n > maxGas ? maxGas / 2n : gas };
    },
    produce,
  };
}

const maxGasOf = ({ consensusParams }: ChainState): bigint => readParams(consensusParams).maxGas;

function maxBlock({ consensusParams }: ChainState): number {
  const { maxBytes } = readParams(consensusParams);
  return maxBytes <= 0n || maxBytes > BigInt(MAX_BLOCK_BYTES) ? MAX_BLOCK_BYTES : Number(maxBytes);
}

/** The parameters of the next height where they differ from the genesis. */
const changedSince = ({ consensusParams }: AppGenesis, state: ChainState): Uint8Array | undefined =>
  equals(consensusParams, state.consensusParams) ? undefined : state.consensusParams;

function execute(
  { app, onPhase, onExecute, onExecuted }: SequencerOptions,
  state: ChainState,
  block: Block,
  id: BlockId,
  commit: Commit,
): ExecutedBlock {
  const { height } = block.header;
  onExecute?.(height);
  const result = app.finalizeBlock(decidedBlock(state, block, id, commit));
  assert(result.txResults.length === block.txs.length, "the application did not answer for every transaction");
  const results = encodeBlockResult(result);
  onPhase?.("executed");
  commitBlock(app, height, results);
  onPhase?.("committed");
  onExecuted?.();
  return { result, appHash: result.appHash };
}

function recover(options: SequencerOptions): ChainState {
  const { app, log, genesis, onReplay } = options;
  const kept = log.genesis;
  if (kept !== undefined) assertSameGenesis(kept, genesis);
  else if (app.height > 0) throw new EnvironmentFault("the state belongs to a chain whose block log is missing");
  else log.setGenesis(genesis);
  const target = log.height;
  if (app.height > target) {
    throw new EnvironmentFault(`the state is at height ${app.height}, but the block log ends at ${target}`);
  }
  let state = app.height === 0 ? beginChain(options) : loadState(app, log);
  while (state.height <= target) {
    state = replay(options, state);
    onReplay?.(state.height - 1, target);
  }
  return state;
}

function beginChain({ app, genesis, onGenesis }: SequencerOptions): ChainState {
  const state = genesisState(genesis, app.initChain(genesis));
  onGenesis?.(state.validators);
  return state;
}

/** Executes a logged block. It must be the block that follows from the state. */
function replay(options: SequencerOptions, state: ChainState): ChainState {
  const { log } = options;
  const { chainId } = options.genesis;
  const { height, validators } = state;
  const meta = log.meta(height);
  const block = log.block(height);
  if (meta === undefined || block === undefined) throw new EnvironmentFault(`the block log lacks block ${height}`);
  const { commit } = meta;
  const { header } = block;
  assert(
    equals(header.appHash, state.appHash),
    `block ${height} of the log says application hash ${toHex(header.appHash)}, the state has ${toHex(state.appHash)}; ${FIND_DIFFERENCE}`,
  );
  assert(
    equals(header.lastResultsHash, state.lastResultsHash),
    `block ${height} of the log says other results of block ${height - 1} than the state`,
  );
  const { id } = makeBlock(state, chainId, header.proposerAddress, block.txs);
  const same = equals(id.hash, meta.blockId.hash) && equals(id.parts.hash, meta.blockId.parts.hash);
  assert(same, `block ${height} of the log does not follow from the state`);
  verifyCommit(chainId, validators, id, height, commit);
  const { result, appHash } = execute(options, state, block, id, commit);
  return stateAfter({ ...state, blockId: id, commit, result, appHash });
}
