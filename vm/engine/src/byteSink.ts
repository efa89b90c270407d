// SPDX-License-Identifier: Apache-2.0
/** A growing buffer that writes the wasm binary format. */
export class ByteSink {
  bytes: Uint8Array;
  at = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  reserve(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + length));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  put(...values: number[]): void {
    this.reserve(values.length);
    for (const value of values) this.bytes[this.at++] = value;
  }

  copy(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    // Most ranges between edits are short, where a loop beats a call into the runtime.
    if (length < 48) {
      const { bytes } = this;
      let at = this.at;
      for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    } else this.bytes.set(source.subarray(start, end), this.at);
    this.at += length;
  }

  append(code: Uint8Array): void {
    this.reserve(code.length);
    this.bytes.set(code, this.at);
    this.at += code.length;
  }

  unsigned(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  /** Signed LEB128 of a 32-bit integer; also the shortest form of the same i64. */
  signed(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest < -64 || rest > 63) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.bytes[this.at++] = rest & 0x7f;
  }

  signedBig(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest < -64n || rest > 63n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest & 0x7fn);
  }

  /** ASCII only. */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** Reserves a length of fixed width, which `close` writes. */
  open(): number {
    this.reserve(5);
    this.at += 5;
    return this.at;
  }

  /** Writes the length of everything since `open` as a five-byte LEB128. */
  close(start: number): void {
    let length = this.at - start;
    for (let i = start - 5; i < start - 1; i++) {
      this.bytes[i] = (length & 0x7f) | 0x80;
      length >>>= 7;
    }
    this.bytes[start - 1] = length;
  }

  section(id: number, write: () => void): void {
    this.byte(id);
    const start = this.open();
    write();
    this.close(start);
  }

  taken(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }
}
