// SPDX-License-Identifier: Apache-2.0
import { native } from "#native";

const curve = native.secp256k1;

/**
 * Which implementation this process uses, chosen once at load. "wasm" verifies at a fifth of the
 * speed of "native".
 */
export const secp256k1Backend: "native" | "wasm" | "noble" = curve.name;

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
const ORDER = bytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const HALF_ORDER = bytes("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

function exceeds(signature: Uint8Array, at: number, bound: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (signature[at + i] as number) - (bound[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Whether the second half of a 64-byte signature is at most half the order. */
export const isLowS = (signature: Uint8Array): boolean => !exceeds(signature, 32, HALF_ORDER);

/**
 * The same signature with S negated when it is high. An S of the order or more is unchanged (and is
 * invalid).
 */
export function normalizeS(signature: Uint8Array): Uint8Array {
  if (isLowS(signature) || exceeds(signature, 32, ORDER)) return signature;
  const out = new Uint8Array(signature); // a Buffer's slice() shares memory
  let borrow = 0;
  for (let i = 31; i >= 0; i--) {
    const digit = (ORDER[i] as number) - (signature[32 + i] as number) - borrow;
    out[32 + i] = digit;
    borrow = digit < 0 ? 1 : 0;
  }
  return out;
}

/** The handling of a signature whose S is above half the order: transactions refuse it. */
export interface VerifyOptions {
  readonly lowS: boolean;
}

/**
 * Verifies ECDSA over a 32-byte hash. The signature is r and s, 64 bytes; the key has 33 or 65
 * bytes. False for anything malformed. Without options, a high S is refused. Cost: 40 us native.
 */
export function secp256k1Verify(
  hash: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
  options?: VerifyOptions,
): boolean {
  if (hash.length !== 32 || signature.length !== 64) return false;
  if (publicKey.length !== 33 && publicKey.length !== 65) return false;
  return curve.verify(hash, options?.lowS === false ? normalizeS(signature) : signature, publicKey);
}

/**
 * The compressed key that made a signature; undefined when it does not exist or an argument is
 * malformed.
 */
export function secp256k1Recover(hash: Uint8Array, signature: Uint8Array, recoveryId: number): Uint8Array | undefined {
  if (hash.length !== 32 || signature.length !== 64) return undefined;
  if (recoveryId !== 0 && recoveryId !== 1 && recoveryId !== 2 && recoveryId !== 3) return undefined;
  return curve.recover(hash, signature, recoveryId);
}

/** A signature with the recovery data for `secp256k1Recover`. */
export interface RecoverableSignature {
  readonly signature: Uint8Array;
  readonly recoveryId: number;
}

/**
 * Signs a 32-byte hash (RFC 6979, low S); undefined when the secret key is not in range or a length
 * is wrong.
 */
export function secp256k1Sign(hash: Uint8Array, secretKey: Uint8Array): RecoverableSignature | undefined {
  if (hash.length !== 32 || !isSecp256k1SecretKey(secretKey)) return undefined;
  return curve.sign(hash, secretKey);
}

/** Whether 32 bytes are a scalar between 1 and the order. */
export const isSecp256k1SecretKey = (secretKey: Uint8Array): boolean =>
  secretKey.length === 32 && curve.isSecretKey(secretKey);

/** The compressed public key; undefined when the secret key is not in range. */
export const secp256k1PublicKey = (secretKey: Uint8Array): Uint8Array | undefined =>
  isSecp256k1SecretKey(secretKey) ? curve.publicKey(secretKey) : undefined;

/**
 * Whether 33 or 65 bytes are a point of the curve (the hybrid forms 06 and 07 are, as in
 * libsecp256k1).
 */
export const isSecp256k1PublicKey = (publicKey: Uint8Array): boolean => secp256k1Compress(publicKey) !== undefined;

/** The 33-byte form of a public key; undefined when it is no point. Cost: 4 us native. */
export const secp256k1Compress = (publicKey: Uint8Array): Uint8Array | undefined => convert(publicKey, true);

/** The 65-byte form of a public key; undefined when it is no point. */
export const secp256k1Decompress = (publicKey: Uint8Array): Uint8Array | undefined => convert(publicKey, false);

function convert(publicKey: Uint8Array, compressed: boolean): Uint8Array | undefined {
  return publicKey.length === 33 || publicKey.length === 65 ? curve.convert(publicKey, compressed) : undefined;
}
