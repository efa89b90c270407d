// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, fromUtf8 } from "@sotto/bytes";
import { ripemd160, sha256 } from "@sotto/crypto";

const hash160 = (data: Uint8Array): Uint8Array => ripemd160(sha256(data));
const truncated = (data: Uint8Array): Uint8Array => sha256(data).slice(0, 20);

/** The address of an account: RIPEMD160(SHA256(compressed secp256k1 key)). */
export function accountAddress(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 33) throw new RangeError("an account key is a compressed key of 33 bytes");
  return hash160(publicKey);
}

/** The address of a validator in headers and votes: the first 20 bytes of SHA256(ed25519 key). */
export function consensusAddress(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new RangeError("a consensus key has 32 bytes");
  return truncated(publicKey);
}

/**
 * The address of a module account: the first 20 bytes of SHA256(name) (x/auth, NewModuleAddress).
 */
export const moduleAddress = (name: string): Uint8Array => truncated(fromUtf8(name));

/**
 * The address of a contract (spec/contract-state.md 1.2). `instanceId` counts all instances of the
 * chain, from 1 on. `codeId` is shifted into the upper half; overflow of 64 bits drops bits, as in
 * the reference.
 */
export const contractAddress = (codeId: bigint, instanceId: bigint, creator: Uint8Array): Uint8Array =>
  hash160(concat(beU64((codeId << 32n) + instanceId), creator));

// Amino: tendermint/PubKeyMultisigThreshold, then threshold (field 1) and keys (field 2,
// tendermint/PubKeySecp256k1).
const MULTISIG = Uint8Array.of(0x22, 0xc1, 0xf7, 0xe2);
const MEMBER = Uint8Array.of(0x12, 0x26, 0xeb, 0x5a, 0xe9, 0x87, 0x21);

/** Amino bytes of a LegacyAminoPubKey whose members are secp256k1 keys, in the input's order. */
export function encodeMultisigKey(threshold: number, publicKeys: readonly Uint8Array[]): Uint8Array {
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > publicKeys.length)
    throw new RangeError("a threshold lies between 1 and the number of keys");
  const parts: Uint8Array[] = [MULTISIG, Uint8Array.of(0x08), varint(threshold)];
  for (const key of publicKeys) {
    if (key.length !== 33) throw new RangeError("a multisig member is a compressed key of 33 bytes");
    parts.push(MEMBER, key);
  }
  return concat(...parts);
}

/**
 * The address of a multisig account: the first 20 bytes of SHA256 of its amino key (spec/calls.md
 * 3.3).
 */
export const multisigAddress = (threshold: number, publicKeys: readonly Uint8Array[]): Uint8Array =>
  truncated(encodeMultisigKey(threshold, publicKeys));

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  out.push(rest);
  return Uint8Array.from(out);
}
