// SPDX-License-Identifier: Apache-2.0
import { STORES, snapshotNeeds } from "@sotto/app";
import { parkBeforeAddons } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { listSnapshots, loadChunk, takeSnapshot } from "@sotto/store";
import { snapshotRows } from "../retention.ts";
import { serveThread, threadData } from "./port.ts";
import { lowerPriority, Niceness } from "./priority.ts";
import { type NodeData, openReader } from "./shared.ts";

export interface SnapshotData extends NodeData {
  /** Folder of all snapshots. */
  readonly folder: string;
  /** Its first element becomes 1 when the node stops: a snapshot that is being taken ends. */
  readonly asked: Int32Array;
}

const data = await threadData<SnapshotData>();
parkBeforeAddons(data.cutOff);

function assertGoing(): void {
  if (Atomics.load(data.asked, 0) === 1) throw new EnvironmentFault("the node stops");
}

/** Reads the state beside the writer, which holds the version meanwhile. */
export const snapshotHandlers = {
  take(version: number) {
    const started = performance.now();
    const store = openReader(data, STORES);
    try {
      const { chunks } = takeSnapshot({
        store,
        version,
        folder: data.folder,
        needs: snapshotNeeds(snapshotRows),
        keep: data.retention.snapshotKeep,
        onProgress: assertGoing,
      });
      return { chunks, ms: performance.now() - started };
    } finally {
      store.close();
    }
  },
  list: () => listSnapshots(data.folder),
  chunk: (height: bigint, format: number, index: number) => loadChunk(data.folder, height, format, index),
  close() {},
} as const;

export type SnapshotHandlers = typeof snapshotHandlers;

lowerPriority(Niceness.longQuery);
serveThread(snapshotHandlers);
