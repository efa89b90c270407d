// SPDX-License-Identifier: Apache-2.0
import type { SnapshotInfo } from "@sotto/store";
import { type StartContext, snapshotThread } from "../startThreads.ts";
import type { FollowHandlers } from "../threads/follow.ts";
import type { Calls } from "../threads/port.ts";

/** The snapshots of a node, as peers ask for them, and the taking of new ones. */
export interface Snapshots {
  list(): Promise<readonly SnapshotInfo[]>;
  /** Empty when there is none. */
  chunk(height: bigint, format: number, index: number): Promise<Uint8Array>;
  /** After a commit: holds the version if a snapshot of it is due, and begins to take it. */
  committed(height: number): Promise<void>;
}

const NOTHING = new Uint8Array(0);

/**
 * Snapshots are taken and read in threads of their own, which the first use starts: no block and no
 * client waits for them. One that fails is logged, and the next one is taken.
 */
export function openSnapshots(context: StartContext, follow: Calls<FollowHandlers>): Snapshots {
  const { config, stopFlags } = context;
  const log = context.logs.of("node");
  const { snapshotInterval: interval } = config.retention;
  const warn = (what: string) => (thrown: unknown) => {
    const isStop = Atomics.load(stopFlags.asked, 0) === 1;
    log[isStop ? "debug" : "warn"](`${what}: ${thrown instanceof Error ? thrown.message : thrown}`);
  };
  // A thread that ended cannot be asked again: what it did not do is logged, and blocks go on.
  const taker = snapshotThread(context, "snapshot", warn("no more snapshots are taken until the next start"));
  const reader = snapshotThread(context, "chunks", warn("no more snapshots are given until the next start"));
  let taking = 0;

  async function take(height: number): Promise<void> {
    try {
      const { chunks, ms } = await taker.call("take", height);
      log.info({ height, chunks, ms: Math.round(ms) }, "snapshot");
    } catch (thrown) {
      warn(`the snapshot of height ${height} was not taken`)(thrown);
    } finally {
      taking = 0;
      await follow.call("release", height).catch(() => {});
    }
  }

  return {
    list: () => reader.call("list"),
    chunk: async (height, format, index) => (await reader.call("chunk", height, format, index)) ?? NOTHING,
    async committed(height) {
      if (interval === 0 || height % interval !== 0) return;
      if (taking > 0) {
        log.warn(`no snapshot of height ${height} is taken: that of height ${taking} is not ready yet`);
        return;
      }
      taking = height;
      await follow.call("hold", height);
      void take(height);
    },
  };
}
