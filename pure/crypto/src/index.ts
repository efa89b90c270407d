// SPDX-License-Identifier: Apache-2.0
export { parkBeforeAddons } from "#native";
export {
  type BatchVerdict,
  Ed25519Key,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
  isEd25519PublicKey,
} from "./ed25519.ts";
export { equalConstantTime, keccak256, ripemd160, sha256, sha256Into, sha256Latin1, sha512 } from "./hash.ts";
export { HmacKey, hkdfExpand, hkdfExtract, hkdfSha256, hmacSha256 } from "./hmac.ts";
export { RecentBound, RecentMap } from "./recentMap.ts";
export {
  isLowS,
  isSecp256k1PublicKey,
  isSecp256k1SecretKey,
  normalizeS,
  type RecoverableSignature,
  secp256k1Backend,
  secp256k1Compress,
  secp256k1Decompress,
  secp256k1PublicKey,
  secp256k1Recover,
  secp256k1Sign,
  secp256k1Verify,
  type VerifyOptions,
} from "./secp256k1.ts";
export { createSiv, PreparedAd, Siv } from "./siv.ts";
export { X25519Key, x25519, x25519PublicKey } from "./x25519.ts";
