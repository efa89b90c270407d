// SPDX-License-Identifier: Apache-2.0
import { fromBase64 } from "@sotto/bytes";
import { compareText } from "@sotto/codec";
import type { ChainAttribute, ChainEvent } from "@sotto/kernel";
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

/**
 * The attributes of an event. `isSorted`: the chain sorts them by key, as it does with events of
 * contracts that another contract called. Encrypted keys, and keys behind an opaque prefix, are
 * random, so there the order of these attributes is random, too: only their lengths are compared.
 */
export function readAttributes(event: ChainEvent, isSorted: boolean, place: Place, opaque: Opaque): Thing[] {
  const things = event.attributes.map((attribute) => readAttribute(event.type, attribute, place, opaque));
  if (!isSorted) return things;
  const isRandom = (index: number) => things[index]?.id !== event.attributes[index]?.[0];
  const random = things.filter((_, i) => isRandom(i)).sort((a, b) => compareText(textOf(a), textOf(b)));
  return things.map((each, i) => (isRandom(i) ? (random.shift() ?? each) : each));
}

const textOf = ({ id, facets }: Thing): string => `${id} ${facets.map(({ value }) => value).join()}`;
