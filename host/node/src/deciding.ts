// SPDX-License-Identifier: Apache-2.0
import { VERSION } from "@sotto/app/version";
import type { ApiBackend, NodeInfo } from "@sotto/backend";
import type { Mempool } from "./backend.ts";
import type { Readers } from "./startThreads.ts";
import type { CheckData } from "./threads/check.ts";

/**
 * How a node gets its blocks: it decides them itself, or CometBFT does. The first one is committed.
 */
export interface Deciding {
  readonly info: NodeInfo;
  /** Of the blocks, for the node's own mempool. */
  readonly limits: Pick<CheckData, "maxBlockBytes" | "maxBlockGas">;
  /** Milliseconds from a decided block to the next height; 0 when blocks are made on demand. */
  readonly pauseMs: number;
  /** The reason why the state is not current; undefined while it is. */
  delay(): Promise<string | undefined>;
  mempool(readers: Readers, onFault: (thrown: unknown) => void): Mempool;
  /**
   * Further blocks reach the readers from now on. Returns the function that ends them, after the
   * block in execution.
   */
  run(readers: Readers, query: ApiBackend["abciQuery"]): Promise<() => Promise<void>>;
}

/** The part of a node's description that does not depend on its engine. */
export const commonInfo = {
  application: { name: "secret", appName: "sotto", version: VERSION, gitCommit: "" },
  minimumGasPrice: "0.012500000000000000uscrt",
  pruningKeepRecent: "0",
  pruningInterval: "0",
} as const;
