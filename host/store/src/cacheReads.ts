// SPDX-License-Identifier: Apache-2.0
/** Reads of a cache since its beginning, for measurements. */
export interface CacheReads {
  hits: number;
  misses: number;
}
