// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "@sotto/errors";
import { CodecError } from "../errors.ts";
import { type Json, type JsonLimits, parseJson } from "../json.ts";
import type { JsonSource } from "./source.ts";

/** Bytes of one read. */
const WINDOW = 256 * 1024;
/** Longest key of an object whose values are read one by one. */
const MAX_KEY = 4096;

const Code = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  openArray: 0x5b,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;
const END = -1;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const opens = (code: number): boolean => code === Code.openArray || code === Code.openObject;
const closes = (code: number): boolean => code === Code.closeArray || code === Code.closeObject;

/** Begin and end of a value in a source. */
export interface JsonExtent {
  readonly start: number;
  readonly end: number;
}

/**
 * Scans a source with one window of it in memory. Finds the ends of values; only `parseAt` checks
 * that they are JSON.
 */
class JsonScanner {
  readonly #source: JsonSource;
  readonly #end: number;
  #window: Uint8Array = new Uint8Array(0);
  /** Position of the window's first byte. */
  #base: number;
  #at = 0;

  constructor(source: JsonSource, { start, end }: JsonExtent) {
    this.#source = source;
    this.#base = start;
    this.#end = end;
  }

  get position(): number {
    return this.#base + this.#at;
  }

  fault(what: string): ChainError {
    return CodecError.json(`${what} at byte ${this.position}`);
  }

  /** The byte at the position; END after the last one. */
  peek(): number {
    if (this.#at < this.#window.length) return this.#window[this.#at] as number;
    this.#base += this.#at;
    this.#at = 0;
    this.#window = this.#source.read(this.#base, Math.min(this.#base + WINDOW, this.#end));
    return this.#window[0] ?? END;
  }

  next(): void {
    this.#at++;
  }

  space(): void {
    while (isSpace(this.peek())) this.next();
  }

  /** Skips white space and one required byte. */
  expect(code: number, what: string): void {
    this.space();
    if (this.peek() !== code) throw this.fault(what);
    this.next();
  }

  /** Moves within the window to the next quote or backslash, or to its end. Cost: 1 ns a byte. */
  #plain(): void {
    const window = this.#window;
    let at = this.#at;
    for (; at < window.length; at++) {
      const code = window[at];
      if (code === Code.quote || code === Code.backslash) break;
    }
    this.#at = at;
  }

  #string(): void {
    this.next();
    for (;;) {
      this.#plain();
      const code = this.peek();
      if (code === Code.quote) break;
      if (code === END) throw this.fault("string without end");
      this.next();
      if (code !== Code.backslash) continue;
      if (this.peek() === END) throw this.fault("string without end");
      this.next();
    }
    this.next();
  }

  /** Skips a value of any length. */
  skip(): JsonExtent {
    this.space();
    const start = this.position;
    let depth = 0;
    do {
      const code = this.peek();
      if (code === END) throw this.fault("unexpected end");
      if (code === Code.quote) this.#string();
      else {
        if (opens(code)) depth++;
        else if (closes(code)) depth--;
        else if (depth === 0) {
          this.#word();
          break;
        }
        this.next();
      }
    } while (depth > 0);
    if (depth < 0) throw this.fault("unexpected character");
    return { start, end: this.position };
  }

  /** Skips a number, `true`, `false` or `null`. */
  #word(): void {
    const start = this.position;
    for (let code = this.peek(); code !== END && code !== Code.comma && !closes(code) && !isSpace(code); ) {
      this.next();
      code = this.peek();
    }
    if (this.position === start) throw this.fault("unexpected character");
  }

  /** The bytes of a value that was just skipped. */
  bytes({ start, end }: JsonExtent): Uint8Array {
    if (start < this.#base) return this.#source.read(start, end);
    return this.#window.subarray(start - this.#base, end - this.#base);
  }

  /** Throws unless only white space follows. */
  finish(): void {
    this.space();
    if (this.peek() !== END) throw this.fault("text after the document");
  }
}

/**
 * The value of bytes that begin at `start` of a source. Throws CodecError.json and jsonLimit with
 * the position.
 */
function parseAt(bytes: Uint8Array, start: number, limits: JsonLimits): Json {
  try {
    return parseJson(bytes, limits);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw thrown.wrap(`in the value at byte ${start}`);
    throw thrown;
  }
}

/** The value at an extent of a source. Throws CodecError.json and jsonLimit with the position. */
export function jsonAt(source: JsonSource, extent: JsonExtent, limits: JsonLimits): Json {
  const { start, end } = extent;
  const { maxLength = Number.POSITIVE_INFINITY } = limits;
  if (end - start > maxLength) {
    throw CodecError.jsonLimit(`the value at byte ${start} has ${end - start} bytes, over ${maxLength}`);
  }
  return parseAt(source.read(start, end), start, limits);
}

/**
 * Keys of the object in a source, with the extents of their values, in the order of the text; a key
 * may be repeated. The values are not parsed: a caller reads them with `jsonAt`. Throws
 * CodecError.json with the position. Cost: one pass over the source, in a window of 256 KiB.
 */
export function* jsonMembers(source: JsonSource): Generator<readonly [key: string, value: JsonExtent]> {
  const scanner = new JsonScanner(source, source);
  scanner.expect(Code.openObject, "expected an object");
  scanner.space();
  if (scanner.peek() === Code.closeObject) scanner.next();
  else {
    for (;;) {
      scanner.space();
      if (scanner.peek() !== Code.quote) throw scanner.fault("expected a key");
      // A key is a JSON string, under the same strict rules as values.
      const key = jsonAt(source, scanner.skip(), { maxLength: MAX_KEY }) as string;
      scanner.expect(Code.colon, "expected :");
      yield [key, scanner.skip()];
      scanner.space();
      const code = scanner.peek();
      if (code !== Code.comma && code !== Code.closeObject) throw scanner.fault("expected , or }");
      scanner.next();
      if (code === Code.closeObject) break;
    }
  }
  scanner.finish();
}

/** An element of an array, and the position of its first byte. */
export interface JsonElement {
  readonly value: Json;
  readonly start: number;
}

/**
 * Elements of the array at a position of a source, one after the other. Throws CodecError.json and
 * jsonLimit with the position, and for an element of more than `limits.maxLength` bytes. Cost:
 * linear; a window of 256 KiB and one element are in memory.
 */
export function* jsonElements(source: JsonSource, extent: JsonExtent, limits: JsonLimits): Generator<JsonElement> {
  const scanner = new JsonScanner(source, extent);
  scanner.expect(Code.openArray, "expected an array");
  scanner.space();
  if (scanner.peek() === Code.closeArray) scanner.next();
  else {
    for (;;) {
      const { start, end } = scanner.skip();
      const { maxLength = Number.POSITIVE_INFINITY } = limits;
      if (end - start > maxLength) {
        throw CodecError.jsonLimit(`the element at byte ${start} has ${end - start} bytes, over ${maxLength}`);
      }
      yield { value: parseAt(scanner.bytes({ start, end }), start, limits), start };
      scanner.space();
      const code = scanner.peek();
      if (code !== Code.comma && code !== Code.closeArray) throw scanner.fault("expected , or ]");
      scanner.next();
      if (code === Code.closeArray) break;
    }
  }
  scanner.finish();
}
