// SPDX-License-Identifier: Apache-2.0
import { concat } from "@sotto/bytes";
import { HmacKey, hkdfExpand, hkdfExtract, hkdfSha256 } from "@sotto/crypto";

/**
 * Salt of every key derivation of the protocol: the hash of a Bitcoin block (spec/cryptography.md
 * 1.2).
 */
export const KDF_SALT: Uint8Array = Uint8Array.of(
  0x00,
  0x00,
  0x00,
  0x00,
  0x00,
  0x00,
  0x00,
  0x00,
  0x00,
  0x02,
  0x4b,
  0xea,
  0xd8,
  0xdf,
  0x69,
  0x99,
  0x08,
  0x52,
  0xc2,
  0x02,
  0xdb,
  0x0e,
  0x00,
  0x97,
  0xc1,
  0xa1,
  0x2e,
  0xa6,
  0x37,
  0xd7,
  0xe9,
  0x6d,
);

const salt = new HmacKey(KDF_SALT);

/** HKDF-SHA256 with the protocol's salt and 32 bytes of output. */
export const kdf = (ikm: Uint8Array, info: Uint8Array): Uint8Array => hkdfSha256(ikm, salt, info, 32);

/** The same for many values of `info`: it returns `kdf(ikm, info)`. It stores a secret. */
export function prepareKdf(ikm: Uint8Array): (info: Uint8Array) => Uint8Array {
  const prk = new HmacKey(hkdfExtract(ikm, salt));
  return (info) => hkdfExpand(prk, info);
}

const NO_INFO = new Uint8Array(0);

/**
 * The key of one message and of everything answered to it (spec/cryptography.md 5.2). `shared` is
 * the X25519 secret.
 */
export const txKey = (shared: Uint8Array, nonce: Uint8Array): Uint8Array => kdf(concat(shared, nonce), NO_INFO);
