// SPDX-License-Identifier: Apache-2.0
/**
 * A secp256k1 implementation. No function throws on bad input; lengths are checked by the caller.
 */
export interface Secp256k1Native {
  /** Which implementation was found at load. */
  readonly name: "native" | "wasm" | "noble";
  /** False for a high S, an unreadable key or signature, and a wrong signature. */
  verify(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  /** Compressed key, or undefined. */
  recover(hash: Uint8Array, signature: Uint8Array, recoveryId: 0 | 1 | 2 | 3): Uint8Array | undefined;
  /** RFC 6979, low S. The secret key must be valid. */
  sign(hash: Uint8Array, secretKey: Uint8Array): { readonly signature: Uint8Array; readonly recoveryId: number };
  isSecretKey(secretKey: Uint8Array): boolean;
  /** Compressed key of a valid secret key. */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** Reads a key of 33 or 65 bytes (hybrid forms included) and writes it in the asked form. */
  convert(publicKey: Uint8Array, compressed: boolean): Uint8Array | undefined;
}

/** An X25519 or Ed25519 secret key that is ready for use; an import costs 25 us. */
export interface AgreementKey {
  readonly publicKey: Uint8Array;
  /** The shared secret, or undefined when the peer's point is of low order. */
  agree(peer: Uint8Array): Uint8Array | undefined;
}

export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Whole blocks in, as many whole blocks out. */
export type BlockCipher = (blocks: Uint8Array) => Uint8Array;

/** The functions of the platform. All other code of this package is common, on top of it. */
export interface NativeCrypto {
  readonly name: "node" | "noble";
  sha256(data: Uint8Array): Uint8Array;
  /** The digest as a string of one UTF-16 unit per byte. */
  sha256Latin1(data: Uint8Array): string;
  sha256Into(data: Uint8Array, out: Uint8Array, at: number): void;
  sha512(data: Uint8Array): Uint8Array;
  ripemd160(data: Uint8Array): Uint8Array;
  /**
   * AES-128-CBC without padding whose chaining value carries over from call to call; it starts at
   * zero.
   */
  aesCbc(key: Uint8Array): BlockCipher;
  aesEcb(key: Uint8Array): BlockCipher;
  aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array;
  /** Messages from this length on are cheaper with aesCtr than with a key stream from aesEcb. */
  readonly ctrFrom: number;
  /** Both of equal length. */
  equalConstantTime(a: Uint8Array, b: Uint8Array): boolean;
  x25519Key(secretKey: Uint8Array): AgreementKey;
  ed25519Key(seed: Uint8Array): SigningKey;
  /** May refuse a signature that ZIP-215 accepts, but never accepts one that ZIP-215 refuses. */
  ed25519Verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  readonly secp256k1: Secp256k1Native;
}
