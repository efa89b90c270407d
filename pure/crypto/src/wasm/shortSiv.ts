// SPDX-License-Identifier: Apache-2.0
import { copyBytes } from "@sotto/bytes";
import { cipherModule, memory, put, take } from "./cipherModule.ts";
import { At, SIV_KEY, SIV_KEYS } from "./memory.ts";
import { EMPTY_MAC, type SivExports } from "./sivCode.ts";
import { NO_SLOT, Slots } from "./slots.ts";

const BLOCK = 16;
/**
 * Longest text or associated data that is taken. Cost: above it, the platform's ciphers are faster,
 * calls and all.
 */
export const LONGEST = 512;

const slots = new Slots(At.sivKeys, SIV_KEY, SIV_KEYS);

/**
 * AES-128-SIV for short texts, in WebAssembly. Not re-entrant: from `begin` to `sealInto` or `open`
 * no other code may use the cipher module.
 */
export class ShortSiv {
  readonly #key: Uint8Array;
  readonly #exports: SivExports;
  #slot = NO_SLOT;

  private constructor(key: Uint8Array, exports: SivExports) {
    this.#key = key;
    this.#exports = exports;
  }

  /**
   * For a key of 32 bytes, which is stored. Undefined where WebAssembly or its vector instructions
   * are not available.
   */
  static create(key: Uint8Array): ShortSiv | undefined {
    return cipherModule === undefined ? undefined : new ShortSiv(key, cipherModule);
  }

  /** Prepares the key: another one may have taken its slot since. Overwrites the text. */
  #prepare(): number {
    if (this.#slot.owner === this) return this.#slot.address;
    this.#slot = slots.take(this);
    const { address } = this.#slot;
    put(this.#key, At.text);
    this.#exports.prepare(address);
    return address;
  }

  /** The MAC of an associated data. */
  cmac(ad: Uint8Array): Uint8Array {
    const key = this.#prepare();
    put(ad, At.text);
    this.#exports.cmac(key, ad.length);
    const mac = new Uint8Array(BLOCK);
    take(mac, 0, At.tag, BLOCK);
    return mac;
  }

  begin(): void {
    this.#exports.begin(this.#prepare());
  }

  absorb(ad: Uint8Array): void {
    if (ad.length === 0) this.#exports.absorb(this.#slot.address + EMPTY_MAC);
    else {
      put(ad, At.text);
      this.#exports.cmac(this.#slot.address, ad.length);
      this.#exports.absorb(At.tag);
    }
  }

  absorbMac(mac: Uint8Array): void {
    put(mac, At.tag);
    this.#exports.absorb(At.tag);
  }

  sealInto(out: Uint8Array, at: number, plaintext: Uint8Array): void {
    put(plaintext, At.text);
    this.#exports.seal(this.#slot.address, plaintext.length);
    take(out, at, At.tag, BLOCK + plaintext.length);
  }

  open(sealed: Uint8Array): Uint8Array | undefined {
    put(sealed, At.tag);
    const length = sealed.length - BLOCK;
    return this.#exports.open(this.#slot.address, length) === 0
      ? copyBytes(memory, At.text, At.text + length)
      : undefined;
  }
}
