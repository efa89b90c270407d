// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, readBeU64 } from "@sotto/bytes";
import { ChainError, SdkError } from "@sotto/errors";
import { BoundaryError, type CommitBlockAnswer, type EnclaveClient, type ShowStateRequest } from "@sotto/protocol";
import type { StateProver, StateStore } from "@sotto/store";
import type { CommittedProofs } from "@sotto/x-compute";

/** The store of contracts. */
const STORE = "compute";
/** Name of the row with what the last block wrote, sealed by the enclave, behind its height. */
const WRITES = "enclave/writes";
const PROOF = 32;

/** Name of the row with the proof of a header and its application hash. */
export const headerKey = (height: number): string => `enclave/header/${height}`;

/** Name of the row with the time of one block, for queries at its height. */
export const timeKey = (height: number): string => `block/time/${height}`;

/**
 * Rows beside the state with which queries are answered over it. `appHash`: in the block's header.
 */
export const committedRows = (
  height: number,
  appHash: Uint8Array,
  { writes, headerProof }: CommitBlockAnswer,
): readonly (readonly [string, Uint8Array | undefined])[] => [
  [WRITES, writes && concat(beU64(BigInt(height)), writes)],
  [headerKey(height), concat(headerProof, appHash)],
];

const timeOf = (store: StateStore, height: number): string => {
  const row = store.extra(timeKey(height));
  return row === undefined ? "" : String(readBeU64(row));
};

/** A header without a row: of a restored state, which the enclave may have verified itself. */
function headerOf(store: StateStore, height: number) {
  const row = store.extra(headerKey(height)) ?? new Uint8Array(0);
  return { height, time: timeOf(store, height), appHash: row.slice(PROOF), proof: row.slice(0, PROOF) };
}

function requestFor(store: StateStore, height: number): ShowStateRequest {
  const row = store.extra(WRITES);
  // The row is of the last commit, which may be after the snapshot of the query.
  if (row !== undefined && readBeU64(row) === BigInt(height))
    return { height, writes: row.slice(8), header: undefined, next: undefined };
  return { height, writes: undefined, header: headerOf(store, height), next: headerOf(store, height + 1) };
}

function refusalOf(thrown: unknown, height: number): unknown {
  if (ChainError.is(thrown, BoundaryError.stateRefused)) {
    const text = `nothing proves the state of height ${height} to the enclave of this node; ask again after the next block`;
    return SdkError.invalidRequest(text, thrown as ChainError);
  }
  if (ChainError.is(thrown, BoundaryError.pastRefused)) {
    const text = `contracts answer over the latest state here, not over that of height ${height}; ask a node that runs with --answer-past`;
    return SdkError.notSupported(text, thrown as ChainError);
  }
  return thrown;
}

interface Parts {
  readonly store: StateStore;
  readonly enclave: EnclaveClient;
}

/** The committed state over which the enclave answers clients, and proofs of its rows. */
export class CommittedState implements CommittedProofs {
  readonly #options: Parts;
  #base = 0;
  #prover: StateProver | undefined;

  constructor(options: Parts) {
    this.#options = options;
  }

  show(height: number): void {
    const { store, enclave } = this.#options;
    try {
      this.#base = enclave.showState(requestFor(store, height)).base;
      this.#prover = undefined;
    } catch (thrown) {
      throw refusalOf(thrown, height);
    }
  }

  /** Made late: the rows of the first version need no proof, and no version is before it. */
  get #proofs(): StateProver {
    this.#prover ??= this.#options.store.prover(STORE, this.#base);
    return this.#prover;
  }

  proveRow(key: Uint8Array, known: number) {
    return this.#proofs.proveRow(key, known);
  }

  proveStore(): Uint8Array {
    return this.#proofs.proveStore();
  }
}
