// SPDX-License-Identifier: Apache-2.0
import { accountAddress } from "@sotto/address";
import { concat } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { SdkError } from "@sotto/errors";
import { asTxDecode, duplicate, unknownField } from "./errors.ts";
import type { PackedAny } from "./packedAny.ts";
import { readAny } from "./packedAny.ts";

/** A public key that can own an account or sign blocks. */
export type PublicKey =
  | { readonly kind: "secp256k1"; readonly key: Uint8Array }
  | { readonly kind: "ed25519"; readonly key: Uint8Array }
  | { readonly kind: "multisig"; readonly threshold: number; readonly keys: readonly PublicKey[] };

const SECP256K1 = "/cosmos.crypto.secp256k1.PubKey";
const ED25519 = "/cosmos.crypto.ed25519.PubKey";
const MULTISIG = "/cosmos.crypto.multisig.LegacyAminoPubKey";

/** Limit of multisigs inside multisigs; no known account nests them deeper. */
const MAX_DEPTH = 8;
/** Most members of one multisig; the chain's default limit of signatures is 7, over all levels. */
const MAX_MEMBERS = 1024;

/**
 * The key inside an Any. Throws SdkError.txDecode for other types (secp256r1 owns no account here)
 * and malformed ones.
 */
export const parsePublicKey = (any: PackedAny): PublicKey => asTxDecode(() => parse(any, 0));

function parse(any: PackedAny, depth: number): PublicKey {
  switch (any.typeUrl) {
    case SECP256K1:
      return { kind: "secp256k1", key: readKey(any.value, "secp256k1.PubKey", 33) };
    case ED25519:
      return { kind: "ed25519", key: readKey(any.value, "ed25519.PubKey", 32) };
    case MULTISIG:
      return parseMultisig(any.value, depth);
    default:
      throw SdkError.txDecode(`unable to resolve type URL ${any.typeUrl}`);
  }
}

function readKey(bytes: Uint8Array, goType: string, length: number): Uint8Array {
  let key: Uint8Array | undefined;
  const r = new ProtoReader(bytes);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag !== 0x0a) throw unknownField(goType, tag);
    if (key !== undefined) throw duplicate(goType, "key");
    key = r.bytes();
  }
  if (key?.length !== length) throw SdkError.txDecode(`${goType} has ${key?.length ?? 0} bytes, not ${length}`);
  return key;
}

function parseMultisig(bytes: Uint8Array, depth: number): PublicKey {
  if (depth >= MAX_DEPTH) throw SdkError.txDecode("multisig keys are nested too deep");
  const goType = "multisig.LegacyAminoPubKey";
  let threshold: number | undefined;
  const keys: PublicKey[] = [];
  const r = new ProtoReader(bytes);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08 && threshold === undefined) threshold = r.uint32();
    else if (tag === 0x12) keys.push(parse(readAny(r, "types.Any"), depth + 1));
    else if (tag === 0x08) throw duplicate(goType, "threshold");
    else throw unknownField(goType, tag);
    if (keys.length > MAX_MEMBERS) throw SdkError.txDecode("multisig has too many members");
  }
  if (threshold === undefined || threshold < 1 || threshold > keys.length) {
    throw SdkError.txDecode(`multisig threshold ${threshold ?? 0} of ${keys.length} keys`);
  }
  return { kind: "multisig", threshold, keys };
}

/** The Any of a key: the inverse of `parsePublicKey`. */
export function packPublicKey(key: PublicKey): PackedAny {
  const writer = new ProtoWriter();
  if (key.kind !== "multisig") {
    return { typeUrl: key.kind === "secp256k1" ? SECP256K1 : ED25519, value: writer.bytes(1, key.key).finish() };
  }
  writer.uint32(1, key.threshold);
  for (const member of key.keys) {
    const packed = packPublicKey(member);
    writer.message(2, (w) => w.string(1, packed.typeUrl).bytes(2, packed.value));
  }
  return { typeUrl: MULTISIG, value: writer.finish() };
}

const AMINO_SECP256K1 = Uint8Array.of(0xeb, 0x5a, 0xe9, 0x87, 0x21);
const AMINO_ED25519 = Uint8Array.of(0x16, 0x24, 0xde, 0x64, 0x20);
const AMINO_MULTISIG = Uint8Array.of(0x22, 0xc1, 0xf7, 0xe2);

/**
 * Legacy amino bytes of a key, from which a multisig's address is made (spec/transactions.md 1.4).
 */
export function aminoPublicKey(key: PublicKey): Uint8Array {
  if (key.kind === "secp256k1") return concat(AMINO_SECP256K1, key.key);
  if (key.kind === "ed25519") return concat(AMINO_ED25519, key.key);
  const writer = new ProtoWriter().uint32(1, key.threshold);
  for (const member of key.keys) writer.bytesAlways(2, aminoPublicKey(member));
  return concat(AMINO_MULTISIG, writer.finish());
}

/** The account address of a key. Cost: two hashes. */
export function publicKeyAddress(key: PublicKey): Uint8Array {
  if (key.kind === "secp256k1") return accountAddress(key.key);
  return sha256(key.kind === "ed25519" ? key.key : aminoPublicKey(key)).slice(0, 20);
}

/**
 * Most single signatures that a key needs; the chain's limit of signatures counts them
 * (x/auth, CountSubKeys).
 */
export const countKeys = (key: PublicKey): number =>
  key.kind === "multisig" ? key.keys.reduce((sum, member) => sum + countKeys(member), 0) : 1;
