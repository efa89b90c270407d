// SPDX-License-Identifier: Apache-2.0
import { concat, fromBase64, fromLatin1, fromUtf8, toBase64, toLatin1 } from "@sotto/bytes";
import type { Siv } from "@sotto/crypto";
import { HASH_TEXT } from "./plaintext.ts";

const EMPTY = new Uint8Array(0);

/**
 * Encrypts anything that a client sees: AES-SIV with one empty associated data
 * (spec/cryptography.md 1.3).
 */
export const seal = (key: Siv, plaintext: Uint8Array): Uint8Array => key.seal(plaintext, EMPTY);

/** Decrypts the result of `seal`; undefined when it was changed or another key made it. */
export const open = (key: Siv, ciphertext: Uint8Array): Uint8Array | undefined => key.open(ciphertext, EMPTY);

/**
 * In front of data and errors for a caller that asked for a reply: the code hash of the receiver.
 */
const front = (receiver: string | undefined): Uint8Array => (receiver === undefined ? EMPTY : fromLatin1(receiver));

/** Output data (spec/cryptography.md 7.1): the base64 **text** of the data is encrypted. */
export const sealData = (key: Siv, data: Uint8Array, receiver?: string): Uint8Array =>
  seal(key, concat(front(receiver), fromLatin1(toBase64(data))));

/**
 * Output data in clear; undefined when it cannot be decrypted or holds no base64. Empty bytes are
 * empty data.
 */
export function openData(key: Siv, ciphertext: Uint8Array): Uint8Array | undefined {
  if (ciphertext.length === 0) return EMPTY;
  const text = open(key, ciphertext);
  return text === undefined ? undefined : fromBase64(toLatin1(text));
}

/**
 * Output data of a call that was made with reply headers: the receiver's code hash in hex, and the
 * data.
 */
export function openReplyData(key: Siv, ciphertext: Uint8Array): { receiver: string; data: Uint8Array } | undefined {
  const split = openSplit(key, ciphertext);
  const data = split === undefined ? undefined : fromBase64(toLatin1(split.rest));
  return split === undefined || data === undefined ? undefined : { receiver: split.receiver, data };
}

function openSplit(key: Siv, ciphertext: Uint8Array): { receiver: string; rest: Uint8Array } | undefined {
  const text = open(key, ciphertext);
  if (text === undefined || text.length < HASH_TEXT) return undefined;
  return { receiver: toLatin1(text.subarray(0, HASH_TEXT)), rest: text.subarray(HASH_TEXT) };
}

/** Key or value of an encrypted attribute (spec/cryptography.md 7.2): base64 of the ciphertext. */
export const sealAttribute = (key: Siv, text: string): string => toBase64(seal(key, fromUtf8(text)));

/** Bytes of an encrypted attribute; undefined for another attribute, or another key. */
export function openAttribute(key: Siv, text: string): Uint8Array | undefined {
  const bytes = fromBase64(text);
  return bytes === undefined ? undefined : open(key, bytes);
}

/** The error text of a contract, encrypted (spec/cryptography.md 7.3). */
export const sealError = (key: Siv, text: string, receiver?: string): Uint8Array =>
  seal(key, concat(front(receiver), fromUtf8(text)));

/** The error of a call that was made with reply headers. */
export function openReplyError(key: Siv, ciphertext: Uint8Array): { receiver: string; text: Uint8Array } | undefined {
  const split = openSplit(key, ciphertext);
  return split === undefined ? undefined : { receiver: split.receiver, text: split.rest };
}

/**
 * The text that is encrypted for a contract's error, from the JSON text of the error value: the
 * outer quotes of a JSON string are removed, the escapes inside stay (spec/cryptography.md 7.3).
 */
export function errorText(json: string): string {
  // Compat: Rust's trim_matches('"') takes every quote at both ends.
  let from = 0;
  let to = json.length;
  while (from < to && json[from] === '"') from++;
  while (to > from && json[to - 1] === '"') to--;
  return json.slice(from, to);
}
