// SPDX-License-Identifier: Apache-2.0
import { BLOCK, SCHEDULE } from "./aes.ts";

// The one page of memory of the cipher module. Tables of AES lie at its beginning.

/** How many keys of AES-SIV are prepared at a time. */
export const SIV_KEYS = 128;
/** Slot for a prepared key of AES-SIV: two lists of round keys and four blocks. */
export const SIV_KEY = 2 * SCHEDULE + 4 * BLOCK;
/** How many keys of HMAC are prepared at a time, beside one that is used once. */
export const HMAC_KEYS = 16;
/** Slot for a prepared key of HMAC: two states of SHA-256. */
export const HMAC_KEY = 64;

const sivKeys = 4096;
const hmacKeys = sivKeys + SIV_KEYS * SIV_KEY;

/** Addresses in the memory. */
export const At = {
  /** S2V's sum so far. */
  sum: 384,
  /** A tag or a MAC, right in front of the text. */
  tag: 512 - BLOCK,
  text: 512,
  /** A digest of SHA-256. */
  digest: 2048,
  /** A state of SHA-256. */
  state: 2048 + 32,
  sivKeys,
  hmacKeys,
  /** The key of HMAC that is used once. */
  onceKey: hmacKeys + HMAC_KEYS * HMAC_KEY,
} as const;
