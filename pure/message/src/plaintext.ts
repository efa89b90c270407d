// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, fromHex, fromLatin1, fromUtf8, readBeU64, toLatin1 } from "@sotto/bytes";
import { assert } from "@sotto/errors";

/** Length of a code hash in hex, in front of a plaintext. */
export const HASH_TEXT = 64;

const MAGIC = fromLatin1("REPLY01");
const ID_AT = MAGIC.length;
const HASH_AT = ID_AT + 8;
/** Length of one reply header: magic, BE8(id), hex of a code hash. */
export const REPLY_HEADER = HASH_AT + HASH_TEXT;

/**
 * Most headers that are read. A chain of calls is at most 100 deep, so an honest message never has
 * more; the reference reads any number.
 */
export const MAX_REPLY_HEADERS = 100;

/**
 * Asks that the answer to a call is delivered to a contract of this code hash, under this id
 * (spec/cryptography.md 6.3).
 */
export interface ReplyHeader {
  readonly id: bigint;
  /** 64 characters of hex, as they were sent. */
  readonly codeHash: string;
}

/** The content of a decrypted message. */
export interface Plaintext {
  /** The 32 bytes of the first 64 characters; hex in either case. */
  readonly codeHash: Uint8Array;
  readonly headers: readonly ReplyHeader[];
  /** The JSON text for the contract. */
  readonly message: Uint8Array;
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  // Beyond the end there is undefined, which equals no byte.
  for (let i = 0; i < MAGIC.length; i++) if (bytes[at + i] !== MAGIC[i]) return false;
  return true;
}

/** Reads headers from `at` on; undefined when one is cut short or there are too many. */
function readHeaders(bytes: Uint8Array, start: number): { headers: ReplyHeader[]; end: number } | undefined {
  const headers: ReplyHeader[] = [];
  let at = start;
  for (; isMagic(bytes, at); at += REPLY_HEADER) {
    if (bytes.length - at < REPLY_HEADER || headers.length === MAX_REPLY_HEADERS) return undefined;
    headers.push({
      id: readBeU64(bytes, at + ID_AT),
      codeHash: toLatin1(bytes.subarray(at + HASH_AT, at + REPLY_HEADER)),
    });
  }
  return { headers, end: at };
}

function checkHash(codeHash: string): string {
  assert(codeHash.length === HASH_TEXT, "a code hash has 64 characters");
  return codeHash;
}

const writeHeader = ({ id, codeHash }: ReplyHeader): Uint8Array =>
  concat(MAGIC, beU64(id), fromLatin1(checkHash(codeHash)));

/**
 * Splits a decrypted message; undefined when the code hash is missing or no hex, or a header is cut
 * short.
 */
export function parsePlaintext(bytes: Uint8Array): Plaintext | undefined {
  if (bytes.length < HASH_TEXT) return undefined;
  const codeHash = fromHex(toLatin1(bytes.subarray(0, HASH_TEXT)));
  const read = codeHash === undefined ? undefined : readHeaders(bytes, HASH_TEXT);
  if (codeHash === undefined || read === undefined) return undefined;
  return { codeHash, headers: read.headers, message: bytes.subarray(read.end) };
}

/**
 * The plaintext of a call: the callee's code hash in hex, reply headers, the message. `codeHash` is
 * not checked: a contract may write any text there, and the callee then refuses the message.
 * Headers must have 64 characters each.
 */
export function buildPlaintext(codeHash: string, headers: readonly ReplyHeader[], message: Uint8Array): Uint8Array {
  return concat(fromUtf8(codeHash), ...headers.map(writeHeader), message);
}

/**
 * The plaintext of `internal_msg_id` (spec/cryptography.md 7.5) for a call that came with
 * `headers`, of which there is at least one: the first names the receiver. The others are left out
 * in the answer of a v0.10 contract that succeeded.
 */
export function buildReplyId(headers: readonly ReplyHeader[], withRest: boolean): Uint8Array {
  const [first, ...rest] = headers;
  assert(first !== undefined, "a reply id needs a reply header");
  const inner = withRest ? rest.map(writeHeader) : [];
  return concat(fromLatin1(checkHash(first.codeHash)), ...inner, fromUtf8(first.id.toString()));
}

/** The content of an `internal_msg_id`'s plaintext. */
export interface ReplyId {
  readonly id: bigint;
  /** Code hash of the receiver in hex. */
  readonly codeHash: string;
  /** The headers that the receiver itself was called with. */
  readonly headers: readonly ReplyHeader[];
}

const U64 = 1n << 64n;

/** Reads the plaintext of an `internal_msg_id`; undefined when it is malformed. */
export function parseReplyId(bytes: Uint8Array): ReplyId | undefined {
  if (bytes.length < HASH_TEXT) return undefined;
  const read = readHeaders(bytes, HASH_TEXT);
  if (read === undefined) return undefined;
  const id = parseU64(toLatin1(bytes.subarray(read.end, read.end + 64)), bytes.length - read.end);
  return id === undefined ? undefined : { id, codeHash: toLatin1(bytes.subarray(0, HASH_TEXT)), headers: read.headers };
}

/** Rust's `u64::from_str`: an optional plus and digits, leading zeros included. */
function parseU64(text: string, length: number): bigint | undefined {
  if (length !== text.length) return undefined;
  const digits = text.startsWith("+") ? text.slice(1) : text;
  if (digits === "") return undefined;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  const value = BigInt(digits);
  return value < U64 ? value : undefined;
}
