// SPDX-License-Identifier: Apache-2.0
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { createRequire } from "node:module";
import type * as TinySecp256k1 from "tiny-secp256k1";
import type { AgreementKey, BlockCipher, NativeCrypto, Secp256k1Native, SigningKey } from "./native.ts";

// Cost: a digest taken as a string skips the native handle and the ArrayBuffer of a Buffer, 2 to 4
// times faster. "binary" is latin1 under its name in the types.
const latin1 = (algorithm: string, data: Uint8Array): string => hash(algorithm, data, "binary");

function unpack(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

const ZERO_IV = new Uint8Array(16);

function aesCbc(key: Uint8Array): BlockCipher {
  const cipher = createCipheriv("aes-128-cbc", key, ZERO_IV).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}

function aesEcb(key: Uint8Array): BlockCipher {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}

type Curve = "X25519" | "Ed25519";

// RFC 8410: PKCS #8 up to the 32 bytes of the key.
const PKCS8: Readonly<Record<Curve, Uint8Array>> = {
  X25519: Buffer.from("302e020100300506032b656e04220420", "hex"),
  Ed25519: Buffer.from("302e020100300506032b657004220420", "hex"),
};

const NO_POINT = Buffer.alloc(32).toString("base64url");

const asJwk = (curve: Curve, secretKey: Uint8Array): KeyObject =>
  createPrivateKey({
    key: { kty: "OKP", crv: curve, d: Buffer.from(secretKey).toString("base64url"), x: NO_POINT },
    format: "jwk",
  });

const asDer = (curve: Curve, secretKey: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8[curve], secretKey]), format: "der", type: "pkcs8" });

// OKP keys always carry x.
const publicHalf = (key: KeyObject): string => key.export({ format: "jwk" }).x as string;

// Cost on Node 20: 22 us (X25519) or 64 us (Ed25519) as JWK, 320 us as DER. Up to Node 22 the
// public half of a JWK is ignored and computed; later versions refuse a wrong one, and read DER in
// 5 us. Tested once.
const probe = new Uint8Array(32).fill(1);
const jwkSuffices = orUndefined(() => publicHalf(asJwk("X25519", probe))) === publicHalf(asDer("X25519", probe));

function importSecret(curve: Curve, secretKey: Uint8Array): { key: KeyObject; publicKey: Uint8Array } {
  const key = jwkSuffices ? asJwk(curve, secretKey) : asDer(curve, secretKey);
  return { key, publicKey: new Uint8Array(Buffer.from(publicHalf(key), "base64url")) };
}

/** Cost on Node 20: 4 to 5 us as JWK, 66 us as DER. */
function importPublic(curve: Curve, publicKey: Uint8Array): KeyObject {
  const bytes = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length);
  return createPublicKey({ key: { kty: "OKP", crv: curve, x: bytes.toString("base64url") }, format: "jwk" });
}

function x25519Key(secretKey: Uint8Array): AgreementKey {
  const { key, publicKey } = importSecret("X25519", secretKey);
  return {
    publicKey,
    agree(peer) {
      try {
        return new Uint8Array(diffieHellman({ privateKey: key, publicKey: importPublic("X25519", peer) }));
      } catch {
        // OpenSSL refuses to derive an all-zero secret; lengths were checked, so there is no other
        // failure.
        return undefined;
      }
    },
  };
}

function ed25519Key(seed: Uint8Array): SigningKey {
  const { key, publicKey } = importSecret("Ed25519", seed);
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

function ed25519Verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return verify(null, message, importPublic("Ed25519", publicKey), signature);
  } catch {
    // A key that OpenSSL cannot read is a "no"; the caller asks the arbiter.
    return false;
  }
}

/** The used part of the N-API binding, which ships without types. */
interface Binding {
  ecdsaVerify(signature: Uint8Array, hash: Uint8Array, publicKey: Uint8Array): boolean;
  ecdsaRecover(signature: Uint8Array, recoveryId: number, hash: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(hash: Uint8Array, secretKey: Uint8Array): { signature: Uint8Array; recid: number };
  privateKeyVerify(secretKey: Uint8Array): boolean;
  publicKeyCreate(secretKey: Uint8Array, compressed: boolean): Uint8Array;
  publicKeyConvert(publicKey: Uint8Array, compressed: boolean): Uint8Array;
}

const require = createRequire(import.meta.url);

/** Libraries throw on bytes that they cannot parse; here that is an ordinary answer. */
function orUndefined<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

let cutOff: Int32Array | undefined;

/**
 * The flag that announces the termination of this thread: when the first element is 1, the thread
 * waits instead of calling an addon. Hazard: termination inside a C++ addon aborts the process,
 * because the addon's call into V8 fails and its exception has no handler. Results are not
 * affected: the thread does not continue.
 */
export function parkBeforeAddons(flag: Int32Array): void {
  cutOff = flag;
}

function park(): void {
  if (cutOff !== undefined && Atomics.load(cutOff, 0) === 1) Atomics.wait(cutOff, 0, 1);
}

/** libsecp256k1 through N-API; throws where the package has no binary for the platform. */
export function loadBinding(): Secp256k1Native {
  // The package's index would fall back to a slow JavaScript curve silently; the bindings entry
  // throws instead.
  const lib = require("secp256k1/bindings.js") as Binding;
  const call = <T>(run: () => T): T => {
    park();
    return run();
  };
  return {
    name: "native",
    verify: (hash, signature, publicKey) =>
      call(() => orUndefined(() => lib.ecdsaVerify(signature, hash, publicKey)) ?? false),
    recover: (hash, signature, id) => call(() => orUndefined(() => lib.ecdsaRecover(signature, id, hash, true))),
    sign: (hash, secretKey) =>
      call(() => {
        const { signature, recid } = lib.ecdsaSign(hash, secretKey);
        return { signature, recoveryId: recid };
      }),
    isSecretKey: (secretKey) => call(() => lib.privateKeyVerify(secretKey)),
    publicKey: (secretKey) => call(() => lib.publicKeyCreate(secretKey, true)),
    convert: (publicKey, compressed) => call(() => orUndefined(() => lib.publicKeyConvert(publicKey, compressed))),
  };
}

/** libsecp256k1 as WebAssembly: everywhere, at a fifth of the speed. */
export function loadWasm(): Secp256k1Native {
  const lib = require("tiny-secp256k1") as typeof TinySecp256k1;
  return {
    name: "wasm",
    verify: (hash, signature, publicKey) => orUndefined(() => lib.verify(hash, publicKey, signature, true)) ?? false,
    recover: (hash, signature, id) => orUndefined(() => lib.recover(hash, signature, id, true)) ?? undefined,
    sign: (hash, secretKey) => lib.signRecoverable(hash, secretKey),
    isSecretKey: (secretKey) => lib.isPrivate(secretKey),
    publicKey: (secretKey) => lib.pointFromScalar(secretKey, true) as Uint8Array, // null only for a bad scalar
    convert: (publicKey, compressed) => orUndefined(() => lib.pointCompress(publicKey, compressed)),
  };
}

export const native: NativeCrypto = {
  name: "node",
  sha256: (data) => unpack(latin1("sha256", data)),
  sha256Latin1: (data) => latin1("sha256", data),
  sha256Into(data, out, at) {
    const text = latin1("sha256", data);
    for (let i = 0; i < 32; i++) out[at + i] = text.charCodeAt(i);
  },
  sha512: (data) => unpack(latin1("sha512", data)),
  ripemd160: (data) => unpack(latin1("ripemd160", data)),
  aesCbc,
  aesEcb,
  aesCtr: (key, counter, data) => createCipheriv("aes-128-ctr", key, counter).update(data),
  ctrFrom: 640,
  equalConstantTime: timingSafeEqual,
  x25519Key,
  ed25519Key,
  ed25519Verify,
  secp256k1: orUndefined(loadBinding) ?? loadWasm(),
};
