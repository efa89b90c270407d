// SPDX-License-Identifier: Apache-2.0
import { alloc } from "./alloc.ts";

const HEX = "0123456789abcdef";
const B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const B64_VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) B64_VALUE[B64.charCodeAt(i)] = i;

const SHORT_TEXT = 32;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type Slice = (this: Uint8Array) => string;

/**
 * A method of Node's Buffer that makes text of any byte array, where there is one and it does.
 * Cost: 50 ns; the same in JavaScript takes two to ten times as long for 32 bytes.
 */
function nodeSlice(name: string, of255: string): Slice | undefined {
  const { Buffer: found } = globalThis as {
    readonly Buffer?: { readonly prototype: Readonly<Record<string, unknown>> };
  };
  const slice = found?.prototype[name];
  if (typeof slice !== "function") return undefined;
  try {
    return slice.call(Uint8Array.of(255)) === of255 ? (slice as Slice) : undefined;
  } catch {
    return undefined; // A Buffer that takes its own kind only.
  }
}

const hexSlice = nodeSlice("hexSlice", "ff");
const base64Slice = nodeSlice("base64Slice", "/w==");
const latin1Slice = nodeSlice("latin1Slice", "\u00ff");

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  if (hexSlice !== undefined) return hexSlice.call(bytes);
  let out = "";
  for (const byte of bytes) out += (HEX[byte >> 4] as string) + (HEX[byte & 15] as string);
  return out;
}

const nibble = (code: number): number =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 97 && code <= 102
      ? code - 87
      : code >= 65 && code <= 70
        ? code - 55
        : -1;

/** Bytes of hex text of either case; undefined when the length is odd or a character is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const out = alloc(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = nibble(text.charCodeAt(2 * i));
    const low = nibble(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    out[i] = high * 16 + low;
  }
  return out;
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  if (base64Slice !== undefined) return base64Slice.call(bytes);
  let out = "";
  let i = 0;
  const character = (n: number, shift: number): string => B64[(n >> shift) & 63] as string;
  for (; i + 2 < bytes.length; i += 3) {
    const n = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    out += character(n, 18) + character(n, 12) + character(n, 6) + character(n, 0);
  }
  const left = bytes.length - i;
  if (left === 0) return out;
  const n = ((bytes[i] as number) << 16) | ((left === 2 ? (bytes[i + 1] as number) : 0) << 8);
  return `${out}${character(n, 18)}${character(n, 12)}${left === 2 ? character(n, 6) : "="}=`;
}

/**
 * Bytes of standard padded base64; undefined for other text, including set padding bits (as Rust's
 * base64 crate).
 */
export function fromBase64(text: string): Uint8Array | undefined {
  const n = text.length;
  if (n % 4 !== 0) return undefined;
  if (n === 0) return new Uint8Array(0);
  const pad = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const out = alloc((n / 4) * 3 - pad);
  const whole = pad === 0 ? n : n - 4;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const bits =
      (sextet(text, i) << 18) | (sextet(text, i + 1) << 12) | (sextet(text, i + 2) << 6) | sextet(text, i + 3);
    if (bits < 0) return undefined;
    out[at] = bits >> 16;
    out[at + 1] = bits >> 8;
    out[at + 2] = bits;
    at += 3;
  }
  if (pad === 0) return out;
  const bits = (sextet(text, whole) << 12) | (sextet(text, whole + 1) << 6) | (pad === 1 ? sextet(text, whole + 2) : 0);
  out[at] = bits >> 10;
  if (pad === 1) out[at + 1] = bits >> 2;
  const loose = pad === 1 ? 3 : 0x3ff;
  return bits < 0 || (bits & loose) !== 0 ? undefined : out;
}

/**
 * Every text of whole quartets that `fromBase64` takes: the last character before the padding has
 * no bit to spare.
 */
const WHOLE_B64 = /^[A-Za-z0-9+/]*(?:[AQgw]==|[A-Za-z0-9+/][AEIMQUYcgkosw048]=)?$/;

/** Whether `fromBase64` has bytes for a text. Cost: a third of making them. */
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && WHOLE_B64.test(text);

/** The six bits of a character of base64; -1 for any other. */
function sextet(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (B64_VALUE[code] as number) : -1;
}

/** UTF-8 bytes of a string. Lone surrogates become U+FFFD. */
export function fromUtf8(text: string): Uint8Array {
  const out = alloc(text.length);
  // Cost: for shorter ASCII text a loop beats the call. `encode` makes a new array, which costs
  // more than either.
  if (text.length > SHORT_TEXT) {
    const { read } = encoder.encodeInto(text, out);
    return read === text.length ? out : encoder.encode(text);
  }
  for (let i = 0; i < out.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encode(text);
    out[i] = code;
  }
  return out;
}

/**
 * Text of UTF-8 bytes; undefined when they are not valid UTF-8. A leading byte order mark stays in
 * the text.
 */
export function toUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    // TextDecoder has no other way to say no.
    return undefined;
  }
}

/** A string of one UTF-16 unit per byte: a cheap exact map key. */
export function toLatin1(bytes: Uint8Array): string {
  if (latin1Slice !== undefined) return latin1Slice.call(bytes);
  // `apply` reads the array in place; spreading it walks an iterator and costs five times as much.
  if (bytes.length <= 4096) return Reflect.apply(String.fromCharCode, undefined, bytes);
  let out = "";
  for (let i = 0; i < bytes.length; i += 4096) {
    out += Reflect.apply(String.fromCharCode, undefined, bytes.subarray(i, i + 4096));
  }
  return out;
}

/** Inverse of toLatin1; only the low byte of each unit is taken. */
export function fromLatin1(text: string): Uint8Array {
  const out = alloc(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}
