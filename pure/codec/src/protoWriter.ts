// SPDX-License-Identifier: Apache-2.0
import { copyBytes, fromUtf8 } from "@sotto/bytes";
import { CodecError } from "./errors.ts";

/** Protobuf wire types that exist in proto3. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

const TWO_32 = 0x1_0000_0000;
const encoder = new TextEncoder();

/**
 * Writes the protobuf wire format into one growing buffer.
 *
 * Field methods (`uint64(1, x)`) leave out zero values as proto3 does; the `always` variants and
 * `message` never do. 64-bit values are `bigint`, or a safe integer `number` (faster). Fields are
 * written in the order of the calls.
 */
export class ProtoWriter {
  #buffer: Uint8Array;
  #at = 0;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Bytes that fit without another allocation. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** A copy of the written bytes; the writer may be reused after `reset`. */
  finish(): Uint8Array {
    return copyBytes(this.#buffer, 0, this.#at);
  }

  /**
   * The written bytes, without a copy: a view that is valid until the writer is reset. For large
   * messages.
   */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Removes the written bytes and reuses the buffer. */
  reset(): this {
    this.#at = 0;
    return this;
  }

  #reserve(count: number): void {
    const need = this.#at + count;
    if (need <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(need, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = grown;
  }

  /** An unsigned 32-bit varint; the value is taken modulo 2^32. */
  varint32(value: number): this {
    this.#reserve(5);
    const buffer = this.#buffer;
    let rest = value >>> 0;
    let at = this.#at;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
    this.#at = at;
    return this;
  }

  /**
   * A varint of up to 64 bits: any bigint (modulo 2^64, so negative values take ten bytes) or safe
   * integer.
   */
  varint64(value: bigint | number): this {
    if (typeof value === "number") {
      if (value >= 0 && value < TWO_32) return this.varint32(value);
      if (!Number.isSafeInteger(value)) throw CodecError.value(`${value} is not a safe integer`);
      if (value > 0) return this.#halves(value % TWO_32, Math.floor(value / TWO_32));
      const high = Math.floor(value / TWO_32);
      return this.#halves(value - high * TWO_32, high);
    }
    const bits = BigInt.asUintN(64, value);
    return this.#halves(Number(bits & 0xffffffffn), Number(bits >> 32n));
  }

  #halves(low: number, high: number): this {
    this.#reserve(10);
    const buffer = this.#buffer;
    let lo = low >>> 0;
    let hi = high >>> 0;
    let at = this.#at;
    while (hi !== 0 || lo > 127) {
      buffer[at++] = (lo & 127) | 128;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    buffer[at++] = lo;
    this.#at = at;
    return this;
  }

  /** Bytes without tag or length. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** One byte without a tag. */
  byte(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
    return this;
  }

  tag(field: number, wireType: number): this {
    return this.varint32((field << 3) | wireType);
  }

  uint32(field: number, value: number): this {
    return value === 0 ? this : this.uint32Always(field, value);
  }

  uint32Always(field: number, value: number): this {
    if (value < 0 || value > 0xffffffff || !Number.isInteger(value)) throw CodecError.value(`${value} is not a uint32`);
    return this.tag(field, WireType.varint).varint32(value);
  }

  /** An int32 or an enum: negative values take ten bytes. */
  int32(field: number, value: number): this {
    return value === 0 ? this : this.int32Always(field, value);
  }

  int32Always(field: number, value: number): this {
    if ((value | 0) !== value) throw CodecError.value(`${value} is not an int32`);
    return this.tag(field, WireType.varint).varint64(value);
  }

  uint64(field: number, value: bigint | number): this {
    return value === 0n || value === 0 ? this : this.uint64Always(field, value);
  }

  uint64Always(field: number, value: bigint | number): this {
    if (value < 0 || value > 0xffffffffffffffffn) throw CodecError.value(`${value} is not a uint64`);
    return this.tag(field, WireType.varint).varint64(value);
  }

  int64(field: number, value: bigint | number): this {
    return value === 0n || value === 0 ? this : this.int64Always(field, value);
  }

  int64Always(field: number, value: bigint | number): this {
    if (value < -0x8000000000000000n || value > 0x7fffffffffffffffn) throw CodecError.value(`${value} is not an int64`);
    return this.tag(field, WireType.varint).varint64(value);
  }

  bool(field: number, value: boolean): this {
    return value ? this.tag(field, WireType.varint).byte(1) : this;
  }

  boolAlways(field: number, value: boolean): this {
    return this.tag(field, WireType.varint).byte(value ? 1 : 0);
  }

  /** fixed64 or sfixed64 (CometBFT's canonical votes): eight bytes little-endian, modulo 2^64. */
  fixed64(field: number, value: bigint): this {
    return value === 0n ? this : this.fixed64Always(field, value);
  }

  fixed64Always(field: number, value: bigint): this {
    return this.tag(field, WireType.fixed64).raw64(value);
  }

  /** fixed32 or sfixed32: four bytes little-endian, modulo 2^32. */
  fixed32(field: number, value: number): this {
    return value === 0 ? this : this.fixed32Always(field, value);
  }

  fixed32Always(field: number, value: number): this {
    return this.tag(field, WireType.fixed32).raw32(value);
  }

  /** Four bytes little-endian without a tag. */
  raw32(value: number): this {
    this.#reserve(4);
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
    this.#at = at + 4;
    return this;
  }

  /** Eight bytes little-endian without a tag. */
  raw64(value: bigint): this {
    const bits = BigInt.asUintN(64, value);
    return this.raw32(Number(bits & 0xffffffffn)).raw32(Number(bits >> 32n));
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.bytesAlways(field, value);
  }

  bytesAlways(field: number, value: Uint8Array): this {
    return this.tag(field, WireType.bytes).varint32(value.length).raw(value);
  }

  string(field: number, value: string): this {
    return value.length === 0 ? this : this.stringAlways(field, value);
  }

  stringAlways(field: number, value: string): this {
    return this.tag(field, WireType.bytes).text(value);
  }

  /** Length and UTF-8 bytes of a string, without a tag. Lone surrogates become U+FFFD. */
  text(value: string): this {
    const length = value.length;
    // Cost: for short text a byte loop beats a call into the encoder; most texts of a chain are
    // short ASCII.
    if (length < 64) {
      this.#reserve(length + 1);
      const buffer = this.#buffer;
      const start = this.#at + 1;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        buffer[start + i] = code;
      }
      if (i === length) {
        buffer[this.#at] = length;
        this.#at = start + length;
        return this;
      }
      const bytes = fromUtf8(value);
      return this.varint32(bytes.length).raw(bytes);
    }
    const mark = this.begin();
    this.#reserve(length * 3);
    this.#at += encoder.encodeInto(value, this.#buffer.subarray(this.#at)).written;
    return this.end(mark);
  }

  /** An embedded message, written by `body`; written even when empty. */
  message(field: number, body: (writer: this) => void): this {
    const mark = this.tag(field, WireType.bytes).begin();
    body(this);
    return this.end(mark);
  }

  /** Starts a length-prefixed section and returns its mark for `end`. Sections nest. */
  begin(): number {
    this.#reserve(1);
    return ++this.#at;
  }

  /** Ends the section: puts its length in front. Cost: a section over 127 bytes is moved once. */
  end(mark: number): this {
    const size = this.#at - mark;
    if (size < 128) {
      this.#buffer[mark - 1] = size;
      return this;
    }
    const extra = size < 0x4000 ? 1 : size < 0x200000 ? 2 : size < 0x10000000 ? 3 : 4;
    this.#reserve(extra);
    const buffer = this.#buffer;
    buffer.copyWithin(mark + extra, mark, this.#at);
    const end = this.#at + extra;
    this.#at = mark - 1;
    this.varint32(size);
    this.#at = end;
    return this;
  }
}
