// SPDX-License-Identifier: Apache-2.0
import { ed25519 } from "@noble/curves/ed25519.js";
import { native } from "#native";

const ZIP215 = { zip215: true } as const;

/**
 * Verifies an Ed25519 signature by the rules of ZIP-215, on every platform alike. The fast
 * implementation's "yes" is taken (its equation implies the cofactored one); its "no" never is,
 * because OpenSSL's rules differ between versions. Cost: 65 us when valid, 1 ms when not: gas must
 * cover the latter.
 */
export function ed25519Verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  return native.ed25519Verify(message, signature, publicKey) || arbitrate(message, signature, publicKey);
}

function arbitrate(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (native.name === "noble") return false;
  try {
    return ed25519.verify(signature, message, publicKey, ZIP215);
  } catch {
    // noble throws for encodings that are no points; that is a "no".
    return false;
  }
}

/**
 * Whether 32 bytes are a point by the rules of ZIP-215. Cost: 60 us; it is only needed after a
 * failed verification.
 */
export function isEd25519PublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  try {
    ed25519.Point.fromBytes(publicKey, true);
    return true;
  } catch {
    // noble has no other way to say no.
    return false;
  }
}

/**
 * Why a batch was refused: the numbers of CosmWasm's crypto errors are in the contract ABI, not
 * here.
 */
export type BatchVerdict = "valid" | "invalid" | "count" | "signatureLength" | "keyLength";

/**
 * Verifies many signatures at once, with the rules of CosmWasm's `ed25519_batch_verify`: one
 * message or one key may serve all, an empty batch is valid, and lengths are checked before any
 * signature. Cost: a loop of single verifications; a batch equation gives the same answers under
 * ZIP-215.
 */
export function ed25519VerifyBatch(
  messages: readonly Uint8Array[],
  signatures: readonly Uint8Array[],
  publicKeys: readonly Uint8Array[],
): BatchVerdict {
  const n = signatures.length;
  const oneMessage = messages.length === 1 && n === publicKeys.length;
  const oneKey = publicKeys.length === 1 && n === messages.length;
  if (!oneMessage && !oneKey && (messages.length !== n || publicKeys.length !== n)) return "count";
  const message = (i: number) => (oneMessage ? messages[0] : messages[i]) as Uint8Array;
  const publicKey = (i: number) => (oneKey ? publicKeys[0] : publicKeys[i]) as Uint8Array;
  for (let i = 0; i < n; i++) {
    if ((signatures[i] as Uint8Array).length !== 64) return "signatureLength";
    if (publicKey(i).length !== 32) return "keyLength";
  }
  for (let i = 0; i < n; i++)
    if (!ed25519Verify(message(i), signatures[i] as Uint8Array, publicKey(i))) return "invalid";
  return "valid";
}

/** An Ed25519 signing key ready for many signatures. */
export class Ed25519Key {
  readonly publicKey: Uint8Array;
  readonly #sign: (message: Uint8Array) => Uint8Array;

  /** Throws RangeError unless the seed has 32 bytes. */
  constructor(seed: Uint8Array) {
    if (seed.length !== 32) throw new RangeError("an Ed25519 seed has 32 bytes");
    const key = native.ed25519Key(seed);
    this.publicKey = key.publicKey;
    this.#sign = key.sign;
  }

  /** The deterministic signature of RFC 8032. */
  sign(message: Uint8Array): Uint8Array {
    return this.#sign(message);
  }
}

/** One signature under a seed that is not stored. */
export const ed25519Sign = (message: Uint8Array, seed: Uint8Array): Uint8Array => new Ed25519Key(seed).sign(message);

/** The public key of a seed. */
export const ed25519PublicKey = (seed: Uint8Array): Uint8Array => new Ed25519Key(seed).publicKey;
