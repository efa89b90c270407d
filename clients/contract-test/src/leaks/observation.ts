// SPDX-License-Identifier: Apache-2.0
import type { TxResult } from "@sotto/kernel";
import type { RecordedFrame } from "@sotto/transport";

/** A changed row of the committed state; without a value it was deleted. */
export interface RowChange {
  readonly store: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export interface SeenTransaction {
  readonly height: number;
  /** Position in its block. */
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly result: TxResult;
}

export interface SeenBlock {
  readonly height: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** In the order of store and key. */
  readonly rows: readonly RowChange[];
}

/** The answer to a query of another user, in the user's own view. */
export interface SeenAnswer {
  readonly query: string;
  /** Blocks after the start of the run; 0: the state in which it starts. */
  readonly block: number;
  /** The answer, or `error: ` and the text. */
  readonly text: string;
}

/** All that outsiders can see of one run. */
export interface Observation {
  /** Height before the run. */
  readonly start: number;
  readonly transactions: readonly SeenTransaction[];
  readonly blocks: readonly SeenBlock[];
  /** All frames of the trust boundary, in order. */
  readonly frames: readonly RecordedFrame[];
  readonly answers: readonly SeenAnswer[];
}
