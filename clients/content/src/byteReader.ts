// SPDX-License-Identifier: Apache-2.0

/** Takes bytes from a stream in pieces of any length. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: Uint8Array | AsyncIterable<Uint8Array>) {
    this.#chunks = source instanceof Uint8Array ? once(source) : source[Symbol.asyncIterator]();
  }

  /** Fewer bytes at the end of the stream. */
  async take(size: number): Promise<Uint8Array> {
    if (this.#rest.length >= size) return this.#cut(size);
    const parts = [this.#rest];
    let length = this.#rest.length;
    while (length < size) {
      const { value, done = false } = await this.#chunks.next();
      if (done) break;
      parts.push(value);
      length += value.length;
    }
    const joined = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.#rest = joined;
    return this.#cut(size);
  }

  #cut(size: number): Uint8Array {
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
