// SPDX-License-Identifier: Apache-2.0
/**
 * Comparison of many runs of each secret, for contracts that use random numbers: a property that
 * varies with the same secret is a leak only when its distribution depends on the secret.
 */
import { type Found, namedFacets } from "./compare.ts";
import type { Random } from "./random.ts";
import type { Place, Thing } from "./things.ts";
import type { View } from "./views.ts";
import type { Where } from "./wheres.ts";

/** One property of a run, comparable as text. */
interface Feature {
  readonly where: Where;
  readonly place: Place;
  readonly of?: string;
  readonly value: string;
}

/** All properties of a thing, by their path. */
function addFeatures(of: Thing, path: string, out: Map<string, Feature>): void {
  for (const [facet, { where, place = of.place, of: name, value }] of namedFacets(of.facets)) {
    out.set(`${path} ${facet}`, { where, place, ...(name === undefined ? {} : { of: name }), value });
  }
  of.parts.forEach(({ order, things }, i) => {
    const kinds = new Map<string, Thing[]>();
    const seen = new Map<string, number>();
    for (const each of things) {
      const { count } = each.presence;
      kinds.set(count, [...(kinds.get(count) ?? []), each]);
      const number = seen.get(each.id) ?? 0;
      seen.set(each.id, number + 1);
      addFeatures(each, `${path}/${i}:${each.id}#${number}`, out);
    }
    for (const [kind, list] of kinds) {
      const place = list[0]?.place ?? of.place;
      const { count, which } = (list[0] as Thing).presence; // the list has at least one thing
      out.set(`${path}/${i} number ${kind}`, { where: count, place, value: `${list.length}` });
      const ids = list.map(({ shown }) => shown).sort();
      out.set(`${path}/${i} names ${kind}`, { where: which, place, value: ids.join(", ") });
    }
    if (order === undefined) return;
    const value = things.map(({ shown }) => shown).join(", ");
    out.set(`${path}/${i} order`, { where: order, place: of.place, value });
  });
}

function featuresOf({ root, sent }: View): Map<string, Feature> {
  const out = new Map<string, Feature>();
  addFeatures(root, "", out);
  // Messages are parts of the root, too; this one compares at which transaction each is sent.
  const moments = sent.map((messages, i) => `${i + 1}: ${messages.map(({ shown }) => shown).join(", ")}`).join("; ");
  out.set("moments", { where: "time of a payment", place: {}, value: moments });
  return out;
}

const PERMUTATIONS = 20_000;
/** Probability of a report for a property that does not depend on the secret. */
const CHANCE = 1e-4;

/** Half the sum of the differences of the frequencies, times the number of runs. */
function distance(values: readonly number[], isA: (index: number) => boolean, kinds: number): number {
  const counts = new Int32Array(kinds);
  values.forEach((kind, i) => {
    counts[kind] = (counts[kind] ?? 0) + (isA(i) ? 1 : -1);
  });
  return counts.reduce((sum, count) => sum + Math.abs(count), 0);
}

/** Whether two lists of equal length come from different distributions, by a permutation test. */
function differ(a: readonly string[], b: readonly string[], random: Random): boolean {
  const names = [...new Set([...a, ...b])];
  if (names.length === 1) return false;
  const values = [...a, ...b].map((name) => names.indexOf(name));
  const seen = distance(values, (i) => i < a.length, names.length);
  // Shuffles cannot reach this value by chance, and testing them takes most of the time.
  if (seen === values.length && names.length === 2) return true;
  let asFar = 0;
  for (let n = 0; n < PERMUTATIONS; n++) {
    for (let i = values.length - 1; i > 0; i--) {
      const k = Math.floor(random() * (i + 1));
      [values[i], values[k]] = [values[k] as number, values[i] as number];
    }
    if (distance(values, (i) => i < a.length, names.length) >= seen) asFar++;
    if (asFar > PERMUTATIONS * CHANCE) return false;
  }
  return true;
}

/** The values of a list with their numbers, most frequent first. */
function histogram(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, ...rest] = [...counts].sort(([, x], [, y]) => y - x);
  const shown = [first, ...rest.slice(0, 2)].flatMap((each) =>
    each === undefined ? [] : [`${each[0]} (${each[1]} of ${values.length})`],
  );
  return shown.join("; ") + (rest.length > 2 ? `; and ${rest.length - 2} other values` : "");
}

/** Properties whose distribution differs between the runs of two secrets. */
export function compareMany(a: readonly View[], b: readonly View[], random: Random): Found[] {
  const [left, right] = [a.map(featuresOf), b.map(featuresOf)];
  const names = new Map([...left, ...right].flatMap((features) => [...features]));
  return [...names].flatMap(([name, { where, place, of }]) => {
    const values = (runs: readonly Map<string, Feature>[]) =>
      runs.map((features) => features.get(name)?.value ?? "none");
    const [one, other] = [values(left), values(right)];
    if (!differ(one, other, random)) return [];
    return [{ where, place, ...(of === undefined ? {} : { of }), a: histogram(one), b: histogram(other) }];
  });
}
