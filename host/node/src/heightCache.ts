// SPDX-License-Identifier: Apache-2.0
import { RecentMap } from "@sotto/crypto";

/** Values by height that never change. */
export interface HeightCache<T> {
  get(height: number): Promise<T | undefined>;
  /** Stores a value that is known without a read. */
  put(height: number, value: T): void;
  /** Its reads since its beginning. */
  readonly counts: { readonly hits: number; readonly misses: number };
}

/**
 * Each height is read once while it is in use, and once for all simultaneous callers. Caches the
 * `most` last used values.
 */
export function cacheByHeight<T>(most: number, read: (height: number) => Promise<T | undefined>): HeightCache<T> {
  const cached = new RecentMap<number, T>(most);
  const asked = new Map<number, Promise<T | undefined>>();
  const counts = { hits: 0, misses: 0 };
  async function ask(height: number): Promise<T | undefined> {
    try {
      const found = await read(height);
      if (found !== undefined) cached.set(height, found);
      return found;
    } finally {
      asked.delete(height);
    }
  }
  return {
    get(height) {
      const known = cached.get(height);
      if (known !== undefined) {
        counts.hits++;
        return Promise.resolve(known);
      }
      counts.misses++;
      const answer = asked.get(height) ?? ask(height);
      asked.set(height, answer);
      return answer;
    },
    put: (height, value) => cached.set(height, value),
    counts,
  };
}

/** A read that all callers share while it runs. */
export function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= read().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}
