// SPDX-License-Identifier: Apache-2.0
/** First byte of an unfragmented text frame (RFC 6455, 5.2). */
const FINAL_TEXT = 0x81;
/** Parts of at least this size are written without a copy: a copy costs more than a part. */
const LARGE = 64 * 1024;

/** The head of an unmasked text frame, as servers send it. */
function headOf(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(FINAL_TEXT, length);
  const head = new DataView(new ArrayBuffer(length < 65_536 ? 4 : 10));
  head.setUint8(0, FINAL_TEXT);
  head.setUint8(1, length < 65_536 ? 126 : 127);
  if (length < 65_536) head.setUint16(2, length);
  else head.setBigUint64(2, BigInt(length));
  return new Uint8Array(head.buffer);
}

/**
 * Text messages of one client that are sent together. Cost: short ones are copied once, into one
 * piece of memory for all. A frame for each message, each with a header, costs several times that,
 * and as many objects to collect.
 */
export class TextFrames {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes of messages that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  add(message: readonly Uint8Array[]): void {
    let length = 0;
    for (const part of message) length += part.length;
    this.#parts.push(headOf(length), ...message);
    this.#bytes += length;
  }

  /** All waiting messages, in order, in few pieces. */
  take(): Uint8Array[] {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    const out: Uint8Array[] = [];
    for (let from = 0; from < parts.length; ) {
      let to = from;
      let length = 0;
      for (let part = parts[to]; part !== undefined && part.length < LARGE; part = parts[++to]) length += part.length;
      if (to > from) out.push(Buffer.concat(parts.slice(from, to), length));
      const large = parts[to];
      if (large !== undefined) out.push(large);
      from = to + 1;
    }
    return out;
  }
}
