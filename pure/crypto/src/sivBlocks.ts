// SPDX-License-Identifier: Apache-2.0
import { alloc } from "@sotto/bytes";
import { native } from "#native";
import type { BlockCipher } from "./native.ts";

const BLOCK = 16;
const ZERO = new Uint8Array(BLOCK);
// One call uses it at a time: this code is not re-entrant. Longer messages get a separate buffer.
const scratch = new Uint8Array(4096);

// Not slice(): a Buffer's shares memory with it.
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** Doubling in GF(2^128), RFC 5297 section 2.3; without a branch on the secret. */
function double(block: Uint8Array): void {
  const carry = -((block[0] as number) >> 7);
  for (let i = 0; i < BLOCK - 1; i++) block[i] = ((block[i] as number) << 1) | ((block[i + 1] as number) >> 7);
  block[BLOCK - 1] = ((block[BLOCK - 1] as number) << 1) ^ (carry & 0x87);
}

function xor(into: Uint8Array, at: number, block: Uint8Array): void {
  for (let i = 0; i < BLOCK; i++) into[at + i] = (into[at + i] as number) ^ (block[i] as number);
}

/** AES-128-SIV for texts of any length, on the platform's block ciphers. Not re-entrant. */
export class BlockSiv {
  readonly #mac: BlockCipher;
  readonly #stream: BlockCipher;
  readonly #streamKey: Uint8Array;
  /**
   * The value that the CBC cipher would XOR into the next block; it is cancelled there, so that
   * each MAC starts at zero.
   */
  #chain: Uint8Array = ZERO;
  readonly #k1: Uint8Array;
  readonly #k2: Uint8Array;
  /** S2V's first value, CMAC of the zero block. */
  readonly #start: Uint8Array;
  readonly #d = new Uint8Array(BLOCK);

  /** For a key of 32 bytes, which is stored. Cost: two key schedules, 2 us each. */
  constructor(key: Uint8Array) {
    this.#mac = native.aesCbc(key.subarray(0, 16));
    this.#streamKey = key.subarray(16);
    this.#stream = native.aesEcb(this.#streamKey);
    this.#chain = this.#mac(ZERO);
    this.#k1 = copy(this.#chain);
    double(this.#k1);
    this.#k2 = copy(this.#k1);
    double(this.#k2);
    this.#start = this.cmac(ZERO);
  }

  /** The MAC of an associated data. */
  cmac(ad: Uint8Array): Uint8Array {
    return copy(this.#cmac(ad));
  }

  begin(): void {
    this.#d.set(this.#start);
  }

  absorb(ad: Uint8Array): void {
    this.absorbMac(this.#cmac(ad));
  }

  absorbMac(mac: Uint8Array): void {
    double(this.#d);
    xor(this.#d, 0, mac);
  }

  sealInto(out: Uint8Array, at: number, plaintext: Uint8Array): void {
    const tag = this.#finish(plaintext);
    for (let i = 0; i < BLOCK; i++) out[at + i] = tag[i] as number;
    this.#crypt(tag, plaintext, out, at + BLOCK);
  }

  open(sealed: Uint8Array): Uint8Array | undefined {
    const plaintext = alloc(sealed.length - BLOCK);
    this.#crypt(sealed, sealed.subarray(BLOCK), plaintext, 0);
    const tag = this.#finish(plaintext);
    if (native.equalConstantTime(tag, sealed.subarray(0, BLOCK))) return plaintext;
    plaintext.fill(0);
    return undefined;
  }

  /** S2V takes the text. The result is a view to copy. */
  #finish(plaintext: Uint8Array): Uint8Array {
    const d = this.#d;
    const length = plaintext.length;
    if (length < BLOCK) {
      double(d);
      const block = scratch.subarray(0, BLOCK);
      block.fill(0);
      block.set(plaintext);
      block[length] = 0x80;
      xor(block, 0, d);
      xor(block, 0, this.#k1);
      return this.#chained(block);
    }
    return this.#cmac(plaintext, d);
  }

  /**
   * CMAC (RFC 4493); `end`, when given, is first XORed into the last 16 bytes. The result is a view
   * to copy.
   */
  #cmac(message: Uint8Array, end?: Uint8Array): Uint8Array {
    const length = message.length;
    const padded = length === 0 ? BLOCK : (length + BLOCK - 1) & -BLOCK;
    const buffer = padded <= scratch.length ? scratch.subarray(0, padded) : new Uint8Array(padded);
    buffer.set(message);
    if (end !== undefined) xor(buffer, length - BLOCK, end);
    if (length === padded) xor(buffer, padded - BLOCK, this.#k1);
    else {
      buffer[length] = 0x80;
      buffer.fill(0, length + 1);
      xor(buffer, padded - BLOCK, this.#k2);
    }
    return this.#chained(buffer);
  }

  #chained(blocks: Uint8Array): Uint8Array {
    xor(blocks, 0, this.#chain);
    const out = this.#mac(blocks);
    this.#chain = out.length === BLOCK ? out : out.subarray(out.length - BLOCK);
    return this.#chain;
  }

  #crypt(tag: Uint8Array, input: Uint8Array, out: Uint8Array, at: number): void {
    const length = input.length;
    if (length === 0) return;
    if (length >= native.ctrFrom) {
      const counter = copy(tag.subarray(0, BLOCK));
      counter[8] = (counter[8] as number) & 0x7f;
      counter[12] = (counter[12] as number) & 0x7f;
      out.set(native.aesCtr(this.#streamKey, counter, input), at);
      return;
    }
    const key = this.#stream(counters(tag, length));
    for (let i = 0; i < length; i++) out[at + i] = (input[i] as number) ^ (key[i] as number);
  }
}

/**
 * Counter blocks from the tag on, with the two bits cleared that keep carries inside the last word.
 */
function counters(tag: Uint8Array, length: number): Uint8Array {
  const size = (length + BLOCK - 1) & -BLOCK;
  const blocks = scratch.subarray(0, size);
  const last =
    (((tag[12] as number) & 0x7f) << 24) |
    ((tag[13] as number) << 16) |
    ((tag[14] as number) << 8) |
    (tag[15] as number);
  for (let at = 0; at < size; at += BLOCK) {
    for (let i = 0; i < 12; i++) blocks[at + i] = tag[i] as number;
    blocks[at + 8] = (tag[8] as number) & 0x7f;
    const word = last + (at >> 4);
    blocks[at + 12] = word >>> 24;
    blocks[at + 13] = word >>> 16;
    blocks[at + 14] = word >>> 8;
    blocks[at + 15] = word;
  }
  return blocks;
}
