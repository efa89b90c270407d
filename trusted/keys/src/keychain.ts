// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import type { Platform } from "@sotto/platform";
import { Secret } from "./secret.ts";

/**
 * The consensus seeds in order: the first is the genesis seed, the last the current one. All other
 * keys are derived from them (spec/cryptography.md 2.1).
 */
export interface Keychain {
  readonly seeds: readonly Secret[];
}

const SEED = 32;
const VERSION = 1;
const HEAD = 2;
/** Bootstrap makes two; three rotations are the most (spec/cryptography.md 2.1). */
const MIN_SEEDS = 2;
const MAX_SEEDS = 5;

/** A keychain of given seeds. Throws EnvironmentFault when their number or a length is wrong. */
export function keychainOf(seeds: readonly Uint8Array[]): Keychain {
  if (seeds.length < MIN_SEEDS || seeds.length > MAX_SEEDS)
    throw new EnvironmentFault("a keychain has two to five seeds");
  if (seeds.some((seed) => seed.length !== SEED)) throw new EnvironmentFault("a seed has 32 bytes");
  return { seeds: seeds.map((seed) => new Secret(seed)) };
}

/** The keychain of a new network. */
export const createKeychain = (platform: Platform): Keychain =>
  keychainOf([platform.random(SEED), platform.random(SEED)]);

/** The keychain in clear, to be sealed. */
export function encodeKeychain({ seeds }: Keychain): Secret {
  return new Secret(concat(Uint8Array.of(VERSION, seeds.length), ...seeds.map((seed) => seed.expose())));
}

/** Inverse of `encodeKeychain`; undefined when malformed. */
export function decodeKeychain(bytes: Uint8Array): Keychain | undefined {
  const count = bytes[1] ?? 0;
  if (bytes[0] !== VERSION || count < MIN_SEEDS || count > MAX_SEEDS || bytes.length !== HEAD + SEED * count)
    return undefined;
  const seeds: Uint8Array[] = [];
  for (let at = HEAD; at < bytes.length; at += SEED) seeds.push(bytes.subarray(at, at + SEED));
  return keychainOf(seeds);
}
