// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import type { ApiBackend, StoredMeta } from "./backend.ts";
import { Code, StatusError } from "./status.ts";

export const upperHex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/** The end of a refusal of what a height below the node's first one has; else empty. */
export const earlier = (height: number, earliest: number): string =>
  height < earliest ? `, whose earliest height is ${earliest}` : "";

/** The refusal of a block that this node does not have. `earliest`: its first height. */
export const noBlock = (height: number, earliest: number): StatusError =>
  new StatusError(Code.notFound, `block ${height} is not available on this node${earlier(height, earliest)}`);

/**
 * A block without its transactions, which must exist; otherwise throws the status for its absence.
 */
export async function mustMeta(backend: ApiBackend, height: number): Promise<StoredMeta> {
  const stored = height > 0 ? await backend.meta(height) : undefined;
  if (stored === undefined) throw noBlock(height, backend.earliestHeight());
  return stored;
}
