// SPDX-License-Identifier: Apache-2.0
import { fromBase64, fromHex } from "@sotto/bytes";
import type { Facet } from "./things.ts";

/** The comparable form of an attribute that is not encrypted. */
export type Opaque = (key: string, value: string) => readonly Facet[];

/** Bytes below which a value is readable: every value could be tried. */
const LEAST = 16;

const sizeOf = (text: string): number => {
  if (/^([0-9a-fA-F]{2})+$/.test(text)) return fromHex(text)?.length ?? 0;
  return fromBase64(text)?.length ?? 0;
};

/**
 * @param keys keys of attributes whose value differs in each run though it reveals nothing: salted
 *   hashes, ciphertext that the contract makes itself. Their length is compared, and they must be
 *   hex or base64 of at least 16 bytes. Hazard: the tester cannot know whether a hash is salted.
 */
export function opaqueAttributes(keys: readonly (string | RegExp)[]): Opaque {
  const isDeclared = (key: string) => keys.some((each) => (typeof each === "string" ? each === key : each.test(key)));
  return (key, value) => {
    if (!isDeclared(key)) return [{ where: "attribute in clear", value }];
    if (sizeOf(value) >= LEAST) return [{ where: "attribute length", value: `${value.length} characters` }];
    return [{ where: "declared opaque", value }];
  };
}
