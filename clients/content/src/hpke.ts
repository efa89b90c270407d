// SPDX-License-Identifier: Apache-2.0
/** The receiver's half of HPKE base mode, one message: RFC 9180, suite 0x20, 0x1, 0x3. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const VERSION = utf8ToBytes("HPKE-v1");
const KEM_SUITE = concatBytes(utf8ToBytes("KEM"), Uint8Array.of(0, 0x20));
const SUITE = concatBytes(utf8ToBytes("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 3));
const MODE_BASE = Uint8Array.of(0);
const NONE = new Uint8Array(0);

const labeledExtract = (suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Uint8Array =>
  extract(sha256, concatBytes(VERSION, suite, utf8ToBytes(label), input), salt);

const labeledExpand = (suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, size: number): Uint8Array =>
  expand(sha256, prk, concatBytes(Uint8Array.of(0, size), VERSION, suite, utf8ToBytes(label), info), size);

export interface Wrapped {
  /** The sender's ephemeral public key, 32 bytes. */
  readonly enc: Uint8Array;
  readonly ct: Uint8Array;
}

/**
 * Decrypts with the receiver's secret key of 32 bytes. Throws for another key, info or text.
 */
export function hpkeOpen(secretKey: Uint8Array, { enc, ct }: Wrapped, info: Uint8Array, aad = NONE): Uint8Array {
  const shared = x25519.getSharedSecret(secretKey, enc);
  const context = concatBytes(enc, x25519.getPublicKey(secretKey));
  const eae = labeledExtract(KEM_SUITE, NONE, "eae_prk", shared);
  const kem = labeledExpand(KEM_SUITE, eae, "shared_secret", context, 32);
  const idHash = labeledExtract(SUITE, NONE, "psk_id_hash", NONE);
  const infoHash = labeledExtract(SUITE, NONE, "info_hash", info);
  const schedule = concatBytes(MODE_BASE, idHash, infoHash);
  const secret = labeledExtract(SUITE, kem, "secret", NONE);
  const key = labeledExpand(SUITE, secret, "key", schedule, 32);
  const nonce = labeledExpand(SUITE, secret, "base_nonce", schedule, 12);
  return chacha20poly1305(key, nonce, aad).decrypt(ct);
}
