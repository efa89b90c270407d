// SPDX-License-Identifier: Apache-2.0
import { MAX_JSON_VALUES } from "@sotto/codec";
import { ArgumentError } from "./argumentError.ts";

// The rules and texts of Go's encoding/json (scanner.go, decode.go, stream.go), as CometBFT's RPC
// shows them to clients. Text is one character a byte (latin1), so that offsets and characters in
// errors are offsets and values of bytes. A value stays text until it is needed: no objects are
// made of nested input.

const MAX_DEPTH = 10_000;
/** Characters of the input that an error repeats. Go repeats the whole input. */
const MOST_SHOWN = 1_024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const PLAIN = /[ !#-[\]-\u00ff]*/y;
const ASCII = /^[^\\\u0080-\u00ff]*$/;
const WORDS: Readonly<Record<string, string>> = { t: "true", f: "false", n: "null" };

/** The part of the input that an error repeats. */
export const shown = (text: string): string => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text);

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isHexDigit = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** Bytes as text; invalid UTF-8 becomes U+FFFD. */
export const utf8Of = (text: string): string => Buffer.from(text, "latin1").toString("utf8");

const unit = (code: number): string => `\\x${code.toString(16).padStart(2, "0")}`;
const NAMED: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\u000b": "\\v",
  "\\": "\\\\",
};

const isPrinted = (code: number): boolean => (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code !== 0xad);

/** A byte in single quotes. */
function quoteByte(byte: string): string {
  if (byte === "'") return "'\\''";
  const code = byte.charCodeAt(0);
  const other = code >= 0x80 ? `\\u00${code.toString(16)}` : unit(code);
  return `'${NAMED[byte] ?? (isPrinted(code) ? byte : other)}'`;
}

/** Bytes in double quotes (strconv.Quote), as far as they are shown. */
export function quoteBytes(all: string): string {
  const text = shown(all);
  let out = "";
  for (const char of utf8Of(text)) {
    if (char === "\ufffd") return `"${[...text].map(quoteLatin).join("")}"`;
    const code = char.codePointAt(0) as number;
    const isShown = code >= 0x20 && code !== 0x7f && !(code >= 0x80 && /[\p{C}\p{Z}]/u.test(char));
    const wide =
      code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
    out += char === '"' ? '\\"' : (NAMED[char] ?? (isShown ? char : code < 0x80 ? unit(code) : wide));
  }
  return `"${out}"`;
}

const quoteLatin = (byte: string): string => {
  const code = byte.charCodeAt(0);
  if (byte === '"') return '\\"';
  return NAMED[byte] ?? (code >= 0x20 && code < 0x7f ? byte : unit(code));
};

/**
 * Reads values one after the other. `isStream`: a text that ends too early is the end of a stream
 * (json.Decoder).
 */
class Scanner {
  readonly text: string;
  at: number;
  readonly #isStream: boolean;
  #values = 0;

  constructor(text: string, isStream = false, at = 0) {
    this.text = text;
    this.#isStream = isStream;
    this.at = at;
  }

  #code(): number {
    return this.text.charCodeAt(this.at);
  }

  /** The next byte that is not a space; "" at the end. */
  peek(): string {
    while (isSpace(this.#code())) this.at++;
    return this.text.charAt(this.at);
  }

  /** `isOpen`: a space could stand here as well, so that only the end is missing. */
  fault(why: string, isOpen = true): ArgumentError {
    const char = this.text.charAt(this.at);
    if (char !== "") return new ArgumentError(`invalid character ${quoteByte(char)} ${why}`);
    if (this.#isStream) return new ArgumentError(this.text.trim() === "" ? "EOF" : "unexpected EOF");
    return new ArgumentError(isOpen ? "unexpected end of JSON input" : `invalid character ' ' ${why}`);
  }

  string(): void {
    // Ordinary characters of long strings are skipped at once; with many escapes this would cost
    // more.
    PLAIN.lastIndex = this.at + 1;
    PLAIN.test(this.text);
    for (this.at = PLAIN.lastIndex; ; this.at++) {
      const code = this.#code();
      if (code === QUOTE) break;
      if (code === BACKSLASH) this.#escape();
      else if (!(code >= 0x20)) throw this.fault("in string literal");
    }
    this.at++;
  }

  /** To the last character of an escape. */
  #escape(): void {
    const kind = this.text.charAt(++this.at);
    if (kind === "" || !'"\\/bfnrtu'.includes(kind)) throw this.fault("in string escape code", false);
    for (let i = 0; kind === "u" && i < 4; i++) {
      this.at++;
      if (!isHexDigit(this.#code())) throw this.fault("in \\u hexadecimal character escape", false);
    }
  }

  #digits(why: string): void {
    if (!isDigit(this.#code())) throw this.fault(why, false);
    while (isDigit(this.#code())) this.at++;
  }

  #takes(chars: string): boolean {
    const char = this.text.charAt(this.at);
    const isOne = char !== "" && chars.includes(char);
    if (isOne) this.at++;
    return isOne;
  }

  #number(): void {
    this.#takes("-");
    if (!this.#takes("0")) this.#digits("in numeric literal");
    if (this.#takes(".")) this.#digits("after decimal point in numeric literal");
    if (this.#takes("eE")) {
      this.#takes("+-");
      this.#digits("in exponent of numeric literal");
    }
  }

  #scalar(char: string): void {
    const word = WORDS[char];
    if (char === '"') this.string();
    else if (word !== undefined) {
      for (const wanted of word) {
        if (this.text.charAt(this.at) !== wanted) {
          throw this.fault(`in literal ${word} (expecting '${wanted}')`, false);
        }
        this.at++;
      }
    } else if (char === "-" || isDigit(this.#code())) this.#number();
    else throw this.fault("looking for beginning of value");
  }

  key(): void {
    if (this.peek() !== '"') throw this.fault("looking for beginning of object key string");
    this.string();
    if (this.peek() !== ":") throw this.fault("after object key");
    this.at++;
  }

  /** Moves past a value; returns its start. */
  value(): number {
    const open: string[] = [];
    const first = this.peek();
    const start = this.at;
    for (let char = first; ; char = this.peek()) {
      if (++this.#values > MAX_JSON_VALUES) throw new ArgumentError(`over ${MAX_JSON_VALUES} values`);
      if (char === "{" || char === "[") {
        if (open.length >= MAX_DEPTH) throw this.fault("exceeded max depth");
        const close = char === "{" ? "}" : "]";
        this.at++;
        if (this.peek() !== close) {
          open.push(close);
          if (close === "}") this.key();
          continue;
        }
        this.at++;
      } else this.#scalar(char);
      if (!this.#goesOn(open)) return start;
    }
  }

  /**
   * Reads the bytes after a value and closes ended containers; false when the outermost has ended.
   */
  #goesOn(open: string[]): boolean {
    for (let close = open.at(-1); close !== undefined; close = open.at(-1)) {
      const char = this.peek();
      if (char === ",") {
        this.at++;
        if (close === "}") this.key();
        return true;
      }
      if (char !== close) throw this.fault(close === "}" ? "after object key:value pair" : "after array element");
      this.at++;
      open.pop();
    }
    return false;
  }
}

/** The single value of a text. Throws ArgumentError with Go's text. */
export function oneValue(text: string): string {
  const scanner = new Scanner(text);
  const start = scanner.value();
  const end = scanner.at;
  if (scanner.peek() !== "") throw scanner.fault("after top-level value");
  return text.slice(start, end);
}

/**
 * The first value of a text; later bytes are ignored. Throws ArgumentError with Go's text.
 */
export function firstValue(text: string): string {
  const scanner = new Scanner(text, true);
  return text.slice(scanner.value(), scanner.at);
}

/** The elements of a list that is known to be one. */
export function elementsOf(list: string): string[] {
  const scanner = new Scanner(list, false, 1);
  const out: string[] = [];
  while (scanner.peek() !== "]") {
    out.push(list.slice(scanner.value(), scanner.at));
    if (scanner.peek() === ",") scanner.at++;
  }
  return out;
}

/** The members of an object that is known to be one, in order; a name may come more than once. */
export function* membersOf(object: string): Generator<readonly [name: string, value: string]> {
  const scanner = new Scanner(object, false, 1);
  while (scanner.peek() !== "}") {
    const from = scanner.at;
    scanner.string();
    const name = stringOf(object.slice(from, scanner.at));
    scanner.peek();
    scanner.at++;
    yield [name, object.slice(scanner.value(), scanner.at)];
    if (scanner.peek() === ",") scanner.at++;
  }
}

/** The text of a string that is known to be one. */
export function stringOf(value: string): string {
  const raw = value.slice(1, -1);
  if (ASCII.test(raw)) return raw;
  const inner = utf8Of(raw);
  // Through bytes, lone surrogates become U+FFFD.
  return inner.includes("\\") ? Buffer.from(JSON.parse(`"${inner}"`) as string).toString() : inner;
}

/** Go's word for the type of a value. */
export function kindOf(value: string): "object" | "array" | "string" | "bool" | "null" | "number" {
  switch (value.charAt(0)) {
    case "{":
      return "object";
    case "[":
      return "array";
    case '"':
      return "string";
    case "n":
      return "null";
    case "t":
    case "f":
      return "bool";
    default:
      return "number";
  }
}

/** A value that does not fit a type. */
export const misfit = (value: string, type: string): ArgumentError =>
  new ArgumentError(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`);

/**
 * Base64 with padding; bits after the end are ignored, and line breaks are skipped
 * (encoding/base64 StdEncoding).
 */
export function goBase64(text: string): Uint8Array {
  if (text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.from(text, "base64");
  const wrong = (at: number): ArgumentError => new ArgumentError(`illegal base64 data at input byte ${at}`);
  const found = text.search(/[^A-Za-z0-9+/\r\n]/);
  const end = found < 0 ? text.length : found;
  const digits = text.slice(0, end).replace(/[\r\n]/g, "");
  const bytes = Buffer.from(digits, "base64");
  const rest = digits.length % 4;
  if (found < 0) {
    if (rest > 0) throw wrong(end - rest);
    return bytes;
  }
  if (text.charAt(end) !== "=" || rest < 2) throw wrong(end);
  const skip = (from: number): number => from + (/^[\r\n]*/.exec(text.slice(from))?.[0].length ?? 0);
  let at = end + 1;
  if (rest === 2) {
    at = skip(at);
    if (at === text.length) throw wrong(at);
    if (text.charAt(at) !== "=") throw wrong(at - 1);
    at++;
  }
  at = skip(at);
  if (at < text.length) throw wrong(at);
  return bytes;
}

/** Hex in either case (encoding/hex). */
export function goHex(text: string): Uint8Array {
  const bad = /[^0-9a-fA-F]/.exec(text)?.[0];
  if (bad !== undefined) {
    const code = bad.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const char = isPrinted(bad.charCodeAt(0)) ? ` '${bad}'` : "";
    throw new ArgumentError(`encoding/hex: invalid byte: U+${code}${char}`);
  }
  if (text.length % 2 === 1) throw new ArgumentError("encoding/hex: odd length hex string");
  return Buffer.from(text, "hex");
}
