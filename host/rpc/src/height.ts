// SPDX-License-Identifier: Apache-2.0
import type { ApiBackend, Pieces, StoredBlock, StoredMeta } from "@sotto/backend";
import type { Int } from "./arguments.ts";
import { RpcError } from "./rpcError.ts";

/** The requested height, or `latest` (rpc/core/env.go getHeight). */
export function knownHeight(backend: ApiBackend, latest: number, asked: Int | undefined): number {
  if (asked === undefined) return latest;
  if (asked <= 0) throw new RpcError(`height must be greater than 0, but got ${asked}`);
  if (asked > latest) {
    throw new RpcError(`height ${asked} must be less than or equal to the current blockchain height ${latest}`);
  }
  const base = backend.earliestHeight();
  if (asked < base) throw new RpcError(`height ${asked} is not available, lowest height is ${base}`);
  return Number(asked);
}

async function storedAt<T>(
  backend: ApiBackend,
  asked: Int | undefined,
  read: (height: number) => Promise<T | undefined>,
): Promise<T> {
  const height = knownHeight(backend, backend.latestHeight(), asked);
  const stored = height === 0 ? undefined : await read(height);
  if (stored === undefined)
    throw new RpcError(height === 0 ? "there is no block yet" : `could not find block ${height}`);
  return stored;
}

/** The block of a height, or of the latest one. */
export const blockAt = (backend: ApiBackend, asked: Int | undefined): Promise<StoredBlock> =>
  storedAt(backend, asked, (height) => backend.block(height));

/** The same as JSON. */
export const blockJsonAt = (backend: ApiBackend, asked: Int | undefined): Promise<Pieces> =>
  storedAt(backend, asked, (height) => backend.blockJson(height));

/** The same without its transactions. */
export const metaAt = (backend: ApiBackend, asked: Int | undefined): Promise<StoredMeta> =>
  storedAt(backend, asked, (height) => backend.meta(height));

// Limits: CometBFT rpc/core/env.go.
const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;

export const perPageOf = (asked: Int | undefined): number =>
  asked === undefined || asked < 1 ? DEFAULT_PER_PAGE : Math.min(Number(asked), MAX_PER_PAGE);

/** Throws unless the page exists; page 1 always does. */
export function assertPage(page: Int | undefined, perPage: number, total: number): void {
  if (page === undefined) return;
  const pages = Math.max(1, Math.ceil(total / perPage));
  if (page <= 0 || page > pages) throw new RpcError(`page should be within [1, ${pages}] range, given ${page}`);
}
