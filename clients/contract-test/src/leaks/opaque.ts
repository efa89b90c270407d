// SPDX-License-Identifier: Apache-2.0
import { fromBase64, fromHex } from "@sotto/bytes";
import type { Facet } from "./things.ts";

/** Attributes of notifications (SNIP-52): the key has the id behind this prefix. */
export const snip52 = /^snip52:/;

/** The comparable form of an attribute that is not encrypted. */
export interface ReadAttribute {
  /** The key, without a part that differs in each run. */
  readonly name: string;
  readonly facet: Facet;
}

export type Opaque = (key: string, value: string) => ReadAttribute;

/** Bytes below which a value is readable: every value could be tried. */
const LEAST = 16;
/** Random bytes, 16 of them, have fewer different values with a probability below 1 in 10^9. */
const DIFFERENT = 8;

const bytesOf = (text: string): Uint8Array =>
  (/^([0-9a-fA-F]{2})+$/.test(text) ? fromHex(text) : fromBase64(text)) ?? new Uint8Array(0);

/**
 * Whether the text is hex or base64 of bytes that look random: many different ones, and no text.
 */
function looksRandom(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes.length < LEAST || new Set(bytes).size < DIFFERENT) return false;
  return bytes.some((byte) => byte < 0x20 || byte > 0x7e);
}

/**
 * @param keys of attributes that differ in each run though they reveal nothing: salted hashes,
 *   ciphertext that the contract makes itself. A text is a whole key. An expression may match a
 *   prefix: the rest of the key differs in each run, too. The length is compared, and rest and value
 *   must look random. Hazard: the tester cannot know whether a hash is salted.
 */
export function opaqueAttributes(keys: readonly (string | RegExp)[]): Opaque {
  const prefixOf = (key: string): string | undefined => {
    for (const each of keys) {
      if (each === key) return key;
      const match = typeof each === "string" ? null : each.exec(key);
      if (match?.index === 0) return match[0];
    }
    return undefined;
  };
  return (key, value) => {
    const prefix = prefixOf(key);
    if (prefix === undefined) return { name: key, facet: { where: "attribute in clear", value } };
    const rest = key.slice(prefix.length);
    const isRandom = (rest === "" || looksRandom(rest)) && looksRandom(value);
    if (!isRandom) return { name: key, facet: { where: "declared opaque", value } };
    const name = rest === "" ? key : `${prefix}(${rest.length} characters)`;
    return { name, facet: { where: "attribute length", value: `${value.length} characters` } };
  };
}
