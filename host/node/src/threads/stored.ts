import { openBlockLog } from "@sotto/blocks";
import { BlockHistory } from "../history.ts";
import { type NodeData, openReader } from "./shared.ts";

/** What a thread is told that reads blocks and results. */
export interface StoredData extends NodeData {
  /** Folder of the index. */
  readonly indexPath: string;
  /** Names of the stores, all of which the application hash is made of. Given, so that no application is loaded here. */
  readonly stores: readonly string[];
}

/** The history of the chain, for reading. */
export const openHistory = (data: StoredData): BlockHistory =>
  new BlockHistory(openBlockLog({ path: data.logPath, readOnly: true }), openReader(data, data.stores));
