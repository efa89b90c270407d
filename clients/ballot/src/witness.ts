// SPDX-License-Identifier: Apache-2.0
import type { LoggedLeaf } from "@sotto/contract-client";

export interface WitnessOptions {
  /**
   * All leaves of the contract, oldest first, from the witness's own node. By the search of
   * secret.js by default.
   */
  readonly leaves?: () => Promise<readonly LoggedLeaf[]>;
  /** Milliseconds between two looks for the freeze; 5,000 by default. */
  readonly everyMs?: number;
  /** Waits; `setTimeout` by default. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Ends the loop with its reason. */
  readonly signal?: AbortSignal;
}

/** Further looks for leaves that a node's search does not have yet. */
export const LAG_TRIES = 5;

/** What a witness found. */
export interface Witnessed {
  /** Entries of the log. */
  readonly n: bigint;
  /** 64 hex digits. */
  readonly head: string;
  /**
   * Whether this call sent a confirmation; false when this witness or the tally was there before.
   */
  readonly sent: boolean;
}

/**
 * The node has frozen another log than the leaves of the chain give: it is not honest, or its
 * search does not have all transactions. Nothing was sent.
 */
export class LogDiffers extends Error {
  override readonly name = "LogDiffers";
}
