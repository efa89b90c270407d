import { openBlockLog } from "@sotto/blocks";
import type { StoreMount } from "@sotto/store";
import { Past } from "../past.ts";
import { type NodeData, openReader } from "./shared.ts";

/** What a thread is told that reads blocks and results. */
export interface StoredData extends NodeData {
  /** Folder of the index. */
  readonly indexPath: string;
  /** Names of the stores, all of which the application hash is made of. Given, so that no application is loaded here. */
  readonly stores: readonly StoreMount[];
}

/** The past of the chain, for reading. */
export const openPast = (data: StoredData): Past =>
  new Past(openBlockLog({ path: data.logPath, readOnly: true }), openReader(data, data.stores));
