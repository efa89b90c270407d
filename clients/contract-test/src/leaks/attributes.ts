// SPDX-License-Identifier: Apache-2.0
import { fromBase64 } from "@sotto/bytes";
import type { ChainAttribute } from "@sotto/kernel";
import type { Opaque } from "./opaque.ts";
import { type Facet, type Place, type Presence, type Thing, thing } from "./things.ts";

const ATTRIBUTES: Presence = { count: "number of attributes", which: "attribute" };

const bytesIn = (base64: string): number => fromBase64(base64)?.length ?? base64.length;

/** `tx.signature` in base64 differs in each run; its length is compared. */
const isSignature = (type: string, key: string): boolean => type === "tx" && key === "signature";

/** @param type of the event @param place of the event */
export function readAttribute(
  type: string,
  [key, value, encrypted]: ChainAttribute,
  place: Place,
  opaque: Opaque,
): Thing {
  if (encrypted === true) {
    const lengths = `${bytesIn(key)} and ${bytesIn(value)} bytes`;
    const facets: Facet[] = [{ where: "attribute length", value: lengths, of: "key and value" }];
    return thing("(encrypted)", "an encrypted attribute", ATTRIBUTES, place, facets);
  }
  if (isSignature(type, key)) {
    const facets: Facet[] = [{ where: "attribute length", value: `${bytesIn(value)} bytes` }];
    return thing(key, `attribute \`${key}\``, ATTRIBUTES, place, facets);
  }
  const { name, facet } = opaque(key, value);
  const shown = `attribute \`${name}\``;
  const facets = [{ ...facet, of: shown, place: { ...place, attribute: name } }];
  return thing(name, shown, ATTRIBUTES, place, facets);
}
