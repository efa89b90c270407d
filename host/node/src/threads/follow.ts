// SPDX-License-Identifier: Apache-2.0
import { concat, equals, fromUtf8 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { jsonSource } from "@sotto/codec/stream";
import type { DecidedParts } from "@sotto/cometbft";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { Misbehavior, ValidatorUpdate } from "@sotto/kernel";
import { readGenesisDocument } from "@sotto/local";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { createFollower, type EngineResult, FalseParts } from "@sotto/sequencer";
import type { ApplyAnswer, OfferAnswer, SnapshotInfo } from "@sotto/store";
import { paramDifference, paramFields } from "../engine/params.ts";
import { blocksKept, retainHeight } from "../retention.ts";
import { beginning } from "./enclaveStart.ts";
import { type ObservedBlock, observeBlock, PhaseClock } from "./observed.ts";
import { type PackedBytes, unpack } from "./packed.ts";
import { giving, serveThread, threadData } from "./port.ts";
import { Restoring, type SnapshotProof } from "./restoring.ts";
import { openState, type StateData } from "./state.ts";

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
  readonly response: Uint8Array;
  readonly codes: readonly number[];
  /** That its transactions used. */
  readonly gas: number;
  readonly ms: number;
}

const data = threadData<StateData>();
const state = await openState(data);
const clock = new PhaseClock();
/** The block that is finalized. */
let finalized: Omit<ObservedBlock, "phases"> | undefined;
const follower = beginning(() =>
  createFollower({
    app: state.app,
    log: state.log,
    genesis: data.genesis,
    onGenesis: state.onGenesis,
    onExecute: state.onExecute,
    onExecuted: state.onExecuted,
    onPhase: clock.done,
  }),
);

const restoring = new Restoring({
  state,
  chainId: data.genesis.chainId,
  folder: data.snapshotsPath,
  onRestored: () => follower.reload(),
});

/** Versions that a snapshot needs, with the function that ends the need. */
const held = new Map<number, () => void>();

/** Refuses the beginning of another chain than the node's genesis file has. */
function assertSameGenesis(engine: EngineGenesis): void {
  const { chainId, time, initialHeight, validators, consensusParams } = data.genesis;
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

/** The only writer of the chain's state, for blocks that CometBFT decides. */
export const followHandlers = {
  status: () => ({
    height: follower.height,
    appHash: follower.appHash,
    nextHeight: follower.nextHeight,
    // After a state sync its height is not in the log.
    hasBlock: state.log.meta(follower.height) !== undefined,
    ioPublicKey: state.keys.ioPublicKey,
  }),
  initChain(engine: EngineGenesis) {
    assertSameGenesis(engine);
    const { appState } = readGenesisDocument(jsonSource(document(engine.appState)));
    return beginning(() => follower.initChain({ ...data.genesis, appState }));
  },
  prepareProposal: (txs: readonly Uint8Array[], maxBytes: number) => state.app.prepareProposal(txs, maxBytes),
  acceptsProposal: (txs: readonly Uint8Array[]) => state.app.acceptsProposal(txs),
  /** From the node's own log; undefined for a height that it does not have. */
  decided(height: number): DecidedParts | undefined {
    const meta = state.log.meta(height);
    const block = state.log.block(height);
    if (meta === undefined || block === undefined) return undefined;
    const { lastCommit, evidence } = block;
    if (lastCommit === undefined) return undefined;
    return { header: meta.header, commit: meta.commit, lastCommit, evidence };
  },
  finalize({ hash, txs, parts, misbehavior, verdicts }: EngineRequest): ExecutedBlock | FalsePlace {
    state.verified.receive(verdicts);
    const { header, commit, lastCommit, evidence } = parts;
    const block = { header, txs: unpack(txs), evidence, lastCommit };
    const started = performance.now();
    clock.begin();
    const done = state.executing(block.txs.length, (): EngineResult | FalsePlace => {
      try {
        return follower.finalize({ hash, block, commit, misbehavior });
      } catch (thrown) {
        if (thrown instanceof FalseParts) return { refused: thrown.message };
        throw thrown;
      }
    });
    if ("refused" in done) return done;
    const { result, encoded } = done;
    finalized = { height: header.height, time: header.time, result };
    const bytes = response(encoded, result.appHash);
    const executed: ExecutedBlock = {
      response: bytes,
      codes: result.txResults.map(({ code }) => code),
      gas: Number(result.txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)),
      ms: performance.now() - started,
    };
    return giving(executed, [bytes]);
  },
  commit() {
    // CometBFT writes its own state before it asks for the commit.
    clock.begin();
    follower.commit();
    if (state.metrics !== undefined && finalized !== undefined) {
      observeBlock(state.metrics, { ...finalized, phases: clock.parts });
    }
    finalized = undefined;
    const { height, appHash, consensusParams } = follower;
    assert(consensusParams !== undefined, "a chain with a block has parameters");
    const retain = retainHeight(height, blocksKept(data.retention, consensusParams));
    if (retain > 0) state.log.prune(retain);
    return { height, appHash, retain };
  },
  /** Keeps a committed version until its `release`. */
  hold: (height: number) => void held.set(height, state.store.hold(height)),
  release(height: number) {
    held.get(height)?.();
    held.delete(height);
  },
  refusedOffer: (info: SnapshotInfo): OfferAnswer | undefined => restoring.refused(info),
  offer: (info: SnapshotInfo, appHash: Uint8Array, proof: SnapshotProof): OfferAnswer =>
    restoring.offer(info, appHash, proof),
  apply: (index: number, chunk: Uint8Array, sender: string): ApplyAnswer => restoring.apply(index, chunk, sender),
  close: () => state.close(),
} as const;

export type FollowHandlers = typeof followHandlers;

serveThread(followHandlers);
