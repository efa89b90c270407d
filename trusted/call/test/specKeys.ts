import { beU32, beU64, concat } from "@sotto/bytes";
import { equalConstantTime, hmacSha256, sha256, X25519Key } from "@sotto/crypto";
import { KDF_SALT, kdf } from "@sotto/message";
import { hkdfSha256 } from "@sotto/crypto";
import type { CallKeys } from "../src/index.ts";

const seedDerive = (seed: Uint8Array, order: number): Uint8Array =>
  hkdfSha256(concat(seed, beU32(order)), KDF_SALT, new TextEncoder().encode("seed"), 32);
const keyDerive = (key: Uint8Array, data: Uint8Array): Uint8Array => kdf(concat(key, data), new Uint8Array(0));

/** The derivations of protocol.md 1 and 3 straight from the text, for tests with given seeds. */
export function specKeys(seeds: readonly Uint8Array[]): CallKeys & { readonly io: X25519Key; readonly callbackSecret: Uint8Array } {
  const first = seeds[0] as Uint8Array;
  const last = seeds[seeds.length - 1] as Uint8Array;
  const io = new X25519Key(seedDerive(last, 2));
  const stateIkm = seeds.map((seed) => seedDerive(seed, 3));
  const adminSecret = seedDerive(last, 7);
  const proofSecret = seedDerive(last, 8);
  const none = new Uint8Array(0);
  const authenticated = (senderId: Uint8Array, codeHash: Uint8Array, address: Uint8Array, ogKey = none): Uint8Array =>
    concat(
      senderId,
      hmacSha256(keyDerive(stateIkm[0] as Uint8Array, senderId), concat(senderId, codeHash, address, ogKey)),
    );
  const keys: CallKeys = {
    agreeIo: (publicKey) => io.agree(publicKey),
    createContractKey: ({ sender, height, codeHash, address, ogKey }) =>
      authenticated(sha256(concat(sender, beU64(BigInt(height)))), codeHash, address, ogKey),
    verifyContractKey: ({ key, codeHash, address, ogKey }) =>
      equalConstantTime(key, authenticated(key.subarray(0, 32), codeHash, address, ogKey)),
    createKeyProof: ({ address, codeHash, ogKey, newKey }) =>
      hmacSha256(proofSecret, concat(address, codeHash, ogKey, newKey)),
    verifyKeyProof: (proof, claim) => equalConstantTime(proof, keys.createKeyProof(claim)),
    createAdminProof: (admin, ogKey) => hmacSha256(adminSecret, concat(admin, ogKey)),
    verifyAdminProof: (proof, admin, ogKey) => equalConstantTime(proof, keys.createAdminProof(admin, ogKey)),
    stateNameKey: (ogKey) => keyDerive(stateIkm[1] as Uint8Array, ogKey),
    stateValueKey: (ogKey, seedId) =>
      stateIkm[seedId - 1] === undefined ? undefined : keyDerive(stateIkm[seedId - 1] as Uint8Array, ogKey),
    seedCount: seeds.length,
  };
  return { ...keys, io, callbackSecret: seedDerive(last, 4) };
}

export const seeds = (...bytes: number[]): Uint8Array[] => bytes.map((byte) => new Uint8Array(32).fill(byte));
