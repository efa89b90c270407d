// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@sotto/crypto";
import { assert, ChainError } from "@sotto/errors";
import {
  createSha256,
  openDraft,
  readChunk,
  readInfo,
  removeSnapshot,
  snapshotNames,
} from "../driver/snapshotFolder.ts";
import type { StateStore } from "../types.ts";
import { CHUNK_BYTES, ChunkWriter } from "./chunks.ts";
import { writeItems } from "./exporter.ts";
import { decodeInfo, encodeInfo, encodeMetadata, FORMAT, type SnapshotInfo } from "./info.ts";
import { ItemWriter } from "./items.ts";
import type { SnapshotNeeds } from "./needs.ts";

export interface TakeOptions {
  /**
   * Open for reading or writing, in a thread that does nothing else meanwhile. While versions are
   * pruned, the writer's `hold` must keep the version.
   */
  readonly store: StateStore;
  readonly version: number;
  /** Folder of all snapshots; it is made if it does not exist. */
  readonly folder: string;
  readonly needs: SnapshotNeeds;
  /** Snapshots that remain, with this one. Default: all. */
  readonly keep?: number | undefined;
  /**
   * Called after each 64 KiB of the stream. It may wait, to leave the processor to others, or
   * throw.
   */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Bytes of the stream that are compressed at once. */
const PIECE_BYTES = 64 * 1024;

/**
 * Writes a snapshot of a version: whole and durable on return, or nothing after a failure. A
 * version that has one is not written again. One at a time in a folder. Throws
 * StoreError.versionPruned, versionInFuture, snapshotRefused (a blob or a row is missing) and
 * EnvironmentFault. Memory: about 30 MB.
 */
export function takeSnapshot({ store, version, folder, needs, keep, onProgress }: TakeOptions): SnapshotInfo {
  assert(keep === undefined || keep >= 1, "at least one snapshot must be kept");
  const known = infoOf(folder, { height: version, format: FORMAT });
  if (known !== undefined) return known;
  const source = store.source(version);
  const draft = openDraft(folder, "taking");
  draft.begin(NOTHING);
  const whole = createSha256();
  const hashes: Uint8Array[] = [];
  const chunks = new ChunkWriter((chunk) => {
    whole.update(chunk);
    draft.writeChunk(hashes.length, chunk);
    hashes.push(sha256(chunk));
  });
  const items = new ItemWriter();
  let bytes = 0;
  const flush = (): void => {
    bytes += items.length;
    chunks.write(items.take());
    onProgress?.(bytes);
  };
  try {
    writeItems(source, needs, items, () => {
      if (items.length >= PIECE_BYTES) flush();
    });
    flush();
    chunks.finish();
    source.assertKept();
    const metadata = encodeMetadata(hashes);
    const info = { height: BigInt(version), format: FORMAT, chunks: hashes.length, hash: whole.digest(), metadata };
    draft.publish({ height: version, format: FORMAT }, encodeInfo(info));
    if (keep !== undefined) removeOlder(folder, keep);
    return info;
  } catch (thrown) {
    draft.remove();
    // A node that is missing because its version was pruned is no fault of the disk.
    source.assertKept();
    throw thrown;
  }
}

const NOTHING = new Uint8Array(0);

/** Removes all but the newest snapshots. */
export function removeOlder(folder: string, keep: number): void {
  for (const name of snapshotNames(folder).slice(keep)) removeSnapshot(folder, name);
}

/** The description of a whole snapshot; undefined for one that is missing or damaged. */
function infoOf(folder: string, name: { readonly height: number; readonly format: number }): SnapshotInfo | undefined {
  const bytes = readInfo(folder, name);
  if (bytes === undefined) return undefined;
  try {
    const info = decodeInfo(bytes);
    return info.height === BigInt(name.height) && info.format === name.format ? info : undefined;
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

/** Snapshots that other nodes may be offered, newest first. */
export const listSnapshots = (folder: string): SnapshotInfo[] =>
  snapshotNames(folder).flatMap((name) => infoOf(folder, name) ?? []);

/** A chunk of a listed snapshot; undefined when there is none, or no longer. */
export function loadChunk(folder: string, height: bigint, format: number, index: number): Uint8Array | undefined {
  if (height < 1n || height > BigInt(Number.MAX_SAFE_INTEGER) || format !== FORMAT) return undefined;
  const chunk = readChunk(folder, { height: Number(height), format }, index);
  return chunk !== undefined && chunk.length <= CHUNK_BYTES ? chunk : undefined;
}
