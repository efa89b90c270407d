// SPDX-License-Identifier: Apache-2.0
import { keccak_256 } from "@noble/hashes/sha3.js";
import { native } from "#native";

/** SHA-256 (FIPS 180-4). Cost: about 0.25 us for 64 bytes. */
export const sha256 = (data: Uint8Array): Uint8Array => native.sha256(data);

/**
 * SHA-256 as a string of one UTF-16 unit per byte: a map key, and the cheapest form to hash on
 * with.
 */
export const sha256Latin1 = (data: Uint8Array): string => native.sha256Latin1(data);

/**
 * Writes the SHA-256 of `data` into `out` from `at` on. `out` may be the buffer that `data` is a
 * view of.
 */
export const sha256Into = (data: Uint8Array, out: Uint8Array, at: number): void => native.sha256Into(data, out, at);

/** SHA-512 (FIPS 180-4). */
export const sha512 = (data: Uint8Array): Uint8Array => native.sha512(data);

/** RIPEMD-160. */
export const ripemd160 = (data: Uint8Array): Uint8Array => native.ripemd160(data);

/** Keccak-256 with the padding of Ethereum, not of SHA-3. */
export const keccak256 = (data: Uint8Array): Uint8Array => keccak_256(data);

/** Whether two byte strings are equal, in a time that depends only on their lengths. */
export const equalConstantTime = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && native.equalConstantTime(a, b);
