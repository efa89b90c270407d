// SPDX-License-Identifier: Apache-2.0
/** A small seeded generator (mulberry32): the same seed gives the same module on every machine. */
export class Random {
  #state;

  /** @param {number} seed any 32-bit integer */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** @returns {number} 32 random bits, unsigned */
  bits() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** @param {number} bound @returns {number} in [0, bound) */
  below(bound) {
    return this.bits() % bound;
  }

  /** @param {number} low @param {number} high @returns {number} in [low, high] */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /** @param {number} percent @returns {boolean} */
  chance(percent) {
    return this.below(100) < percent;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return /** @type {T} */ (items[this.below(items.length)]);
  }

  /** @returns {number} a signed 32-bit integer, often one at which something changes */
  i32() {
    const edges = [0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, -0x80000000];
    return this.chance(60) ? this.pick(edges) : this.bits() | 0;
  }

  /** @returns {bigint} a signed 64-bit integer, often one at which something changes */
  i64() {
    const edges = [0n, 1n, -1n, 63n, 64n, 128n, 0x7fffffffn, -0x80000000n, 0xffffffffn, 2n ** 63n - 1n, -(2n ** 63n)];
    if (this.chance(60)) return this.pick(edges);
    return BigInt.asIntN(64, (BigInt(this.bits()) << 32n) | BigInt(this.bits()));
  }
}
