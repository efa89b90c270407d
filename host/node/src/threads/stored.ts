import { type BlockLog, decodeBlockResult, openBlockLog, resultsKey } from "@sotto/sequencer";
import type { StateStore } from "@sotto/store";
import { type NodeData, openReader } from "./shared.ts";

/** What a thread is told that reads blocks and results. */
export interface StoredData extends NodeData {
  /** Folder of the index. */
  readonly indexPath: string;
  /** Names of the stores, all of which the application hash is made of. Given, so that no application is loaded here. */
  readonly stores: readonly string[];
}

/** The past of the chain, for reading: blocks and what executing them answered. */
export function openStored(data: StoredData) {
  const store: StateStore = openReader(data, data.stores);
  const log: BlockLog = openBlockLog({ path: data.logPath, readOnly: true });
  /** The application hash after a block: the next header has it, or it is the state's. */
  const hashAfter = (height: number): Uint8Array => log.meta(height + 1)?.header.appHash ?? store.appHash;
  return {
    store,
    log,
    hashAfter,
    block(height: number) {
      const block = log.block(height);
      const meta = log.meta(height);
      return block === undefined || meta === undefined ? undefined : { block, blockId: meta.blockId, size: meta.size };
    },
    /** A block without its transactions; undefined while it is not executed. */
    meta(height: number) {
      store.refresh();
      const meta = log.meta(height);
      if (meta === undefined || height > store.version) return undefined;
      const { header, blockId, size, txCount } = meta;
      return { header, blockId, size, txCount, appHash: hashAfter(height) };
    },
    results(height: number) {
      const results = store.extra(resultsKey(height));
      if (results === undefined) return undefined;
      const { txResults, events, validatorUpdates } = decodeBlockResult(results);
      return { height, txResults, events, validatorUpdates, appHash: hashAfter(height) };
    },
    close() {
      log.close();
      store.close();
    },
  };
}
