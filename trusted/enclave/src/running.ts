// SPDX-License-Identifier: Apache-2.0
import type { Calls } from "@sotto/call";
import type { ConsensusKeys } from "@sotto/keys";
import type { Platform } from "@sotto/platform";
import {
  BoundaryError,
  type CommitBlockAnswer,
  type ShowStateAnswer,
  type ShowStateRequest,
  type TrustAnswer,
  type TrustRequest,
  type Untrusted,
} from "@sotto/protocol";
import {
  type Checkpoint,
  type SeenHeader,
  sealWrites,
  seenAt,
  type VerifiedBlock,
  verifyShown,
  verifyTrust,
} from "@sotto/verify";
import type { Admission } from "./registration.ts";
import type { SealedState } from "./sealedState.ts";

/** An enclave that has keys and follows a chain. */
export interface RunningEnclave {
  readonly platform: Platform;
  readonly chainId: string;
  readonly sealed: SealedState;
  readonly keys: ConsensusKeys;
  readonly calls: Calls;
  readonly admit: Admission;
  readonly believesRows: boolean;
  readonly answersPast: boolean;
  /** The last headers that this enclave has verified, by height. */
  readonly seen: Map<number, SeenHeader>;
  /** Queries read no older state, unless the enclave answers over the past. */
  newest: number;
  /** After the last committed block, or the header that was trusted since. */
  checkpoint: Checkpoint;
}

/** Headers that an enclave keeps: for a state, its own and the next one. */
const SEEN = 2;

/** Keeps a header for states that are shown. */
export function see({ seen }: RunningEnclave, header: SeenHeader | undefined): void {
  if (header === undefined) return;
  seen.set(header.height, header);
  for (const height of seen.keys()) if (height <= header.height - SEEN) seen.delete(height);
}

const NONE = new Uint8Array(0);

/** The block counts from now on. `lastFailed`: of its last transaction with a call. */
export function commit(
  state: RunningEnclave,
  { height, timeNs, appHash, checkpoint }: VerifiedBlock,
  lastFailed: Untrusted<boolean>,
): CommitBlockAnswer {
  const header = { height, time: String(timeNs), appHash };
  const written = state.calls.endBlock(lastFailed);
  // The header of the first block names no state whose rows could be proven.
  const proven = state.checkpoint.height === 0 ? { ...header, appHash: NONE } : header;
  const writes = state.believesRows ? undefined : sealWrites(state.platform, proven, written);
  state.checkpoint = checkpoint;
  state.newest = height;
  see(state, header);
  const headerProof = state.keys.createHeaderProof({ chainId: state.chainId, ...header });
  return { sealed: state.sealed.seal(checkpoint), writes, headerProof };
}

export function trust(state: RunningEnclave, request: Untrusted<TrustRequest>): TrustAnswer {
  state.checkpoint = verifyTrust(state.checkpoint, request);
  see(state, seenAt(state.checkpoint));
  // The state of this height has its hash in the next header.
  state.newest = Math.max(state.newest, state.checkpoint.height - 1);
  return { sealed: state.sealed.seal(state.checkpoint), height: state.checkpoint.height };
}

export function show(state: RunningEnclave, request: Untrusted<ShowStateRequest>): ShowStateAnswer {
  const shown = verifyShown(request, state);
  if (shown.height < state.newest && !state.answersPast) throw BoundaryError.pastRefused();
  state.newest = Math.max(state.newest, shown.height);
  // The same height has one record in one run.
  if (state.calls.shown?.height !== shown.height) state.calls.show(shown);
  return { base: state.calls.shown?.base ?? shown.base };
}
