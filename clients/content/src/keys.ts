// SPDX-License-Identifier: Apache-2.0
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { hpkeOpen, type Wrapped } from "./hpke.ts";

/** Bytes of every key, of the master and of a device's keys. */
export const KEY_SIZE = 32;

/** Big-endian. */
export function numberBytes(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn));
}

const derived = (secret: Uint8Array, ...info: Uint8Array[]): Uint8Array =>
  hkdf(sha256, secret, undefined, concatBytes(...info), KEY_SIZE);

/** The secret from which the keys of all unmarked segments are derived. */
export const unmarkedSecret = (master: Uint8Array): Uint8Array => derived(master, utf8ToBytes("content/1 unmarked"));

/** The key of an unmarked segment, by its place among all segments. */
export const segmentKey = (unmarked: Uint8Array, segment: number): Uint8Array =>
  derived(unmarked, utf8ToBytes("content/1 segment"), numberBytes(BigInt(segment), 4));

/** The key of a variant of a marked segment, by its place among the marked ones. */
export const variantKey = (master: Uint8Array, mark: number, variant: 0 | 1): Uint8Array =>
  derived(master, utf8ToBytes("content/1 marked"), numberBytes(BigInt(mark), 4), Uint8Array.of(variant));

/** What the owner of a licence gets: with these keys a container can be opened. */
export interface KeySet {
  readonly version: number;
  readonly unmarked: Uint8Array;
  /** One key for each marked segment, of one of its two variants. */
  readonly marked: readonly Uint8Array[];
}

/** An X25519 key pair of one device. The secret key stays on the device. */
export interface Device {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A new random pair. */
export function newDevice(): Device {
  const { secretKey, publicKey } = x25519.keygen();
  return { secretKey, publicKey };
}

/** The keys of a licence cannot be unwrapped by this device. */
export class WrongDevice extends Error {
  override readonly name = "WrongDevice";
}

/**
 * Unwraps the answer of the query `keys`. Throws WrongDevice when it is for another device,
 * licence, version or contract.
 */
export function unwrapKeys(
  device: Device,
  wrapped: Wrapped,
  { contract, licence, version }: { contract: string; licence: bigint; version: number },
): KeySet {
  const parts = [utf8ToBytes("content/1 keys "), utf8ToBytes(contract)];
  const info = concatBytes(...parts, numberBytes(licence, 8), numberBytes(BigInt(version), 4));
  let set: Uint8Array;
  try {
    set = hpkeOpen(device.secretKey, wrapped, info);
  } catch {
    throw new WrongDevice(
      `the keys of licence ${licence} are for another device: use the device of the purchase, or set this one first`,
    );
  }
  const keys = Array.from({ length: set.length / KEY_SIZE }, (_, i) => set.slice(i * KEY_SIZE, (i + 1) * KEY_SIZE));
  const [unmarked, ...marked] = keys;
  if (unmarked === undefined) throw new WrongDevice(`the keys of licence ${licence} are empty`);
  return { version, unmarked, marked };
}
