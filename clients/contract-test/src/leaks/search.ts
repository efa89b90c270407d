// SPDX-License-Identifier: Apache-2.0
import type { WatchedChain } from "./chain.ts";
import { LeaksError } from "./errors.ts";
import { type LeaksOptions, type Observed, observedOf, reportOf, sentTheSame, settingsOf } from "./leaks.ts";
import { observe } from "./observe.ts";
import { arbitraryRandom, type Random, randomOf, seedOf } from "./random.ts";
import type { Report } from "./report.ts";
import { compareViews } from "./views.ts";

/** An arbitrary of fast-check. */
export interface Arbitrary<T> {
  generate(random: never, bias: number | undefined): { readonly value: T };
}

/**
 * Values to try: a list, an arbitrary of fast-check , or a
 * function of random numbers.
 */
export type Secrets<T> = readonly T[] | Arbitrary<T> | ((random: Random) => T);

export interface SearchOptions extends LeaksOptions {
  /** Number of secrets that are tried, 2 to 1,000. Default: 16; of a list all. */
  readonly tries?: number;
  /**
   * Of the random search, a natural number below 2^31. Default: SOTTO_SEED, else a new one; the
   * report prints it.
   */
  readonly seed?: number;
}

/** The pair of secrets that differs most. */
export interface SearchReport<T> extends Report {
  readonly secrets: readonly [T, T];
  readonly tried: number;
  readonly seed: number;
}

const MOST = 1_000;
const TRIES = 16;

/** Of small sizes and bounds first, as fast-check does it. */
function sample<T>(arbitrary: Arbitrary<T>, seed: number, count: number): T[] {
  const random = arbitraryRandom(seed);
  // The cast: the methods of fast-check's Random that arbitraries call.
  return Array.from({ length: count }, (_, i) => arbitrary.generate(random as never, 2 + i).value);
}

function valuesOf<T>(secrets: Secrets<T>, seed: number, tries: number | undefined): readonly T[] {
  if (tries !== undefined && (!Number.isSafeInteger(tries) || tries < 2 || tries > MOST))
    throw new LeaksError(`tries is ${tries}: give a whole number from 2 to ${MOST}`);
  const count = tries ?? TRIES;
  if (typeof secrets === "function") {
    const random = randomOf(seed);
    return Array.from({ length: count }, () => secrets(random));
  }
  if (!("generate" in secrets)) {
    if (secrets.length < 2) throw new LeaksError("two secrets or more are needed, to compare them");
    return secrets.slice(0, tries);
  }
  return sample(secrets, seed, count);
}

const shown = (secret: unknown): string =>
  JSON.stringify(secret, (_, each) => (typeof each === "bigint" ? `${each}` : each)) ?? String(secret);

/** The first run of each view, by its place: equal views need no comparison. */
function differentViews(all: readonly Observed[]): number[] {
  const seen = new Map<string, number>();
  all.forEach(({ view }, i) => {
    const name = JSON.stringify(view);
    if (!seen.has(name)) seen.set(name, i);
  });
  return [...seen.values()];
}

/** The pair whose views have most differences; of equal ones the first. */
function farthest(all: readonly Observed[]): readonly [number, number] {
  const places = differentViews(all);
  // Two secrets that are not equal, if there are such: equal ones compare nothing.
  const other = all.findIndex((each, i) => i > 0 && !sentTheSame(all[0] ?? each, each));
  let best: readonly [number, number] = [0, Math.max(other, 1)];
  let most = 0;
  places.forEach((a, i) => {
    for (const b of places.slice(i + 1)) {
      const [left, right] = [all[a], all[b]];
      const found = left === undefined || right === undefined ? 0 : compareViews(left.view, right.view).length;
      if (found <= most) continue;
      most = found;
      best = [a, b];
    }
  });
  return best;
}

/**
 * Runs with many secrets from one state and reports the pair that differs most. Cost: a run for
 * each secret, and a comparison for each pair of different views. Rejects as `leaks` does.
 */
export async function searchLeaks<C extends WatchedChain, T>(
  chain: C,
  run: (chain: C, secret: T) => unknown,
  secrets: Secrets<T>,
  options: SearchOptions,
): Promise<SearchReport<T>> {
  const settings = settingsOf(options);
  const seed = seedOf(options.seed);
  const values = valuesOf(secrets, seed, options.tries);
  const seen: Observed[] = [];
  for (const value of values) {
    const name = `run with the secret ${shown(value)}, seed ${seed},`;
    seen.push(observedOf(await observe(chain, (each) => run(each, value), settings.questions, name), settings));
  }
  const [i, k] = farthest(seen);
  // The casts: both are indices of the lists.
  const pair = [values[i] as T, values[k] as T] as const;
  const note = `\nFirst run: the secret ${shown(pair[0])}; second run: ${shown(pair[1])}. Seed ${seed}, ${values.length} secrets.`;
  const report = reportOf(seen[i] as Observed, seen[k] as Observed, settings, note);
  return Object.assign(report, { secrets: pair, tried: values.length, seed });
}
