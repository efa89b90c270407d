// SPDX-License-Identifier: Apache-2.0
import { concat, fromUtf8 } from "@sotto/bytes";
import { createSiv, HmacKey, hkdfSha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";

const VERSION = 1;
const NONCE = 16;
const HEAD = 1 + NONCE;
const SALT = new HmacKey(fromUtf8("sotto sealing v1"));

const cipher = (root: Uint8Array, purpose: string) => createSiv(hkdfSha256(root, SALT, fromUtf8(purpose), 32));

/**
 * The sealed form that drivers share: version, nonce, AES-SIV under a key of this purpose. A
 * driver's root key is never used itself, so that a key which the hardware also returns to other
 * programs stays separate.
 */
export function sealUnder(root: Uint8Array, purpose: string, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assert(nonce.length === NONCE, "a sealing nonce has 16 bytes");
  const head = concat(Uint8Array.of(VERSION), nonce);
  return concat(head, cipher(root, purpose).seal(plaintext, head));
}

/** Inverse of `sealUnder`. */
export function unsealUnder(root: Uint8Array, purpose: string, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < HEAD || sealed[0] !== VERSION) return undefined;
  return cipher(root, purpose).open(sealed.subarray(HEAD), sealed.subarray(0, HEAD));
}
