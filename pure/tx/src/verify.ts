// SPDX-License-Identifier: Apache-2.0
import { toLatin1 } from "@sotto/bytes";
import { ProtoReader } from "@sotto/codec";
import { keccak256, RecentMap, secp256k1Decompress, secp256k1Verify, sha256 } from "@sotto/crypto";
import { SdkError } from "@sotto/errors";
import { asTxDecode } from "./errors.ts";
import type { PublicKey } from "./publicKey.ts";
import { SignMode } from "./signMode.ts";
import { textualInMultisig } from "./textual/signBytes.ts";
import type { BitArray, ModeInfo } from "./types.ts";

/**
 * The signatures inside the signature of a multisig
 * (cosmos.crypto.multisig.v1beta1.MultiSignature).
 */
export function decodeMultiSignature(bytes: Uint8Array): Uint8Array[] {
  return asTxDecode(() => {
    const signatures: Uint8Array[] = [];
    const r = new ProtoReader(bytes);
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      if (tag !== 0x0a) throw SdkError.txDecode("rejecting unrecognized fields found in MultiSignature");
      signatures.push(r.bytes());
    }
    return signatures;
  });
}

/** Whether the member of a multisig at position `at` has signed. */
export const hasSigned = (members: BitArray, at: number): boolean =>
  (((members.bits[at >> 3] as number) >> (7 - (at & 7))) & 1) === 1;

/** Points of signers' keys, by their compressed form: 65 bytes and a text of 33 for each. */
const KEPT_POINTS = 4_096;
const points = new RecentMap<string, Uint8Array>(KEPT_POINTS);

/**
 * The uncompressed form of a key, whose Y costs a square root; bytes that are not a point are
 * returned unchanged.
 */
function pointOf(key: Uint8Array): Uint8Array {
  const name = toLatin1(key);
  const kept = points.get(name);
  if (kept !== undefined) return kept;
  const point = secp256k1Decompress(key);
  if (point === undefined) return key;
  points.set(name, point);
  return point;
}

/**
 * Whether `key` made `signature` in the modes of `modeInfo`. `bytesOf` returns the sign bytes of a
 * mode, and may throw for a mode that the chain does not accept; the members of a multisig sign the
 * multisig's bytes at every depth. The hash is SHA-256, for EIP-191 Keccak-256. In a multisig every
 * signature counts and must be valid, and SIGN_MODE_TEXTUAL is refused. Ed25519 keys cannot sign
 * transactions, alone or as members: the reference's ante refuses them (x/auth ante/sigverify.go).
 * Source: x/auth/signing/verify.go, crypto/keys/multisig/multisig.go. Cost: 40 us for each
 * secp256k1 signature, 36 us for a recently used key.
 */
export function verifySignature(
  key: PublicKey,
  modeInfo: ModeInfo,
  signature: Uint8Array,
  bytesOf: (mode: number) => Uint8Array,
): boolean {
  if (key.kind === "multisig") return modeInfo.kind === "multi" && verifyMulti(key, modeInfo, signature, bytesOf);
  if (modeInfo.kind !== "single") return false;
  if (key.kind === "ed25519") return false;
  const message = bytesOf(modeInfo.mode);
  const hash = modeInfo.mode === SignMode.eip191 ? keccak256(message) : sha256(message);
  return secp256k1Verify(hash, signature, pointOf(key.key));
}

function verifyMulti(
  key: Extract<PublicKey, { kind: "multisig" }>,
  modeInfo: Extract<ModeInfo, { kind: "multi" }>,
  signature: Uint8Array,
  bytesOf: (mode: number) => Uint8Array,
): boolean {
  const { members, modes } = modeInfo;
  const signatures = decodeMultiSignature(signature);
  if (members.size !== key.keys.length || signatures.length !== modes.length) return false;
  if (signatures.length < key.threshold || signatures.length > members.size) return false;
  let at = 0;
  for (let i = 0; i < members.size; i++) {
    if (!hasSigned(members, i)) continue;
    const mode = modes[at];
    const one = signatures[at];
    if (mode === undefined || one === undefined) return false;
    if (mode.kind === "single" && mode.mode === SignMode.textual) throw textualInMultisig();
    if (!verifySignature(key.keys[i] as PublicKey, mode, one, bytesOf)) return false;
    at++;
  }
  // Signatures beyond the set bits are refused: no key would cover these bytes.
  return at === signatures.length;
}
