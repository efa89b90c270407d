// SPDX-License-Identifier: Apache-2.0
import { createFollower } from "@sotto/sequencer";
import type { ApplyAnswer, OfferAnswer, SnapshotInfo } from "@sotto/store";
import { createFollowing, type EngineRequest, type ExecutedBlock, type FalsePlace } from "../engine/following.ts";
import { blocksKept, retainHeight } from "../retention.ts";
import { beginning } from "./enclaveStart.ts";
import { type ObservedBlock, observeBlock, PhaseClock } from "./observed.ts";
import { giving, serveThread, threadData } from "./port.ts";
import { Restoring, type SnapshotProof } from "./restoring.ts";
import { openState, type StateData } from "./state.ts";

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
    ioPublicKey: state.keys.ioPublicKey,
  }),
  ...following,
  finalize(request: EngineRequest): ExecutedBlock | FalsePlace {
    clock.begin();
    const done = following.finalize(request);
    return "refused" in done ? done : giving(done, [done.response]);
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
