// SPDX-License-Identifier: Apache-2.0
import { cbc, ctr, ecb } from "@noble/ciphers/aes.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { toLatin1 } from "@sotto/bytes";
import type { BlockCipher, NativeCrypto, Secp256k1Native } from "./native.ts";

const NO_PADDING = { disablePadding: true } as const;

function aesCbc(key: Uint8Array): BlockCipher {
  let iv: Uint8Array = new Uint8Array(16);
  return (blocks) => {
    const out = cbc(key, iv, NO_PADDING).encrypt(blocks);
    iv = out.slice(-16);
    return out;
  };
}

/** noble throws on points and signatures that it cannot parse; here that is an ordinary answer. */
function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** SEC 1 hybrid form: 06 or 07 names the parity of y. noble reads only 04. */
function plainForm(publicKey: Uint8Array): Uint8Array {
  const tag = publicKey[0];
  if (publicKey.length !== 65 || (tag !== 6 && tag !== 7)) return publicKey;
  if (((publicKey[64] as number) & 1) !== (tag & 1)) return publicKey;
  const out = new Uint8Array(publicKey); // a Buffer's slice() shares memory
  out[0] = 4;
  return out;
}

const OPTIONS = { prehash: false, lowS: true } as const;

const curve: Secp256k1Native = {
  name: "noble",
  verify: (hash, signature, publicKey) =>
    orUndefined(() => secp256k1.verify(signature, hash, plainForm(publicKey), OPTIONS)) ?? false,
  recover(hash, signature, id) {
    const tagged = new Uint8Array(65);
    tagged[0] = id;
    tagged.set(signature, 1);
    return orUndefined(() => secp256k1.recoverPublicKey(tagged, hash, { prehash: false }));
  },
  sign(hash, secretKey) {
    const tagged = secp256k1.sign(hash, secretKey, { ...OPTIONS, format: "recovered" });
    return { signature: tagged.slice(1), recoveryId: tagged[0] as number };
  },
  isSecretKey: (secretKey) => secp256k1.utils.isValidSecretKey(secretKey),
  publicKey: (secretKey) => secp256k1.getPublicKey(secretKey, true),
  convert: (publicKey, compressed) =>
    orUndefined(() => secp256k1.Point.fromBytes(plainForm(publicKey)).toBytes(compressed)),
};

export const native: NativeCrypto = {
  name: "noble",
  sha256,
  sha256Latin1: (data) => toLatin1(sha256(data)),
  sha256Into(data, out, at) {
    out.set(sha256(data), at);
  },
  sha512,
  ripemd160,
  aesCbc,
  aesEcb: (key) => (blocks) => ecb(key, NO_PADDING).encrypt(blocks),
  aesCtr: (key, counter, data) => ctr(key, counter).encrypt(data),
  ctrFrom: 0,
  equalConstantTime(a, b) {
    let difference = 0;
    for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
    return difference === 0;
  },
  x25519Key: (secretKey) => ({
    publicKey: x25519.getPublicKey(secretKey),
    agree: (peer) => orUndefined(() => x25519.getSharedSecret(secretKey, peer)),
  }),
  ed25519Key: (seed) => ({
    publicKey: ed25519.getPublicKey(seed),
    sign: (message) => ed25519.sign(message, seed),
  }),
  ed25519Verify: (message, signature, publicKey) =>
    orUndefined(() => ed25519.verify(signature, message, publicKey, { zip215: true })) ?? false,
  secp256k1: curve,
};

/** There are no addons in a browser. */
export function parkBeforeAddons(_flag: Int32Array): void {}
