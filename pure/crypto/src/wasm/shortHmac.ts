// SPDX-License-Identifier: Apache-2.0
import { cipherModule, memory, put, take } from "./cipherModule.ts";
import { At, HMAC_KEY, HMAC_KEYS } from "./memory.ts";
import type { ShaExports } from "./shaCode.ts";
import { NO_SLOT, Slots } from "./slots.ts";

/** Longest text that is taken. Cost: above it the platform's hashes are faster, calls and all. */
export const LONGEST_HMAC = 128;
/** Longest key that is taken: longer ones are hashed first (RFC 2104). */
export const HMAC_BLOCK = 64;
const DIGEST = 32;

const slots = new Slots(At.hmacKeys, HMAC_KEY, HMAC_KEYS);

/** Moves the digest out. */
function takeDigest(): Uint8Array {
  const out = new Uint8Array(DIGEST);
  take(out, 0, At.digest, DIGEST);
  memory.fill(0, At.digest, At.digest + DIGEST);
  return out;
}

function prepare(exports: ShaExports, address: number, key: Uint8Array): void {
  memory.fill(0, At.text, At.text + HMAC_BLOCK);
  put(key, At.text);
  exports.prepareHmac(address);
}

/** HMAC-SHA256 for short texts, in WebAssembly, under one key. Not re-entrant. */
export class ShortHmac {
  readonly #key: Uint8Array;
  readonly #exports: ShaExports;
  #slot = NO_SLOT;

  private constructor(key: Uint8Array, exports: ShaExports) {
    this.#key = key;
    this.#exports = exports;
  }

  /**
   * For a key of at most `HMAC_BLOCK` bytes, which is stored. Undefined without the cipher module.
   */
  static create(key: Uint8Array): ShortHmac | undefined {
    return cipherModule === undefined ? undefined : new ShortHmac(key, cipherModule);
  }

  /** The MAC, 32 bytes, of at most `LONGEST_HMAC` bytes. */
  mac(text: Uint8Array): Uint8Array {
    if (this.#slot.owner !== this) {
      this.#slot = slots.take(this);
      prepare(this.#exports, this.#slot.address, this.#key);
    }
    put(text, At.text);
    this.#exports.hmac(this.#slot.address, text.length);
    return takeDigest();
  }
}

/**
 * The same for a key that is used once; undefined without the cipher module. The key is wiped.
 */
export function shortHmac(key: Uint8Array, text: Uint8Array): Uint8Array | undefined {
  if (cipherModule === undefined) return undefined;
  prepare(cipherModule, At.onceKey, key);
  put(text, At.text);
  cipherModule.hmac(At.onceKey, text.length);
  memory.fill(0, At.onceKey, At.onceKey + HMAC_KEY);
  return takeDigest();
}
