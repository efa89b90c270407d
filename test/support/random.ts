// SPDX-License-Identifier: Apache-2.0
import type { Random } from "@sotto/kernel/simulation";

/** xorshift64*. The golden hashes of the determinism tests depend on its numbers. */
export class SeededRandom implements Random {
  #state: bigint;

  /** @param seed a whole number */
  constructor(seed: number) {
    this.#state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 0x1234567n);
  }

  below(bound: number): number {
    let x = this.#state;
    x ^= x >> 12n;
    x = BigInt.asUintN(64, x ^ (x << 25n));
    x ^= x >> 27n;
    this.#state = x;
    return Number(BigInt.asUintN(64, x * 0x2545f4914f6cdd1dn) % BigInt(bound));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
