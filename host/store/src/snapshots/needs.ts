// SPDX-License-Identifier: Apache-2.0
import type { KvRead } from "../kv.ts";

/** All stores of the version of a snapshot. */
export interface StoresView {
  readonly version: number;
  store(name: string): KvRead;
}

/**
 * What a version needs beside its trees. The store does not know what rows mean, so the caller says
 * it, of the version that is taken and of the version that is restored.
 */
export interface SnapshotNeeds {
  /** SHA-256 of each blob that the rows name, in an order that depends on the rows only. */
  blobs(view: StoresView): Iterable<Uint8Array>;
  /** Names of the rows beside the state, ascending. */
  rows(version: number): readonly string[];
}

/** Extensions of the stream: blobs, each a payload; rows, each a message of name and value. */
export const Extension = { blobs: "sotto/blobs", rows: "sotto/rows" } as const;
export const EXTENSION_FORMAT = 1;
