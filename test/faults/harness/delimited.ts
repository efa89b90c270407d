// SPDX-License-Identifier: Apache-2.0
/**
 * Messages of CometBFT's sockets, of ABCI and of a remote signer: a length as varint, the bytes.
 */

/** A message in the order in which it came, with its length. */
export interface Frame {
  readonly whole: Uint8Array;
  /** Without its length. */
  readonly body: Uint8Array;
  /** Field of the outer oneof: the method. */
  readonly method: number;
}

/** Takes parts of a stream and returns the messages that are complete. */
export class Frames {
  #waiting = new Uint8Array(0);

  take(part: Uint8Array): Frame[] {
    this.#waiting = Uint8Array.from(Buffer.concat([this.#waiting, part]));
    const frames: Frame[] = [];
    for (;;) {
      const prefix = readVarint(this.#waiting, 0);
      if (prefix === undefined) return frames;
      const end = prefix.next + prefix.value;
      if (this.#waiting.length < end) return frames;
      const body = this.#waiting.slice(prefix.next, end);
      const method = (readVarint(body, 0)?.value ?? 0) >>> 3;
      frames.push({ whole: this.#waiting.slice(0, end), body, method });
      this.#waiting = this.#waiting.slice(end);
    }
  }
}

function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let i = 0; at + i < bytes.length; i++) {
    const byte = bytes[at + i] as number;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  return undefined;
}

/** A message with its length before it. */
export function delimited(body: Uint8Array): Uint8Array {
  const prefix: number[] = [];
  let length = body.length;
  for (; length > 127; length = Math.floor(length / 128)) prefix.push((length % 128) | 128);
  return Uint8Array.from([...prefix, length, ...body]);
}
