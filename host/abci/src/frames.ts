// SPDX-License-Identifier: Apache-2.0
import { AbciError } from "./errors.ts";
import { MOST_FRAME } from "./limits.ts";
import { getMethod, type Method } from "./methods.ts";

/**
 * Decides by its first bytes whether a request of `length` bytes may come; throws ChainError of
 * AbciError if not.
 */
export type Admit = (method: Method, length: number) => void;

export interface Frame {
  readonly method: Method;
  /** A tendermint.abci.Request. A view that is valid until the reader gets the next chunk. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/**
 * Bytes with which the buffer of a frame begins; it doubles as bytes arrive, not as they are
 * announced.
 */
const FIRST = 64 * 1024;
/** Bytes of the longest length, and of the longest tag of a request. */
const MOST_LENGTH_BYTES = 5;
const MOST_TAG_BYTES = 2;

/**
 * Cuts the bytes of a socket into requests: an unsigned varint and that many bytes of
 * tendermint.abci.Request (CometBFT libs/protoio). Errors are ChainErrors of AbciError; the reader
 * must not be used after one. Cost: a frame inside one chunk is not copied; of a larger one the
 * memory is at most twice the bytes that have arrived.
 */
export class FrameReader {
  readonly #admit: Admit;
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** Of the length: the value so far, and its bytes. */
  #length = 0;
  #lengthBytes = 0;
  #isLengthKnown = false;
  #method: Method | undefined;
  #body: Uint8Array = NOTHING;
  #filled = 0;

  constructor(admit: Admit) {
    this.#admit = admit;
  }

  /** Whether a frame has begun and is not whole. */
  get isInside(): boolean {
    return this.#lengthBytes > 0;
  }

  /** Adds bytes. Only after `next` has returned undefined. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next frame; undefined when it needs more bytes. */
  next(): Frame | undefined {
    if (!this.#isLengthKnown && !this.#readLength()) return undefined;
    const left = this.#chunk.length - this.#at;
    if (this.#filled === 0 && left >= this.#length) {
      const bytes = this.#chunk.subarray(this.#at, this.#at + this.#length);
      this.#at += this.#length;
      return this.#end(bytes);
    }
    this.#fill(Math.min(left, this.#length - this.#filled));
    if (this.#filled >= Math.min(MOST_TAG_BYTES, this.#length)) {
      this.#method ??= this.#admitted(this.#body.subarray(0, this.#filled));
    }
    return this.#filled === this.#length ? this.#end(this.#body) : undefined;
  }

  #end(bytes: Uint8Array): Frame {
    const method = this.#method ?? this.#admitted(bytes);
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#isLengthKnown = false;
    this.#method = undefined;
    this.#body = NOTHING;
    this.#filled = 0;
    return { method, bytes };
  }

  #readLength(): boolean {
    while (this.#at < this.#chunk.length) {
      const byte = this.#chunk[this.#at++] as number;
      // Not `<<`, whose result has a sign.
      this.#length += (byte & 127) * 2 ** (7 * this.#lengthBytes++);
      if (this.#length > MOST_FRAME || (byte > 127 && this.#lengthBytes === MOST_LENGTH_BYTES)) {
        throw AbciError.malformed(`the length of a frame is over ${MOST_FRAME}`);
      }
      if (byte > 127) continue;
      if (this.#length === 0) throw AbciError.malformed("an empty frame");
      this.#isLengthKnown = true;
      return true;
    }
    return false;
  }

  #fill(count: number): void {
    const need = this.#filled + count;
    if (need > this.#body.length) {
      const grown = new Uint8Array(Math.min(this.#length, Math.max(FIRST, need, 2 * this.#body.length)));
      grown.set(this.#body.subarray(0, this.#filled));
      this.#body = grown;
    }
    this.#body.set(this.#chunk.subarray(this.#at, this.#at + count), this.#filled);
    this.#filled = need;
    this.#at += count;
  }

  /** The method of a request that begins with these bytes. */
  #admitted(begin: Uint8Array): Method {
    const [first = 0, second = 0] = begin;
    const tag = first < 128 ? first : (first & 127) | (second << 7);
    const method = getMethod(tag >>> 3);
    if (method?.tag !== tag) throw AbciError.unknownRequest(`a request with field ${tag >>> 3}`);
    this.#admit(method, this.#length);
    return method;
  }
}
