// SPDX-License-Identifier: Apache-2.0
import { copyBytes, fromUtf8, toUtf8 } from "@sotto/bytes";
import { BoundaryError } from "./errors.ts";

/**
 * Hot messages of the boundary as tables: one declaration gives the type, the writer and the
 * reader. The bytes are protobuf (proto3, fields in number order, defaults left out), pinned to
 * `proto/sotto/enclave/v1/enclave.proto` by a test. Written by hand because a call crosses the
 * boundary about twenty times and a generated codec costs 3-10 us a message.
 */

/**
 * Most bytes of one frame: a block of 21 MiB of transactions with its header and commit
 * (spec/boundary.md 2.3). Both sides of every transport write frames with `encode` and read them
 * with `decodeRange`, which refuse longer ones.
 */
export const MAX_FRAME = 32 * 1024 * 1024;

class Writer {
  bytes = new Uint8Array(1024);
  length = 0;

  reserve(n: number): void {
    if (this.length + n <= this.bytes.length) return;
    const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + n));
    bigger.set(this.bytes.subarray(0, this.length));
    this.bytes = bigger;
  }

  /** A varint of a safe non-negative integer. */
  varint(value: number): void {
    this.reserve(8);
    while (value >= 128) {
      this.bytes[this.length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.bytes[this.length++] = value;
  }

  block(value: Uint8Array): void {
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Length-delimits what `body` writes: written in place, then moved by the size of its length. */
  delimit(body: () => void): void {
    const start = this.length;
    body();
    const length = this.length - start;
    const shift = length < 128 ? 1 : length < 16384 ? 2 : length < 2097152 ? 3 : length < 268435456 ? 4 : 5;
    this.reserve(shift);
    this.bytes.copyWithin(start + shift, start, this.length);
    this.length = start;
    this.varint(length);
    this.length += length;
  }
}

/** One buffer for all frames: encoding is synchronous and never re-enters from outside. */
const shared = new Writer();
/** After a larger frame the buffer is freed. */
const KEEP = 1 << 22;

class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    // slice() of a Buffer is a view: the sender could change decoded data.
    this.bytes = bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes);
    this.at = at;
    this.end = end;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      if (this.at >= this.end) throw BoundaryError.malformedFrame();
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw BoundaryError.malformedFrame();
  }

  /** The bounds of a length-delimited field; moves past it. */
  block(): number {
    const length = this.varint();
    const start = this.at;
    if (length > this.end - start) throw BoundaryError.malformedFrame();
    this.at = start + length;
    return start;
  }
}

/** The declaration of a field in the .proto, which the pinning test compares. */
export interface FieldShape {
  readonly label: "singular" | "optional" | "repeated";
  /** A scalar of proto3, or the shapes of an embedded message. */
  readonly type: "uint64" | "bool" | "bytes" | "string" | Shapes;
}
export interface Shapes {
  readonly [field: string]: FieldShape & { readonly number: number };
}

interface Kind<T> {
  readonly number: number;
  readonly wire: 0 | 2;
  readonly shape: FieldShape;
  readonly initial: () => T;
  write(writer: Writer, tag: number, value: T): void;
  /** The field's new value after one more occurrence. */
  read(reader: Reader, before: T): T;
}

const EMPTY = new Uint8Array(0);

/** A safe non-negative integer. */
export const integer = (number: number): Kind<number> => ({
  number,
  wire: 0,
  shape: { label: "singular", type: "uint64" },
  initial: () => 0,
  write(writer, tag, value) {
    if (value === 0) return;
    if (!Number.isSafeInteger(value) || value < 0) throw BoundaryError.malformedFrame();
    writer.varint(tag);
    writer.varint(value);
  },
  read: (reader) => reader.varint(),
});

/** A safe non-negative integer that may be absent. */
export const optionalInteger = (number: number): Kind<number | undefined> => ({
  number,
  wire: 0,
  shape: { label: "optional", type: "uint64" },
  initial: () => undefined,
  write(writer, tag, value) {
    if (value === undefined) return;
    if (!Number.isSafeInteger(value) || value < 0) throw BoundaryError.malformedFrame();
    writer.varint(tag);
    writer.varint(value);
  },
  read: (reader) => reader.varint(),
});

export const flag = (number: number): Kind<boolean> => ({
  number,
  wire: 0,
  shape: { label: "singular", type: "bool" },
  initial: () => false,
  write(writer, tag, value) {
    if (!value) return;
    writer.varint(tag);
    writer.varint(1);
  },
  read: (reader) => reader.varint() !== 0,
});

/** Bytes, copied out of the frame. */
export const bytes = (number: number): Kind<Uint8Array> => ({
  number,
  wire: 2,
  shape: { label: "singular", type: "bytes" },
  initial: () => EMPTY,
  write(writer, tag, value) {
    if (value.length === 0) return;
    writer.varint(tag);
    writer.block(value);
  },
  read(reader) {
    const start = reader.block();
    return copyBytes(reader.bytes, start, reader.at);
  },
});

/** Bytes that may be absent: an empty string is present. */
export const optionalBytes = (number: number): Kind<Uint8Array | undefined> => ({
  number,
  wire: 2,
  shape: { label: "optional", type: "bytes" },
  initial: () => undefined,
  write(writer, tag, value) {
    if (value === undefined) return;
    writer.varint(tag);
    writer.block(value);
  },
  read(reader) {
    const start = reader.block();
    return copyBytes(reader.bytes, start, reader.at);
  },
});

export const text = (number: number): Kind<string> => ({
  number,
  wire: 2,
  shape: { label: "singular", type: "string" },
  initial: () => "",
  write(writer, tag, value) {
    if (value === "") return;
    writer.varint(tag);
    writer.block(fromUtf8(value));
  },
  read(reader) {
    const start = reader.block();
    const value = toUtf8(reader.bytes.subarray(start, reader.at));
    if (value === undefined) throw BoundaryError.malformedFrame();
    return value;
  },
});

export const byteList = (number: number): Kind<readonly Uint8Array[]> => ({
  number,
  wire: 2,
  shape: { label: "repeated", type: "bytes" },
  initial: () => [],
  write(writer, tag, values) {
    for (const value of values) {
      writer.varint(tag);
      writer.block(value);
    }
  },
  read(reader, before) {
    const start = reader.block();
    (before as Uint8Array[]).push(copyBytes(reader.bytes, start, reader.at));
    return before;
  },
});

export const list = <T>(number: number, of: Frame<T>): Kind<readonly T[]> => ({
  number,
  wire: 2,
  shape: { label: "repeated", type: of.shapes },
  initial: () => [],
  write(writer, tag, values) {
    for (const value of values) {
      writer.varint(tag);
      writer.delimit(() => of.writeInto(writer, value));
    }
  },
  read(reader, before) {
    const start = reader.block();
    (before as T[]).push(of.decodeRange(reader.bytes, start, reader.at));
    return before;
  },
});

/** An embedded message that may be absent. */
export const optional = <T>(number: number, of: Frame<T>): Kind<T | undefined> => ({
  number,
  wire: 2,
  shape: { label: "singular", type: of.shapes },
  initial: () => undefined,
  write(writer, tag, value) {
    if (value === undefined) return;
    writer.varint(tag);
    writer.delimit(() => of.writeInto(writer, value));
  },
  read(reader) {
    const start = reader.block();
    return of.decodeRange(reader.bytes, start, reader.at);
  },
});

/**
 * A field with at most `max` bytes, UTF-16 units or items: the bound on memory of the other side.
 * Both sides refuse more, a list at the first item beyond.
 */
export const atMost = <T extends { readonly length: number }>(max: number, kind: Kind<T>): Kind<T> => ({
  ...kind,
  write(writer, tag, value) {
    if (value.length > max) throw BoundaryError.malformedFrame();
    kind.write(writer, tag, value);
  },
  read(reader, before) {
    const value = kind.read(reader, before);
    if (value.length > max) throw BoundaryError.malformedFrame();
    return value;
  },
});

type ValueOf<F> = { readonly [K in keyof F]: F[K] extends Kind<infer T> ? T : never };

/** A declared message: its writer and its strict reader. */
export interface Frame<T> {
  readonly shapes: Shapes;
  /** A new buffer; a method number (below 128) stands first. Throws BoundaryError for too much. */
  encode(value: T, method?: number): Uint8Array;
  writeInto(writer: Writer, value: T): void;
  /** Throws BoundaryError unless the bytes are a well-formed frame without unknown fields. */
  decode(bytes: Uint8Array): T;
  /** The same for a part of `bytes`, which are one frame. */
  decodeRange(bytes: Uint8Array, start: number, end: number): T;
}

/** The value type of a declared frame. */
export type FrameValue<F> = F extends Frame<infer T> ? T : never;

type AnyKind = Kind<unknown>;

/** Declares a message. Field order in the table is the order of field numbers. */
export function frame<const F extends Readonly<Record<string, Pick<AnyKind, "number" | "wire" | "shape">>>>(
  fields: F,
): Frame<ValueOf<F>> {
  // The table is heterogeneous; ValueOf<F> restores each field's own type at the edges.
  const names = Object.keys(fields);
  const kinds = names.map((name) => fields[name] as unknown as AnyKind);
  const tags = kinds.map((kind) => kind.number * 8 + kind.wire);
  const byTag = new Map(tags.map((tag, i) => [tag, i]));

  const writeInto = (writer: Writer, value: ValueOf<F>): void => {
    for (let i = 0; i < names.length; i++) {
      (kinds[i] as AnyKind).write(writer, tags[i] as number, (value as Record<string, unknown>)[names[i] as string]);
    }
  };

  const encode = (value: ValueOf<F>, method?: number): Uint8Array => {
    shared.length = 0;
    if (method !== undefined) shared.varint(method);
    writeInto(shared, value);
    const { bytes, length } = shared;
    if (bytes.length > KEEP) shared.bytes = new Uint8Array(1024);
    if (length > MAX_FRAME) throw BoundaryError.malformedFrame();
    return copyBytes(bytes, 0, length);
  };

  const decodeRange = (bytes: Uint8Array, start: number, end: number): ValueOf<F> => {
    if (bytes.length > MAX_FRAME) throw BoundaryError.malformedFrame();
    const out: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) out[names[i] as string] = (kinds[i] as AnyKind).initial();
    const reader = new Reader(bytes, start, end);
    while (reader.at < end) {
      const index = byTag.get(reader.varint());
      if (index === undefined) throw BoundaryError.malformedFrame();
      const name = names[index] as string;
      out[name] = (kinds[index] as AnyKind).read(reader, out[name]);
    }
    return out as ValueOf<F>;
  };

  const shapes = Object.fromEntries(kinds.map(({ number, shape }, i) => [names[i], { number, ...shape }]));

  return {
    shapes,
    encode,
    writeInto,
    decodeRange,
    decode: (bytes) => decodeRange(bytes, 0, bytes.length),
  };
}
