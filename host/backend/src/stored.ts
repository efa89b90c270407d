// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import type { ApiBackend, StoredMeta } from "./backend.ts";
import { Code, StatusError } from "./status.ts";

export const upperHex = (bytes: Uint8Array): string => toHex(bytes).toUpperCase();

/**
 * A block without its transactions, which must exist; otherwise throws the status for its absence.
 */
export async function mustMeta(backend: ApiBackend, height: number): Promise<StoredMeta> {
  const stored = height > 0 ? await backend.meta(height) : undefined;
  if (stored === undefined) throw new StatusError(Code.notFound, `block ${height} is not available on this node`);
  return stored;
}
