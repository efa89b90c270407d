// SPDX-License-Identifier: Apache-2.0
/** Comparison of two trees of things. It knows no field: whatever is in the trees is compared. */
import type { Facet, Part, Place, Presence, Thing } from "./things.ts";
import type { Where } from "./wheres.ts";

/** A difference between two runs, before it is put into words. */
export interface Found {
  readonly where: Where;
  readonly place: Place;
  /** Name of the thing or property, where `where` alone does not say it. */
  readonly of?: string;
  readonly a: string;
  readonly b: string;
}

/** Values beyond it are cut in reports. */
const SHOWN = 3;

/** Things with ids that are different within a list: the same id a second time gets a number. */
function numbered(things: readonly Thing[]): Map<string, Thing> {
  const seen = new Map<string, number>();
  const out = new Map<string, Thing>();
  for (const each of things) {
    const number = seen.get(each.id) ?? 0;
    seen.set(each.id, number + 1);
    out.set(`${each.id}\n${number}`, each);
  }
  return out;
}

const listed = (things: readonly Thing[]): string => {
  const names = things.slice(0, SHOWN).map(({ shown }) => shown);
  const more = things.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
};

/** The place that all things share. */
function commonPlace(things: readonly Thing[], around: Place): Place {
  const [first, ...others] = things.map(({ place }) => place);
  const entries = Object.entries(first ?? {}).filter(([name, value]) =>
    others.every((each) => Reflect.get(each, name) === value),
  );
  // The cast: the entries are some of those of a Place.
  return { ...around, ...(Object.fromEntries(entries) as Place) };
}

/** Facets by their name: a failed transaction lacks some. A name that comes again gets a number. */
export function namedFacets(facets: readonly Facet[]): Map<string, Facet> {
  const out = new Map<string, Facet>();
  for (const facet of facets) {
    const name = `${facet.where} ${facet.place?.message ?? ""} ${facet.of ?? ""}`;
    let number = 0;
    while (out.has(`${name} ${number}`)) number++;
    out.set(`${name} ${number}`, facet);
  }
  return out;
}

function compareFacets(a: readonly Facet[], b: readonly Facet[], place: Place): Found[] {
  const [left, right] = [namedFacets(a), namedFacets(b)];
  return [...new Map([...left, ...right])].flatMap(([name, { where, of, place: own = place }]) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (one?.value === other?.value) return [];
    const shown = (facet: Facet | undefined) => facet?.shown ?? facet?.value ?? "none";
    return [{ where, place: own, ...(of === undefined ? {} : { of }), a: shown(one), b: shown(other) }];
  });
}

const isSame = (a: Presence, b: Presence): boolean => a.count === b.count && a.which === b.which;

/** Things that one run alone has: their number differs, or they are others. */
function comparePresence(
  onlyA: readonly Thing[],
  onlyB: readonly Thing[],
  all: readonly (readonly Thing[])[],
  around: Place,
): Found[] {
  const both = [...onlyA, ...onlyB];
  const kinds = both
    .filter((each, i) => both.findIndex((other) => isSame(other.presence, each.presence)) === i)
    .map(({ presence }) => presence);
  return kinds.map((presence) => {
    const of = (list: readonly Thing[] | undefined) => (list ?? []).filter((each) => isSame(each.presence, presence));
    const [left, right] = [of(onlyA), of(onlyB)];
    const place = commonPlace([...left, ...right], around);
    if (left.length === right.length) return { where: presence.which, place, a: listed(left), b: listed(right) };
    const count = (list: readonly Thing[] | undefined, only: readonly Thing[]) =>
      `${of(list).length}${only.length === 0 ? "" : ` (this run alone: ${listed(only)})`}`;
    return { where: presence.count, place, a: count(all[0], left), b: count(all[1], right) };
  });
}

function compareOrder(
  order: Where,
  common: readonly string[],
  b: ReadonlyMap<string, Thing>,
  a: ReadonlyMap<string, Thing>,
  around: Place,
): Found[] {
  const isCommon = new Set(common);
  const other = [...b.keys()].filter((key) => isCommon.has(key));
  const at = common.findIndex((key, i) => other[i] !== key);
  if (at < 0) return [];
  const shown = (things: ReadonlyMap<string, Thing>, key: string | undefined) =>
    key === undefined ? "" : (things.get(key)?.shown ?? "");
  const place = a.get(common[at] ?? "")?.place ?? around;
  return [{ where: order, place, of: `place ${at + 1}`, a: shown(a, common[at]), b: shown(b, other[at]) }];
}

function comparePart(a: Part, b: Part, place: Place): Found[] {
  const [left, right] = [numbered(a.things), numbered(b.things)];
  const onlyA = [...left].flatMap(([key, each]) => (right.has(key) ? [] : [each]));
  const onlyB = [...right].flatMap(([key, each]) => (left.has(key) ? [] : [each]));
  const common = [...left.keys()].filter((key) => right.has(key));
  const found = onlyA.length + onlyB.length === 0 ? [] : comparePresence(onlyA, onlyB, [a.things, b.things], place);
  if (a.order !== undefined) found.push(...compareOrder(a.order, common, right, left, place));
  for (const key of common) {
    const pair = [left.get(key), right.get(key)] as const;
    if (pair[0] !== undefined && pair[1] !== undefined) found.push(...compareThings(pair[0], pair[1]));
  }
  return found;
}

const NO_PART: Part = { things: [] };

/** All differences between two things of the same name. */
export function compareThings(a: Thing, b: Thing): Found[] {
  const found = compareFacets(a.facets, b.facets, a.place);
  for (let i = 0; i < Math.max(a.parts.length, b.parts.length); i++) {
    found.push(...comparePart(a.parts[i] ?? NO_PART, b.parts[i] ?? NO_PART, a.place));
  }
  return found.length > 0 ? found : compareFacets(a.rest ?? [], b.rest ?? [], a.place);
}
