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
/** Probability that a test reports a property that does not depend on the secret. */
const CHANCE = 5e-5;

/** A distance of two lists, by the differences of their counts of each value. */
type Distance = (counts: Int32Array) => number;

/** Of frequencies: the values have no order. */
const ofCounts: Distance = (counts) => counts.reduce((sum, count) => sum + Math.abs(count), 0);

/** Of sums from the least value on (Kolmogorov and Smirnov), for values that hardly ever repeat. */
const ofSums: Distance = (counts) => {
  let [sum, most] = [0, 0];
  for (const count of counts) {
    sum += count;
    most = Math.max(most, Math.abs(sum));
  }
  return most;
};

const NUMBERS = /\d+/g;

/** Values that differ only in their numbers, from the least on; undefined for others. */
function inOrder(names: readonly string[]): string[] | undefined {
  if (new Set(names.map((name) => name.replace(NUMBERS, "#"))).size > 1) return undefined;
  const numbers = new Map(names.map((name) => [name, (name.match(NUMBERS) ?? []).map(BigInt)]));
  return names.toSorted((a, b) => {
    const [left = [], right = []] = [numbers.get(a), numbers.get(b)];
    const at = left.findIndex((number, i) => number !== right[i]);
    const [x = 0n, y = 0n] = [left[at], right[at]];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}

/** The differences of the counts of each value: the first half of the list against the second. */
function countsOf(values: readonly number[], kinds: number): Int32Array {
  const counts = new Int32Array(kinds);
  values.forEach((kind, i) => {
    counts[kind] = (counts[kind] ?? 0) + (2 * i < values.length ? 1 : -1);
  });
  return counts;
}

/** Whether two lists of equal length come from different distributions, by permutation tests. */
function differ(a: readonly string[], b: readonly string[], random: Random): boolean {
  const different = [...new Set([...a, ...b])];
  if (different.length === 1) return false;
  const ordered = inOrder(different);
  const names = ordered ?? different;
  const place = new Map(names.map((name, i) => [name, i]));
  const values = [...a, ...b].map((name) => place.get(name) ?? 0);
  const tests = (ordered === undefined ? [ofCounts] : [ofCounts, ofSums]).map((distance) => ({
    distance,
    seen: distance(countsOf(values, names.length)),
    asFar: 0,
  }));
  // Shuffles cannot reach this value by chance, and testing them takes most of the time.
  if (names.length === 2 && tests[0]?.seen === values.length) return true;
  let open = tests;
  for (let n = 0; n < PERMUTATIONS && open.length > 0; n++) {
    for (let i = values.length - 1; i > 0; i--) {
      const k = Math.floor(random() * (i + 1));
      [values[i], values[k]] = [values[k] as number, values[i] as number];
    }
    const counts = countsOf(values, names.length);
    for (const test of open) if (test.distance(counts) >= test.seen) test.asFar++;
    open = open.filter(({ asFar }) => asFar <= PERMUTATIONS * CHANCE);
  }
  return open.length > 0;
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
