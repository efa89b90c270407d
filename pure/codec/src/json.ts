// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { CodecError } from "./errors.ts";
import { MAX_JSON_VALUES } from "./jsonCount.ts";
import { FEW_PIECES, TextBuilder } from "./textBuilder.ts";

/** A JSON number that is not an integer, or has an exponent or is `-0`: stored as its text. */
export class JsonDecimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON object: keys in the order of the text. */
export type JsonObject = Map<string, Json>;

/**
 * A JSON value. Integers within 2^53 - 1 are `number`, larger ones `bigint` (exact), other numbers
 * JsonDecimal. Objects are Maps, so that keys like "10" keep their place and "__proto__" is only a
 * key.
 */
export type Json =
  | null
  | boolean
  | string
  | number
  | bigint
  | JsonDecimal
  | readonly Json[]
  | ReadonlyMap<string, Json>;

/** Limits and options of a JSON reader; every limit has a default. */
export interface JsonLimits {
  /** How deep arrays and objects may nest. Default 127, as serde_json; at most 1000. */
  readonly maxDepth?: number;
  /** Most bytes (or UTF-16 units of text) that are read at all. Default 16 MiB. */
  readonly maxLength?: number;
  /** Most values, keys not counted. Default MAX_JSON_VALUES. Reading stops where it is passed. */
  readonly maxValues?: number;
  /**
   * The effect of a second entry of a key: "reject" as in a serde struct (default), "last" replaces
   * the first in its place, as in serde_json's Value and Go's maps.
   */
  readonly duplicates?: "reject" | "last";
}

const DEFAULT_DEPTH = 127;
const DEPTH_CAP = 1000;
const DEFAULT_LENGTH = 16 * 1024 * 1024;
/** Digits that always fit a safe integer. */
const SAFE_DIGITS = 15;
/** Limit of one number's text: turning decimal text into a bigint costs more than linear. */
const MAX_NUMBER_LENGTH = 400;

/**
 * Reads one JSON document (RFC 8259, strict): no comments, no trailing commas, no byte order mark,
 * valid UTF-8, no lone surrogates in escapes. Other text throws ChainError of CodecError.json or
 * CodecError.jsonLimit. Cost: linear.
 */
export function parseJson(input: Uint8Array | string, limits: JsonLimits = {}): Json {
  const maxLength = limits.maxLength ?? DEFAULT_LENGTH;
  if (input.length > maxLength) throw CodecError.jsonLimit(`${input.length} is over ${maxLength}`);
  const text = typeof input === "string" ? input : toUtf8(input);
  if (text === undefined) throw CodecError.json("not UTF-8");
  const depth = Math.min(limits.maxDepth ?? DEFAULT_DEPTH, DEPTH_CAP);
  return new JsonReader(text, depth, limits).document();
}

class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #last: boolean;
  readonly #maxValues: number;
  #at = 0;
  #values = 0;

  constructor(text: string, maxDepth: number, { duplicates, maxValues = MAX_JSON_VALUES }: JsonLimits) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
    this.#last = duplicates === "last";
  }

  document(): Json {
    const value = this.#value(this.#maxDepth);
    this.#space();
    if (this.#at < this.#text.length) throw this.#wrong("text after the document");
    return value;
  }

  #wrong(what: string): Error {
    return CodecError.json(`${what} at offset ${this.#at}`);
  }

  #space(): void {
    const text = this.#text;
    for (let code = text.charCodeAt(this.#at); ; code = text.charCodeAt(++this.#at)) {
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Recursion is bounded by `left`, the depth that may still be entered. */
  #value(left: number): Json {
    if (++this.#values > this.#maxValues) throw CodecError.jsonLimit(`over ${this.#maxValues} values`);
    this.#space();
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#object(left - 1);
      case 0x5b:
        return this.#array(left - 1);
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number();
        throw this.#wrong(Number.isNaN(code) ? "unexpected end" : "unexpected character");
    }
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#wrong("unexpected word");
    this.#at += word.length;
    return value;
  }

  #enter(left: number): void {
    if (left < 0) throw CodecError.jsonLimit(`nested deeper than ${this.#maxDepth}`);
    this.#at++;
    this.#space();
  }

  #array(left: number): Json[] {
    this.#enter(left);
    const out: Json[] = [];
    if (this.#text.charCodeAt(this.#at) === 0x5d) {
      this.#at++;
      return out;
    }
    for (;;) {
      out.push(this.#value(left));
      this.#space();
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x2c && code !== 0x5d) throw this.#wrong("expected , or ]");
      this.#at++;
      if (code === 0x5d) return out;
    }
  }

  #object(left: number): JsonObject {
    this.#enter(left);
    const out = new Map<string, Json>();
    if (this.#text.charCodeAt(this.#at) === 0x7d) {
      this.#at++;
      return out;
    }
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== 0x22) throw this.#wrong("expected a key");
      const key = this.#string();
      if (!this.#last && out.has(key)) throw this.#wrong("duplicate key");
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== 0x3a) throw this.#wrong("expected :");
      this.#at++;
      out.set(key, this.#value(left));
      this.#space();
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x2c && code !== 0x7d) throw this.#wrong("expected , or }");
      this.#at++;
      if (code === 0x7d) return out;
      this.#space();
    }
  }

  #digits(): number {
    const start = this.#at;
    for (let code = this.#text.charCodeAt(start); code >= 0x30 && code <= 0x39; )
      code = this.#text.charCodeAt(++this.#at);
    if (this.#at === start) throw this.#wrong("expected a digit");
    return this.#at - start;
  }

  #number(): Json {
    const text = this.#text;
    const start = this.#at;
    const negative = text.charCodeAt(start) === 0x2d;
    if (negative) this.#at++;
    const first = text.charCodeAt(this.#at);
    const digits = this.#digits();
    if (first === 0x30 && digits > 1) throw this.#wrong("leading zero");
    let integer = !(negative && first === 0x30);
    let code = text.charCodeAt(this.#at);
    if (code === 0x2e) {
      integer = false;
      this.#at++;
      this.#digits();
      code = text.charCodeAt(this.#at);
    }
    if (code === 0x65 || code === 0x45) {
      integer = false;
      const sign = text.charCodeAt(++this.#at);
      if (sign === 0x2b || sign === 0x2d) this.#at++;
      this.#digits();
    }
    if (this.#at - start > MAX_NUMBER_LENGTH)
      throw CodecError.jsonLimit(`a number of over ${MAX_NUMBER_LENGTH} characters`);
    const raw = text.slice(start, this.#at);
    if (!integer) return new JsonDecimal(raw);
    if (digits <= SAFE_DIGITS) return Number(raw);
    const exact = BigInt(raw);
    const near = Number(exact);
    return Number.isSafeInteger(near) ? near : exact;
  }

  #string(): string {
    const text = this.#text;
    const start = ++this.#at;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === 0x5c) break;
      this.#at = at;
      if (code < 0x20) throw this.#wrong("control character in a string");
      if (Number.isNaN(code)) throw this.#wrong("string without end");
      at++;
    }
    return this.#escaped(start, at);
  }

  #escaped(start: number, firstEscape: number): string {
    const text = this.#text;
    let out = text.slice(start, firstEscape);
    let many: TextBuilder | undefined;
    let at = firstEscape;
    for (let count = 0; ; count++) {
      const code = text.charCodeAt(at);
      this.#at = at;
      if (code === 0x22) {
        this.#at = at + 1;
        return many === undefined ? out : out + many.text();
      }
      const piece = code === 0x5c ? this.#escape() : this.#plain();
      at = this.#at;
      if (count < FEW_PIECES) out += piece;
      else {
        many ??= new TextBuilder();
        many.add(piece);
      }
    }
  }

  /** The characters before the next escape or the end of a string. */
  #plain(): string {
    const text = this.#text;
    const from = this.#at;
    for (let code = text.charCodeAt(from); code !== 0x22 && code !== 0x5c; code = text.charCodeAt(++this.#at)) {
      if (code < 0x20) throw this.#wrong("control character in a string");
      if (Number.isNaN(code)) throw this.#wrong("string without end");
    }
    return text.slice(from, this.#at);
  }

  #escape(): string {
    const code = this.#text.charCodeAt(this.#at + 1);
    this.#at += 2;
    switch (code) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        return String.fromCharCode(code);
      case 0x62:
        return "\b";
      case 0x66:
        return "\f";
      case 0x6e:
        return "\n";
      case 0x72:
        return "\r";
      case 0x74:
        return "\t";
      case 0x75:
        return this.#unicode();
      default:
        throw this.#wrong("unknown escape");
    }
  }

  #unicode(): string {
    const unit = this.#hex4();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit > 0xdbff || !this.#text.startsWith("\\u", this.#at)) throw this.#wrong("lone surrogate");
    this.#at += 2;
    const low = this.#hex4();
    if (low < 0xdc00 || low > 0xdfff) throw this.#wrong("lone surrogate");
    return String.fromCharCode(unit, low);
  }

  #hex4(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const code = this.#text.charCodeAt(this.#at + i);
      let digit = -1;
      if (code >= 0x30 && code <= 0x39) digit = code - 0x30;
      else if (code >= 0x61 && code <= 0x66) digit = code - 0x57;
      else if (code >= 0x41 && code <= 0x46) digit = code - 0x37;
      if (digit < 0) throw this.#wrong("expected four hex digits");
      value = value * 16 + digit;
    }
    this.#at += 4;
    return value;
  }
}
