// SPDX-License-Identifier: Apache-2.0
import { assertSameGenesis, type BlockLog, type ChainGenesis, encodeBlockResult, readParams } from "@sotto/blocks";
import { equals, toHex } from "@sotto/bytes";
import {
  type Block,
  type BlockId,
  blockId,
  type Commit,
  consensusParamsHash,
  encodeBlock,
  type ValidatorSet,
  validatorSetHash,
  verifyCommit,
} from "@sotto/comet";
import { assert, ChainError, EnvironmentFault } from "@sotto/errors";
import type { AppGenesis, FinalizedResult, Misbehavior, NetworkApplication, ValidatorUpdate } from "@sotto/kernel";
import { commitBlock, FIND_DIFFERENCE, loadState } from "./chainStart.ts";
import { type ChainState, genesisState, stateAfter } from "./chainState.ts";
import { decidedBlock } from "./decided.ts";

/**
 * A commit, a last commit or evidence that is not of the decided block: the place that gave it is
 * wrong, and another one may have the right parts. Nothing was written.
 */
export class FalseParts extends EnvironmentFault {}

export interface FollowerOptions {
  readonly app: NetworkApplication;
  readonly log: BlockLog;
  readonly genesis: ChainGenesis;
  /** Called after InitChain, before the first block, with the set that signs it. */
  readonly onGenesis?: (validators: ValidatorSet) => void;
  /** Called before each block is executed, and after its commit. */
  readonly onExecute?: (height: number) => void;
  readonly onExecuted?: () => void;
  /** For measurements: called when its part of a block is done. */
  readonly onPhase?: (phase: FollowedPhase) => void;
}

/** `verified`: it follows from the state, and two thirds have signed it. */
export type FollowedPhase = "verified" | "logged" | "executed" | "committed";

/** A block that the engine decided, with the votes that the engine has for it. */
export interface EngineBlock {
  /** As the engine names it. */
  readonly hash: Uint8Array;
  readonly block: Block;
  readonly commit: Commit;
  /** What its evidence proves. */
  readonly misbehavior: readonly Misbehavior[];
}

/** The answer to InitChain. */
export interface Begun {
  readonly validators: readonly ValidatorUpdate[];
  readonly appHash: Uint8Array;
}

/**
 * A chain whose blocks another engine decides. Everything is synchronous, on the caller's thread.
 * The engine may repeat a request that it lost the answer of: the same request gets the same
 * answer.
 */
export interface Follower {
  /** Last committed height, 0 before the first block. */
  readonly height: number;
  readonly appHash: Uint8Array;
  /** The height that is finalized or comes next. */
  readonly nextHeight: number;
  initChain(genesis: AppGenesis): Begun;
  /**
   * Logs the block durably, and executes it. Throws EnvironmentFault for a block that does not
   * follow from the state; before anything is written FalseParts for parts that are not of the
   * block, or that two thirds have not signed.
   */
  finalize(decided: EngineBlock): EngineResult;
  /** Makes the finalized block durable. */
  commit(): void;
  /** tendermint.types.ConsensusParams of the next height; undefined before the chain begins. */
  readonly consensusParams: Uint8Array | undefined;
  /** Continues from a state that was restored, with the row `anchorKey` beside it. */
  reload(): void;
}

export interface EngineResult {
  readonly result: FinalizedResult;
  /** `encodeBlockResult` of it. */
  readonly encoded: Uint8Array;
}

interface Finalized extends EngineResult {
  readonly hash: Uint8Array;
  readonly next: ChainState;
}

/**
 * Continues a chain. The log may be one block ahead of the state. Throws EnvironmentFault when
 * folder and genesis do not match.
 */
export function createFollower({ app, log, genesis, ...on }: FollowerOptions): Follower {
  if (log.genesis === undefined) log.setGenesis(genesis);
  else assertSameGenesis(log.genesis, genesis);
  let state = app.height === 0 ? undefined : loadState(app, log);
  let begun: Begun | undefined;
  let finalized: Finalized | undefined;

  function initChain(file: AppGenesis): Begun {
    if (app.height > 0) throw new EnvironmentFault(beginsAgain(app.height));
    if (begun !== undefined) return begun;
    const answer = app.initChain(file);
    state = genesisState(file, answer);
    on.onGenesis?.(state.validators);
    begun = answer;
    return begun;
  }

  function execute(before: ChainState, { block, commit, misbehavior }: EngineBlock, id: BlockId): Finalized {
    const { height } = block.header;
    on.onExecute?.(height);
    // Hazard: the commit that this node saw for the height before is not the one in the block.
    const decided = decidedBlock({ ...before, lastCommit: block.lastCommit ?? before.lastCommit }, block, id, commit);
    const result = app.finalizeBlock({ ...decided, misbehavior });
    assert(result.txResults.length === block.txs.length, "the application did not answer for every transaction");
    const next = stateAfter({ ...before, blockId: id, commit, result, appHash: result.appHash });
    // The encoder reuses its memory.
    return { hash: id.hash, result, encoded: encodeBlockResult(result).slice(), next };
  }

  return {
    get height() {
      return app.height;
    },
    get appHash() {
      return app.appHash;
    },
    get nextHeight() {
      return state?.height ?? genesis.initialHeight;
    },
    get consensusParams() {
      return state?.consensusParams;
    },
    reload() {
      assert(finalized === undefined && begun === undefined, "a chain that goes on is not restored");
      app.reload();
      state = app.height === 0 ? undefined : loadState(app, log);
    },
    initChain,
    finalize(decided) {
      if (state === undefined) throw new EnvironmentFault("the engine sent a block before it began the chain");
      const { block, commit, hash } = decided;
      if (finalized !== undefined && equals(finalized.hash, hash)) return finalized;
      if (finalized !== undefined) throw new EnvironmentFault(otherBlock(block.header.height));
      const bytes = encodeBlock(block);
      const id = assertFollows(state, genesis.chainId, decided, bytes);
      assertSigned(genesis.chainId, state, id, commit);
      on.onPhase?.("verified");
      const { header, txs } = block;
      const { validators, nextValidators } = state;
      const consensusParams = equals(genesis.consensusParams, state.consensusParams)
        ? undefined
        : state.consensusParams;
      const meta = {
        header,
        blockId: id,
        commit,
        validators,
        consensusParams,
        size: bytes.length,
        txCount: txs.length,
      };
      // Order: the block is durable before it is executed, so that a restart finds what ABCI does
      // not send again.
      if (log.height < state.height) log.append({ ...meta, bytes, nextValidators });
      else if (!equals(log.meta(state.height)?.blockId.hash ?? NOTHING, hash)) {
        throw new EnvironmentFault(otherBlock(state.height));
      }
      on.onPhase?.("logged");
      finalized = execute(state, decided, id);
      on.onPhase?.("executed");
      return finalized;
    },
    commit() {
      assert(finalized !== undefined, "the engine commits no block");
      const { encoded, next } = finalized;
      commitBlock(app, next.height - 1, encoded);
      on.onPhase?.("committed");
      finalized = undefined;
      state = next;
      on.onExecuted?.();
    },
  };
}

function assertSigned(chainId: string, { validators, height }: ChainState, id: BlockId, commit: Commit): void {
  try {
    verifyCommit(chainId, validators, id, height, commit);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw new FalseParts(`the commit of block ${height} is not valid: ${thrown.message}`, { cause: thrown });
  }
}

const NOTHING = new Uint8Array(0);

const beginsAgain = (height: number): string =>
  `CometBFT begins the chain, but the node has its state of height ${height}: the data folder of CometBFT is new, or of another chain; restore it, or join with an empty node`;

const otherBlock = (height: number): string =>
  `CometBFT sent another block of height ${height} than before: two blocks of one height were decided`;

/** The id of a block that follows from the state. */
function assertFollows(state: ChainState, chainId: string, decided: EngineBlock, bytes: Uint8Array): BlockId {
  const { header } = decided.block;
  const { height } = state;
  const refuse = (why: string): never => {
    throw new EnvironmentFault(`block ${header.height} of CometBFT does not follow from the node's state: ${why}`);
  };
  if (header.chainId !== chainId) refuse(`it is of chain ${header.chainId.slice(0, 64)}`);
  if (header.height !== height) refuse(`the next block has height ${height}`);
  const same = (name: string, theirs: Uint8Array, own: Uint8Array): void => {
    if (!equals(theirs, own)) refuse(`its ${name} is ${toHex(theirs)}, the node has ${toHex(own)}`);
  };
  if (!equals(header.appHash, state.appHash)) {
    refuse(
      `its application hash is ${toHex(header.appHash)}, the node has ${toHex(state.appHash)}; ${FIND_DIFFERENCE}`,
    );
  }
  same("results hash", header.lastResultsHash, state.lastResultsHash);
  same("validator set", header.validatorsHash, validatorSetHash(state.validators));
  same("next validator set", header.nextValidatorsHash, validatorSetHash(state.nextValidators));
  same(
    "hash of the consensus parameters",
    header.consensusHash,
    consensusParamsHash(readParams(state.consensusParams)),
  );
  const id = blockId(header, bytes);
  if (id === undefined) return refuse("it names no validators");
  same("hash", decided.hash, id.hash);
  const { parts } = decided.commit.blockId;
  if (!equals(parts.hash, id.parts.hash)) {
    // The header's hash covers neither the round of the last commit nor the parts of the commit.
    throw new FalseParts(
      `block ${height} with these parts has the hash of parts ${toHex(id.parts.hash)}, its commit names ${toHex(parts.hash)}`,
    );
  }
  return id;
}
