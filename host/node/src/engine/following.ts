// SPDX-License-Identifier: Apache-2.0
import type { BlockLog, ChainGenesis } from "@sotto/blocks";
import { concat, equals, fromUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { jsonSource } from "@sotto/codec/stream";
import type { Time } from "@sotto/comet";
import type { DecidedParts } from "@sotto/cometbft";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { BlockResult, Misbehavior, NetworkApplication, ValidatorUpdate } from "@sotto/kernel";
import { readGenesisDocument } from "@sotto/local";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { type Begun, type EngineResult, FalseParts, type Follower } from "@sotto/sequencer";
import { type PackedBytes, unpack } from "../threads/packed.ts";
import { paramDifference, paramFields } from "./params.ts";

/** A chain's beginning, as CometBFT has it. */
export interface EngineGenesis {
  readonly chainId: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly initialHeight: number;
  readonly validators: readonly ValidatorUpdate[];
  /** `paramFields` of its consensus parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** JSON of `app_state`. */
  readonly appState: Uint8Array;
}

/** A block that CometBFT decided. */
export interface EngineRequest {
  readonly hash: Uint8Array;
  readonly txs: PackedBytes;
  readonly parts: DecidedParts;
  readonly misbehavior: readonly Misbehavior[];
  /** Verdicts on signatures that the check thread has reached. */
  readonly verdicts: readonly string[];
}

/** The parts of a block are not its own; another place may have them. Nothing was done. */
export interface FalsePlace {
  readonly refused: string;
}

/** The result of a block. */
export interface ExecutedBlock {
  /** tendermint.abci.ResponseFinalizeBlock */
  readonly response: Uint8Array<ArrayBuffer>;
  readonly codes: readonly number[];
  /** That its transactions used. */
  readonly gas: number;
  readonly ms: number;
}

/**
 * The chain that CometBFT drives, as `engineHandlers` calls it. A `type`, so that it has an index.
 */
export type Following = {
  /** Undefined: the genesis names no keys of the network, and the enclave has none yet. */
  initChain(engine: EngineGenesis): Begun | undefined;
  prepareProposal(txs: readonly Uint8Array[], maxBytes: number): readonly Uint8Array[];
  acceptsProposal(txs: readonly Uint8Array[]): boolean;
  /** From the node's own log; undefined for a height that it does not have. */
  decided(height: number): DecidedParts | undefined;
  /**
   * Undefined: the block needs keys that the enclave has not yet; nothing of it is left then.
   */
  finalize(request: EngineRequest): ExecutedBlock | FalsePlace | undefined;
  /** `retain`: the lowest height of which CometBFT must keep the block; 0: all. */
  commit(): { readonly height: number; readonly appHash: Uint8Array; readonly retain: number };
};

export interface FollowingParts {
  readonly follower: Follower;
  readonly app: NetworkApplication;
  readonly log: BlockLog;
  /** Of the node's genesis file. */
  readonly genesis: ChainGenesis;
  /** Takes verdicts on signatures before a block is executed. */
  readonly receive: (verdicts: readonly string[]) => void;
  /** Runs a block of `txs` transactions. */
  readonly executing: <T>(txs: number, run: () => T) => T;
  /** Runs what may find that folder and genesis do not match. */
  readonly beginning: <T>(run: () => T) => T;
  readonly onFinalized?: (block: { height: number; time: Time; result: BlockResult }) => void;
  /** The lowest height that stays after this commit; 0: all stay. */
  readonly retainHeight: (height: number, consensusParams: Uint8Array) => number;
}

/** Refuses the beginning of another chain than the node's genesis file has. */
function assertSameGenesis(engine: EngineGenesis, genesis: ChainGenesis): void {
  const { chainId, time, initialHeight, validators, consensusParams } = genesis;
  const differs = (field: string): never => {
    throw new EnvironmentFault(
      `the genesis files of the node and of CometBFT have another ${field}: give both the same file`,
    );
  };
  if (engine.chainId !== chainId) differs("chain_id");
  if (engine.time !== time) differs("genesis_time");
  if (engine.initialHeight !== initialHeight) differs("initial_height");
  const isSame = ({ pubKey, power }: ValidatorUpdate): boolean =>
    validators.some((own) => own.power === power && equals(own.pubKey, pubKey));
  if (engine.validators.length !== validators.length || !engine.validators.every(isSame)) differs("list of validators");
  const difference = paramDifference(paramFields(decode(ConsensusParamsSchema, consensusParams)), engine.params);
  if (difference !== undefined) differs(difference);
}

const document = (appState: Uint8Array): Uint8Array => concat(fromUtf8('{"app_state":'), appState, fromUtf8("}"));

/** tendermint.abci.ResponseFinalizeBlock: field 5 is the application hash. */
const response = (encoded: Uint8Array, appHash: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(concat(encoded, Uint8Array.of(0x2a, appHash.length), appHash));

/** The functions of the thread that owns the state. */
export function createFollowing(parts: FollowingParts): Following {
  const { follower, app, log, genesis } = parts;
  return {
    initChain(engine) {
      assertSameGenesis(engine, genesis);
      const { appState } = readGenesisDocument(jsonSource(document(engine.appState)));
      return parts.beginning(() => follower.initChain({ ...genesis, appState }));
    },
    prepareProposal: (txs, maxBytes) => app.prepareProposal(txs, maxBytes),
    acceptsProposal: (txs) => app.acceptsProposal(txs),
    decided(height) {
      const meta = log.meta(height);
      const block = log.block(height);
      if (meta === undefined || block === undefined) return undefined;
      const { lastCommit, evidence } = block;
      if (lastCommit === undefined) return undefined;
      return { header: meta.header, commit: meta.commit, lastCommit, evidence };
    },
    finalize({ hash, txs, parts: { header, commit, lastCommit, evidence }, misbehavior, verdicts }) {
      parts.receive(verdicts);
      const block = { header, txs: unpack(txs), evidence, lastCommit };
      const started = performance.now();
      const done = parts.executing(block.txs.length, (): EngineResult | FalsePlace => {
        try {
          return follower.finalize({ hash, block, commit, misbehavior });
        } catch (thrown) {
          if (thrown instanceof FalseParts) return { refused: thrown.message };
          throw thrown;
        }
      });
      if ("refused" in done) return done;
      const { result, encoded } = done;
      parts.onFinalized?.({ height: header.height, time: header.time, result });
      return {
        response: response(encoded, result.appHash),
        codes: result.txResults.map(({ code }) => code),
        gas: Number(result.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)),
        ms: performance.now() - started,
      };
    },
    commit() {
      follower.commit();
      const { height, appHash, consensusParams } = follower;
      assert(consensusParams !== undefined, "a chain with a block has parameters");
      const retain = parts.retainHeight(height, consensusParams);
      if (retain > 0) log.prune(retain);
      return { height, appHash, retain };
    },
  };
}
