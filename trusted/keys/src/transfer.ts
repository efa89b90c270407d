// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import { createSiv, type X25519Key } from "@sotto/crypto";
import type { ConsensusKeys } from "./consensusKeys.ts";
import { type Keychain, keychainOf } from "./keychain.ts";

/** A seed of 32 bytes after its tag of 16. */
const ITEM = 48;

/**
 * The seeds for a node whose registration key was attested before (spec/cryptography.md 4);
 * undefined when that key is a point of low order. The result is safe in public. `bound`: bytes
 * that the opening side must know; the reference has none.
 */
export function sealSeedsFor(
  node: Uint8Array,
  keys: ConsensusKeys,
  { seeds }: Keychain,
  ...bound: readonly Uint8Array[]
): Uint8Array | undefined {
  const shared = keys.agreeSeedExchange(node);
  if (shared === undefined) return undefined;
  const siv = createSiv(shared);
  return concat(...seeds.map((seed) => siv.seal(seed.expose(), node, ...bound)));
}

/** The new node's side; undefined for any mismatch. `network` is the seed-exchange public key. */
export function openSeedsFrom(
  network: Uint8Array,
  node: X25519Key,
  sealed: Uint8Array,
  ...bound: readonly Uint8Array[]
): Keychain | undefined {
  const shared = node.agree(network);
  const count = sealed.length / ITEM;
  if (shared === undefined || !Number.isInteger(count) || count < 2 || count > 5) return undefined;
  const siv = createSiv(shared);
  const seeds: Uint8Array[] = [];
  for (let at = 0; at < sealed.length; at += ITEM) {
    const seed = siv.open(sealed.subarray(at, at + ITEM), node.publicKey, ...bound);
    if (seed === undefined) return undefined;
    seeds.push(seed);
  }
  return keychainOf(seeds);
}
