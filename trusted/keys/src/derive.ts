// SPDX-License-Identifier: Apache-2.0
import { beU32, concat, fromLatin1 } from "@sotto/bytes";
import { kdf } from "@sotto/message";

const SEED_INFO = fromLatin1("seed");
const NO_INFO = new Uint8Array(0);

/** Keys derived from a seed, by the reference's order numbers (spec/cryptography.md 3). */
export const order = {
  seedExchange: 1,
  ioExchange: 2,
  stateIkm: 3,
  callback: 4,
  randomEncryption: 5,
  initialRandomness: 6,
  adminProof: 7,
  contractKeyProof: 8,
} as const;

/** `Seed.derive` of spec/cryptography.md 1.2, for one of the orders. */
export const deriveFromSeed = (seed: Uint8Array, number: number): Uint8Array =>
  kdf(concat(seed, beU32(number)), SEED_INFO);

/** `Key.derive` of spec/cryptography.md 1.2. */
export const deriveFromKey = (key: Uint8Array, data: Uint8Array): Uint8Array => kdf(concat(key, data), NO_INFO);

/**
 * Keys that the reference does not have. The label stands in the HKDF info, apart from all of the
 * reference's, whose info is empty or "seed" (spec/cryptography.md 1.2).
 */
export const deriveLabelled = (seed: Uint8Array, label: string): Uint8Array => kdf(seed, fromLatin1(`sotto/${label}`));
