// SPDX-License-Identifier: Apache-2.0
import { native } from "#native";

/** An X25519 secret key ready for many agreements. */
export class X25519Key {
  readonly publicKey: Uint8Array;
  readonly #agree: (peer: Uint8Array) => Uint8Array | undefined;

  /**
   * Any 32 bytes are a secret key (clamped in use, RFC 7748). Throws RangeError for another length.
   */
  constructor(secretKey: Uint8Array) {
    if (secretKey.length !== 32) throw new RangeError("an X25519 secret key has 32 bytes");
    const key = native.x25519Key(secretKey);
    this.publicKey = key.publicKey;
    this.#agree = key.agree;
  }

  /**
   * The shared secret; undefined unless `peer` has 32 bytes, and for a point of low order, whose
   * secret (all zero) is public. Cost: 30 us.
   */
  agree(peer: Uint8Array): Uint8Array | undefined {
    return peer.length === 32 ? this.#agree(peer) : undefined;
  }
}

/**
 * One agreement under a key that is not stored. Same results as `X25519Key.agree`, at twice the
 * cost.
 */
export const x25519 = (secretKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined =>
  new X25519Key(secretKey).agree(peer);

/** The public key of a secret key. */
export const x25519PublicKey = (secretKey: Uint8Array): Uint8Array => new X25519Key(secretKey).publicKey;
