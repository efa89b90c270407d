// SPDX-License-Identifier: Apache-2.0
import { LeaksError } from "./errors.ts";

/** Numbers from 0 to 1. */
export type Random = () => number;

const LIMIT = 2 ** 31;

/** The seed that is given, else SOTTO_SEED, else a new one. Throws LeaksError unless it is a natural number below 2^31. */
export function seedOf(given: number | undefined): number {
  const said = given ?? (process.env["SOTTO_SEED"] || undefined);
  if (said === undefined) return Math.floor(Math.random() * LIMIT);
  const number = Number(said);
  if (Number.isSafeInteger(number) && number >= 0 && number < LIMIT) return number;
  throw new LeaksError(`the seed ${said} is no natural number below 2^31`);
}

/** xorshift32: the same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
