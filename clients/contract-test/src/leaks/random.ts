// SPDX-License-Identifier: Apache-2.0
import { LeaksError } from "./errors.ts";

/** Numbers from 0 to 1. */
export type Random = () => number;

const LIMIT = 2 ** 31;

/**
 * The seed that is given, else SOTTO_SEED, else a new one. Throws LeaksError unless it is a natural
 * number below 2^31.
 */
export function seedOf(given: number | undefined): number {
  const said = given ?? (process.env["SOTTO_SEED"] || undefined);
  if (said === undefined) return Math.floor(Math.random() * LIMIT);
  const number = Number(said);
  if (Number.isSafeInteger(number) && number >= 0 && number < LIMIT) return number;
  throw new LeaksError(`the seed ${said} is no natural number below 2^31`);
}

/** xorshift32: the same numbers for the same seed, from 0 to 2^32 - 1. */
class Bits {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  clone(): Bits {
    return new Bits(this.#state);
  }
}

const bitsOf = (seed: number): Bits => new Bits((seed ^ 0x9e3779b9) | 1);

/** The same numbers for the same seed. */
export function randomOf(seed: number): Random {
  const bits = bitsOf(seed);
  return () => bits.next() / 2 ** 32;
}

/**
 * The random numbers that an arbitrary of fast-check reads (its class Random), so that this package
 * does not depend on the library.
 */
export class ArbitraryRandom {
  readonly #bits: Bits;

  constructor(bits: Bits) {
    this.#bits = bits;
  }

  clone(): ArbitraryRandom {
    return new ArbitraryRandom(this.#bits.clone());
  }

  next(bits: number): number {
    return Number(this.nextBigInt(0n, (1n << BigInt(bits)) - 1n));
  }

  nextBoolean(): boolean {
    return this.next(1) === 1;
  }

  nextInt(least = -(2 ** 31), most = 2 ** 31 - 1): number {
    return Number(this.nextBigInt(BigInt(least), BigInt(most)));
  }

  /** Both bounds included. The remainder makes small values more likely by less than 1 in 2^64. */
  nextBigInt(least: bigint, most: bigint): bigint {
    const count = most - least + 1n;
    let value = 0n;
    for (let size = 1n; size < count << 64n; size <<= 32n) value = (value << 32n) | BigInt(this.#bits.next());
    return least + (value % count);
  }

  nextDouble(): number {
    return this.next(53) / 2 ** 53;
  }

  getState(): undefined {
    return undefined;
  }
}

/** @param seed as of `randomOf` */
export const arbitraryRandom = (seed: number): ArbitraryRandom => new ArbitraryRandom(bitsOf(seed));
