// SPDX-License-Identifier: Apache-2.0
import type { RecordedFrame } from "@sotto/transport";
import type { SeenBlock, SeenTransaction } from "../watch.ts";

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
