// SPDX-License-Identifier: Apache-2.0
import { openBlockLog } from "@sotto/blocks";
import type { StoreMount } from "@sotto/store";
import { BlockHistory } from "../history.ts";
import { type NodeData, openReader } from "./shared.ts";

/** The start data of a thread that reads blocks and results. */
export interface StoredData extends NodeData {
  /** Folder of the index. */
  readonly indexPath: string;
  /**
   * Names of all stores, which the application hash needs. They are input, so that this thread does
   * not load the application.
   */
  readonly stores: readonly StoreMount[];
}

/** The history of the chain, for reading. */
export const openHistory = (data: StoredData): BlockHistory =>
  new BlockHistory(openBlockLog({ path: data.logPath, readOnly: true }), openReader(data, data.stores));
