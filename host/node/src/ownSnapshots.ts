// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { STORES, snapshotNeeds } from "@sotto/app";
import { toHex } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { listSnapshots, openStore, type SnapshotInfo, takeSnapshot } from "@sotto/store";
import { paths } from "./config.ts";
import { takeHome } from "./lock.ts";
import { snapshotRows } from "./retention.ts";

const jsonOf = ({ height, format, chunks, hash }: SnapshotInfo) => ({
  height: String(height),
  format,
  chunks,
  hash: toHex(hash).toUpperCase(),
});

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** JSON of the snapshots in a node's folder, the newest first. */
export const listed = (home: string): string => text(listSnapshots(paths(home).snapshots).map(jsonOf));

export interface Taking {
  readonly home: string;
  /** Undefined: the last one. */
  readonly height: number | undefined;
  /** Folder of snapshots; undefined: the node's. */
  readonly to: string | undefined;
}

/**
 * Takes a snapshot of a stopped node, and returns its JSON. Throws EnvironmentFault when the node
 * runs or the folder has no chain, and StoreError.versionPruned or versionInFuture.
 */
export async function taken({ home, height, to }: Taking): Promise<string> {
  const where = paths(home);
  const none = new EnvironmentFault(`the folder ${home} holds no chain with a block; name its folder with --home DIR`);
  // To take a folder makes it.
  if (!existsSync(where.state)) throw none;
  const release = await takeHome(home);
  const store = openStore({ path: where.state, stores: STORES, pruning: { keepVersions: undefined }, readOnly: true });
  try {
    if (store.version === 0) throw none;
    const version = height ?? store.version;
    return text(
      jsonOf(takeSnapshot({ store, version, folder: to ?? where.snapshots, needs: snapshotNeeds(snapshotRows) })),
    );
  } finally {
    store.close();
    release();
  }
}
