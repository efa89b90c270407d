// SPDX-License-Identifier: Apache-2.0
/**
 * The bound over the entries of one or several maps. Ages by generations: entries that were not
 * used since the previous one are dropped, in all maps at once.
 */
export class RecentBound {
  readonly #half: number;
  #count = 0;
  /** Maps with entries of this generation, and of the one before. */
  #young = new Set<{ age(): void }>();
  #old = new Set<{ age(): void }>();

  /** Throws RangeError below 2. */
  constructor(capacity: number) {
    if (!(capacity >= 2)) throw new RangeError("a cache has two halves of one entry at least");
    this.#half = Math.floor(capacity / 2);
  }

  /** A map is about to use an entry that it has not used in this generation. */
  count(map: { age(): void }): void {
    if (this.#count >= this.#half) this.#age();
    this.#count++;
    this.#young.add(map);
  }

  #age(): void {
    for (const map of new Set([...this.#old, ...this.#young])) map.age();
    this.#old = this.#young;
    this.#young = new Set();
    this.#count = 0;
  }
}

/**
 * A map that drops entries that were not used for long: it has the half of `capacity` that was used
 * last, and at most `capacity` entries in all; of all maps together when they have one bound.
 *
 * Cost: one map operation a hit, two for the first one in a long time. Moving each hit to the end
 * of one map would cost three, and finding the oldest entry visits all moved ones.
 */
export class RecentMap<K, V> {
  readonly #bound: RecentBound;
  /** Used since the generation began, and those of the generation before. */
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** Throws RangeError for a capacity below 2. */
  constructor(bound: number | RecentBound) {
    this.#bound = typeof bound === "number" ? new RecentBound(bound) : bound;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (!this.#young.has(key)) this.#bound.count(this);
    this.#young.set(key, value);
  }

  /** Its bound ends a generation. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
