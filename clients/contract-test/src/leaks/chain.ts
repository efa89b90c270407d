// SPDX-License-Identifier: Apache-2.0
import type { ChainObserver } from "../watch.ts";

/** A contract to ask. */
export interface Asked {
  readonly address: string;
  readonly codeHash: string;
}

/** What the tester needs of a chain; DevChain has it. */
export interface WatchedChain {
  readonly height: number;
  /** Transactions that wait for a block. */
  readonly pending: number;
  /** Makes empty blocks. */
  mine(blocks: number): unknown;
  snapshot(): unknown;
  /** Back to the state of a snapshot. */
  revert(mark: never): void;
  /** Returns the function that ends the watch. */
  watch(observer: ChainObserver): () => void;
  /** Rejects with an error whose text is the contract's. */
  query(contract: Asked, msg: unknown, options: { readonly height?: number }): Promise<unknown>;
}
