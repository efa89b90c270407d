// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { type RejectCode, WasmRejected } from "./rejected.ts";

/**
 * A cursor over the binary format. Every read is bounded by `end`; every failure is a WasmRejected.
 */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  fail(code: RejectCode, text: string): WasmRejected {
    return new WasmRejected(code, text, this.at);
  }

  byte(): number {
    if (this.at >= this.end) throw this.fail("malformed", "unexpected end");
    return this.bytes[this.at++] as number;
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw this.fail("malformed", "length out of bounds");
    this.at += length;
  }

  u32(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    byte = this.byte();
    if (byte > 0x0f) throw this.fail("malformed", "integer too long or too large");
    return (value | (byte << 28)) >>> 0;
  }

  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const last = this.byte();
    // Five bits of the fifth byte must all repeat the sign (bits 31 and up), and it must be the
    // last.
    if (last > 0x7f || ((last & 0x78) !== 0 && (last & 0x78) !== 0x78)) {
      throw this.fail("malformed", "integer too long or too large");
    }
    return value | (last << 28);
  }

  s64(): bigint {
    let value = 0n;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asIntN(shift + 7, value);
    }
    const last = this.byte();
    if (last !== 0 && last !== 0x7f) throw this.fail("malformed", "integer too long or too large");
    return BigInt.asIntN(64, value | (BigInt(last & 1) << 63n));
  }

  /** Checks the form of an s64 without the cost of its value. */
  skipS64(): void {
    for (let i = 0; i < 9; i++) if (this.byte() < 0x80) return;
    const last = this.byte();
    if (last !== 0 && last !== 0x7f) throw this.fail("malformed", "integer too long or too large");
  }

  name(limit: number): string {
    const length = this.u32();
    const from = this.at;
    this.skip(length);
    if (length > limit) throw this.fail("limit", `name longer than ${limit} bytes`);
    const text = toUtf8(this.bytes.subarray(from, from + length));
    if (text === undefined) throw this.fail("malformed", "name is not valid UTF-8");
    return text;
  }

  /**
   * The length of a vector whose items take at least one byte each, so it cannot be larger than the
   * rest of the bytes.
   */
  count(limit: number, what: string): number {
    const count = this.u32();
    if (count > limit) throw this.fail("limit", `more than ${limit} ${what}`);
    if (count > this.end - this.at) throw this.fail("malformed", "length out of bounds");
    return count;
  }
}
