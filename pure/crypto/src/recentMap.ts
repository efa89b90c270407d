/**
 * A map that forgets what was not used for long: it keeps the half of `capacity` that was used last, and at most
 * `capacity` entries in all.
 *
 * Cost: one map operation a hit, two for the first one in a long time. Moving each hit to the end of one map would cost
 * three, and finding the oldest of it walks over all that was moved.
 */
export class RecentMap<K, V> {
  /** Used since the generation began, and those of the generation before. */
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  readonly #half: number;

  /** Throws RangeError below 2. */
  constructor(capacity: number) {
    if (!(capacity >= 2)) throw new RangeError("a cache has two halves of one entry at least");
    this.#half = Math.floor(capacity / 2);
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
