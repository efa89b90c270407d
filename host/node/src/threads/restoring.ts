// SPDX-License-Identifier: Apache-2.0
import { Extra, networkKey, snapshotNeeds, timeKey } from "@sotto/app";
import { decodeBlockResult, resultsKey } from "@sotto/blocks";
import { equals } from "@sotto/bytes";
import type { TrustStep } from "@sotto/cometbft";
import { assert, ChainError, EnvironmentFault } from "@sotto/errors";
import { type Anchor, anchorKey, decodeAnchor, faultOfRows, verifyAnchor } from "@sotto/sequencer";
import {
  type ApplyAnswer,
  ApplyResult,
  createRestore,
  type OfferAnswer,
  OfferResult,
  type Restore,
  type SnapshotInfo,
} from "@sotto/store";
import { snapshotRows } from "../retention.ts";
import type { OpenedState } from "./state.ts";
import { trust } from "./trusting.ts";

/** What proves a snapshot: `encodeAnchor`, and the way of the enclave's light client to it. */
export interface SnapshotProof {
  readonly anchor: Uint8Array;
  readonly steps: readonly TrustStep[];
}

export interface RestoringOptions {
  readonly state: Pick<OpenedState, "store" | "log" | "app" | "enclave" | "late">;
  readonly chainId: string;
  /** Folder of all snapshots. */
  readonly folder: string;
  /** After the last chunk. */
  readonly onRestored: () => void;
}

/** The snapshot that CometBFT offered last. */
interface Offered {
  readonly info: SnapshotInfo;
  readonly anchor: Anchor;
  readonly proof: SnapshotProof;
}

const OTHER_KEYS =
  "the enclave has not the keys of the network whose state is restored: receive them first (sotto enclave), or copy enclave.sealed of a home of that network into the folder, or start with its --seed; then start both again";
const NOTHING = new Uint8Array(0);

/** The restore of a snapshot for the thread that writes, whose state is empty. */
export class Restoring {
  readonly #options: RestoringOptions;
  #restore: Restore | undefined;
  #offered: Offered | undefined;

  constructor(options: RestoringOptions) {
    this.#options = options;
  }

  /**
   * The refusal of an offer that needs no proof. A killed process may have restored a state that
   * CometBFT did not learn of: then CometBFT offers all snapshots again, the highest first, and
   * only that of the state is right. Throws EnvironmentFault when none can be right.
   */
  refused({ height }: SnapshotInfo): OfferAnswer | undefined {
    const { store, log } = this.#options.state;
    if (height < 1n || height >= BigInt(Number.MAX_SAFE_INTEGER)) {
      return { result: OfferResult.reject, reason: "its height is no height of a block" };
    }
    if (store.version === 0 || (log.height === 0 && BigInt(store.version) === height)) return undefined;
    const has = `the node has its state of height ${store.version}`;
    if (log.height > 0) {
      throw new EnvironmentFault(
        `CometBFT begins a state sync, and ${has}: the data folder of CometBFT is new, or of another chain; restore it, or begin with an empty node`,
      );
    }
    const remedy = `${has} from an interrupted state sync; if no peer has the snapshot of that height any more, stop both, remove the folder state of the node's home (nothing else), and start both again`;
    if (height > BigInt(store.version)) return { result: OfferResult.reject, reason: remedy };
    throw new EnvironmentFault(`CometBFT offers a snapshot of height ${height}, and ${remedy}`);
  }

  /** Throws EnvironmentFault when the state is not empty, or the proof is not one. */
  offer(info: SnapshotInfo, appHash: Uint8Array, proof: SnapshotProof): OfferAnswer {
    const { state, chainId } = this.#options;
    const anchor = decodeAnchor(proof.anchor);
    try {
      verifyAnchor(anchor, chainId);
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      throw new EnvironmentFault(`the servers of --comet-others give headers that are not valid: ${thrown.message}`, {
        cause: thrown,
      });
    }
    this.#offered = { info, anchor, proof };
    if (state.store.version > 0) {
      return equals(appHash, state.app.appHash)
        ? { result: OfferResult.accept }
        : { result: OfferResult.reject, reason: "the node has restored another state of this height" };
    }
    // Hazard: while the application reads an old version, the database does not reuse pages.
    state.app.reload();
    this.#restore ??= this.#create();
    return this.#restore.offer(info, appHash);
  }

  apply(index: number, chunk: Uint8Array, sender: string): ApplyAnswer {
    const { state, onRestored } = this.#options;
    const offered = this.#offered;
    if (offered !== undefined && state.store.version > 0) {
      const accepted = { result: ApplyResult.accept, refetchChunks: [], rejectSenders: [] };
      if (index !== offered.info.chunks - 1) return accepted;
      return { ...accepted, restored: { version: state.store.version, appHash: state.store.appHash } };
    }
    if (this.#restore === undefined) {
      const reason = "no snapshot was offered";
      return { result: ApplyResult.abort, refetchChunks: [], rejectSenders: [], reason };
    }
    const answer = this.#restore.applyChunk(index, chunk, sender);
    if (answer.restored !== undefined) onRestored();
    return answer;
  }

  #create(): Restore {
    const { state, folder } = this.#options;
    const must = (): Offered => {
      assert(this.#offered !== undefined, "a snapshot that was not offered is restored");
      return this.#offered;
    };
    return createRestore({
      store: state.store,
      folder,
      needs: snapshotNeeds(snapshotRows),
      check(view, rows) {
        const { anchor } = must();
        // Keys that come later are compared with the restored state then.
        const { has, keys } = state.late;
        if (has && !equals(networkKey(view) ?? NOTHING, keys.ioPublicKey)) throw new EnvironmentFault(OTHER_KEYS);
        const time = rows.get(timeKey(view.version)) ?? NOTHING;
        const result = decodeBlockResult(rows.get(resultsKey(view.version)) ?? NOTHING);
        return faultOfRows(anchor, { time, result }, anchor.next.header.appHash);
      },
      own() {
        const { anchor, proof } = must();
        const { height } = anchor.last.header;
        const rows = new Map([[anchorKey(height), proof.anchor]]);
        if (state.late.has) rows.set(Extra.sealed, trust(state.enclave, proof.steps, height));
        return rows;
      },
    });
  }
}
