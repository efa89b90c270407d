// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import { assert } from "@sotto/errors";

/** Shorter bytes are no encrypted message (spec/cryptography.md 6.1). */
export const MIN_ENVELOPE = 82;

const NONCE = 32;
const HEAD = 64;

/** The wire form of an encrypted message: nonce, client's X25519 key, AES-SIV ciphertext. */
export interface Envelope {
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Splits a wire message into views of it; undefined when it is too short to be one. */
export function parseEnvelope(wire: Uint8Array): Envelope | undefined {
  if (wire.length < MIN_ENVELOPE) return undefined;
  return {
    nonce: wire.subarray(0, NONCE),
    publicKey: wire.subarray(NONCE, HEAD),
    ciphertext: wire.subarray(HEAD),
  };
}

/** The wire form of parts that we made: nonce and key have 32 bytes each. */
export function buildEnvelope({ nonce, publicKey, ciphertext }: Envelope): Uint8Array {
  assert(nonce.length === NONCE && publicKey.length === NONCE, "a nonce and a key have 32 bytes each");
  return concat(nonce, publicKey, ciphertext);
}
