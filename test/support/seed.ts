import { fromUtf8, readBeU32 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";

/** The seed of a random test: SOTTO_SEED, or one that follows from the name. Titles of tests print it. */
export function seedOf(name: string): number {
  const given = process.env["SOTTO_SEED"];
  if (given === undefined) return readBeU32(sha256(fromUtf8(name)));
  const seed = Number(given);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new TypeError(`SOTTO_SEED is ${given}, not a whole number`);
  return seed;
}
