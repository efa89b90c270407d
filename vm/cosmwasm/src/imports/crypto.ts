// SPDX-License-Identifier: Apache-2.0
import {
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
  isEd25519PublicKey,
  isSecp256k1PublicKey,
  secp256k1Recover,
  secp256k1Sign,
  secp256k1Verify,
  sha256,
} from "@sotto/crypto";
import type { HostFunction } from "@sotto/engine";
import { Abort } from "../abort.ts";
import { Gas } from "../gas.ts";
import { splitSections } from "../region.ts";
import { chargeWork, giveBytes, takeBytes, Work } from "../work.ts";

/**
 * Numbers that contracts see; 0 is "valid", 1 "invalid". Source: cosmwasm
 * packages/crypto/src/errors.rs, and for 1000 enclave_crypto WasmApiCryptoError.
 */
const Code = { valid: 0, invalid: 1, hash: 3, signature: 4, publicKey: 5, batch: 7, generic: 10, privateKey: 1000 };

/**
 * Signing and recovery return one i64: a region in the low half, or an error number in the high
 * half.
 */
const failed = (code: number): bigint => BigInt(code) << 32n;
const region = (pointer: number): bigint => BigInt(pointer >>> 0);

/** Order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = Uint8Array.of(
  ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
  ...[0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41],
);

function isScalar(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (bytes[at + i] as number) - (ORDER[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function hasKeyShape(publicKey: Uint8Array): boolean {
  const kind = publicKey[0];
  if (kind === 2 || kind === 3) return publicKey.length === 33;
  return (kind === 4 || kind === 6 || kind === 7) && publicKey.length === 65;
}

const secp256k1VerifyImport: HostFunction = (instance, hashAt, signatureAt, keyAt) => {
  instance.chargeGas(Gas.secp256k1Verify);
  const hash = takeBytes(instance, hashAt as number);
  const signature = takeBytes(instance, signatureAt as number);
  const publicKey = takeBytes(instance, keyAt as number);
  if (hash.length !== 32) return Code.hash;
  if (signature.length !== 64) return Code.signature;
  if (!hasKeyShape(publicKey)) return Code.publicKey;
  if (secp256k1Verify(hash, signature, publicKey)) return Code.valid;
  const wellFormed = isScalar(signature, 0) && isScalar(signature, 32) && isSecp256k1PublicKey(publicKey);
  return wellFormed ? Code.invalid : Code.generic;
};

const secp256k1RecoverImport: HostFunction = (instance, hashAt, signatureAt, recoveryId) => {
  instance.chargeGas(Gas.secp256k1Recover);
  const hash = takeBytes(instance, hashAt as number);
  const signature = takeBytes(instance, signatureAt as number);
  if (hash.length !== 32) return failed(Code.hash);
  if (signature.length !== 64) return failed(Code.signature);
  const publicKey = secp256k1Recover(hash, signature, recoveryId as number);
  return publicKey === undefined ? failed(Code.generic) : region(giveBytes(instance, publicKey));
};

const secp256k1SignImport: HostFunction = (instance, messageAt, keyAt) => {
  instance.chargeGas(Gas.secp256k1Sign);
  const message = takeBytes(instance, messageAt as number);
  const signed = secp256k1Sign(sha256(message), takeBytes(instance, keyAt as number));
  return signed === undefined ? failed(Code.privateKey) : region(giveBytes(instance, signed.signature));
};

const ed25519VerifyImport: HostFunction = (instance, messageAt, signatureAt, keyAt) => {
  instance.chargeGas(Gas.ed25519Verify);
  const message = takeBytes(instance, messageAt as number);
  const signature = takeBytes(instance, signatureAt as number);
  const publicKey = takeBytes(instance, keyAt as number);
  if (signature.length !== 64) return Code.signature;
  if (publicKey.length !== 32) return Code.publicKey;
  chargeWork(instance, Work.ed25519);
  if (ed25519Verify(message, signature, publicKey)) return Code.valid;
  chargeWork(instance, Work.refusedEd25519);
  return isEd25519PublicKey(publicKey) ? Code.invalid : Code.publicKey;
};

const BATCH = {
  valid: Code.valid,
  invalid: Code.invalid,
  count: Code.batch,
  signatureLength: Code.signature,
  keyLength: Code.publicKey,
} as const;

/**
 * One message or one key may serve all. A mismatch is reported before any charge, as in the
 * reference.
 */
function countsFit(messages: number, signatures: number, keys: number): boolean {
  if (messages === signatures && signatures === keys) return true;
  return (messages === 1 && signatures === keys) || (keys === 1 && messages === signatures);
}

const ed25519BatchImport: HostFunction = (instance, messagesAt, signaturesAt, keysAt) => {
  const messages = splitSections(takeBytes(instance, messagesAt as number));
  const signatures = splitSections(takeBytes(instance, signaturesAt as number));
  const keys = splitSections(takeBytes(instance, keysAt as number));
  if (!countsFit(messages.length, signatures.length, keys.length)) return Code.batch;
  instance.chargeGas(Gas.ed25519BatchBase + Gas.ed25519BatchEach * signatures.length);
  // A message that serves all is hashed for each signature.
  const hashed = messages.length === 1 ? (messages[0] as Uint8Array).length : 0;
  chargeWork(instance, (Work.ed25519 + hashed) * signatures.length);
  const verdict = ed25519VerifyBatch(messages, signatures, keys);
  if (verdict === "invalid") chargeWork(instance, Work.refusedEd25519);
  return BATCH[verdict];
};

const ed25519SignImport: HostFunction = (instance, messageAt, keyAt) => {
  instance.chargeGas(Gas.ed25519Sign);
  const message = takeBytes(instance, messageAt as number);
  const seed = takeBytes(instance, keyAt as number);
  if (seed.length !== 32) return failed(Code.privateKey);
  return region(giveBytes(instance, ed25519Sign(message, seed)));
};

/** Quotes cannot be verified before `pure/attest` exists: the call ends, and never gets "valid". */
const dcapQuoteVerify: HostFunction = (instance) => {
  instance.chargeGas(Gas.dcapQuoteVerify);
  throw new Abort("notImplemented");
};

export const cryptoImports = {
  secp256k1_verify: secp256k1VerifyImport,
  secp256k1_recover_pubkey: secp256k1RecoverImport,
  secp256k1_sign: secp256k1SignImport,
  ed25519_verify: ed25519VerifyImport,
  ed25519_batch_verify: ed25519BatchImport,
  ed25519_sign: ed25519SignImport,
  dcap_quote_verify: dcapQuoteVerify,
};
