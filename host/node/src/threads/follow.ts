// SPDX-License-Identifier: Apache-2.0
import type { TrustStep } from "@sotto/cometbft";
import type { Begun } from "@sotto/sequencer";
import { createFollower } from "@sotto/sequencer";
import type { ApplyAnswer, OfferAnswer, SnapshotInfo } from "@sotto/store";
import {
  createFollowing,
  type EngineGenesis,
  type EngineRequest,
  type ExecutedBlock,
  type FalsePlace,
} from "../engine/following.ts";
import { blocksKept, retainHeight } from "../retention.ts";
import { beginning } from "./enclaveStart.ts";
import { unlessKeysNeeded } from "./lateKeys.ts";
import { type ObservedBlock, observeBlock, PhaseClock } from "./observed.ts";
import { giving, serveThread, threadData } from "./port.ts";
import { Restoring, type SnapshotProof } from "./restoring.ts";
import { openState, type StateData } from "./state.ts";
import { ownPath } from "./trusting.ts";

const data = await threadData<StateData>();
const state = await openState(data);
const clock = new PhaseClock();
/** The block that is finalized. */
let finalized: Omit<ObservedBlock, "phases"> | undefined;
const follower = beginning(() =>
  createFollower({
    app: state.app,
    log: state.log,
    genesis: data.genesis,
    onGenesis: state.late.onGenesis,
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

const following = createFollowing({
  ...{ follower, app: state.app, log: state.log, genesis: data.genesis, beginning },
  receive: (verdicts) => state.verified.receive(verdicts),
  executing: state.executing,
  onFinalized: (block) => {
    finalized = block;
  },
  retainHeight: (height, consensusParams) => retainHeight(height, blocksKept(data.retention, consensusParams)),
});

/** The only writer of the chain's state, for blocks that CometBFT decides. */
export const followHandlers = {
  status: () => ({
    height: follower.height,
    appHash: follower.appHash,
    nextHeight: follower.nextHeight,
    // After a state sync its height is not in the log.
    hasBlock: state.log.meta(follower.height) !== undefined,
    hasKeys: state.late.has,
  }),
  ...following,
  /** The state from which keys are loaded. */
  waiting: () => ({
    canLoad: state.late.canLoad,
    height: follower.height,
    /** Whether the log has all blocks: after a state sync it has not. */
    isWhole: state.log.first === data.genesis.initialHeight,
  }),
  /**
   * Starts the enclave with keys that came. `given`: its way to this height when the log has not
   * all blocks. Returns false in the middle of a block. Throws as `LateKeys.load`.
   */
  async loadKeys(height: number, given: readonly TrustStep[] | undefined): Promise<boolean> {
    const steps = given ?? (height === 0 ? [] : await ownPath(state.log, data.genesis.initialHeight, height));
    if (finalized !== undefined || follower.height !== height) return false;
    state.late.load(steps);
    return true;
  },
  /** Undefined: the genesis names no keys, and the enclave has none yet. */
  initChain: (engine: EngineGenesis): Begun | undefined =>
    state.late.keys.ioPublicKey.length === 0 ? undefined : following.initChain(engine),
  /** Undefined: the block needs keys that the enclave has not yet. Nothing of it is left then. */
  finalize(request: EngineRequest): ExecutedBlock | FalsePlace | undefined {
    clock.begin();
    const done = unlessKeysNeeded(() => following.finalize(request));
    if (done === undefined) state.onWaiting();
    return done === undefined || "refused" in done ? done : giving(done, [done.response]);
  },
  commit() {
    // CometBFT writes its own state before it asks for the commit.
    clock.begin();
    const done = following.commit();
    if (state.metrics !== undefined && finalized !== undefined) {
      observeBlock(state.metrics, { ...finalized, phases: clock.parts });
    }
    finalized = undefined;
    return done;
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
