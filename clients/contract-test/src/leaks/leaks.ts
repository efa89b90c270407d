// SPDX-License-Identifier: Apache-2.0
import { concat, equals } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { WatchedChain } from "./chain.ts";
import { LeaksError } from "./errors.ts";
import { compareMany } from "./features.ts";
import type { Observation } from "./observation.ts";
import { observe, type Questions, type UserQuery } from "./observe.ts";
import { opaqueAttributes } from "./opaque.ts";
import { randomOf, seedOf } from "./random.ts";
import { differenceOf, type Names, Report } from "./report.ts";
import type { AllowanceRule } from "./things.ts";
import { causesFirst, compareViews, type Seen, type View, viewOf } from "./views.ts";

/** Another user of the chain, with queries to contracts. */
export interface UserObserver {
  /**
   * The user, for reports: an account or a name. Queries have no sender: keys and permits are in
   * the messages.
   */
  readonly user: string | { readonly name?: string; readonly address: string };
  readonly queries: readonly UserQuery[];
  /**
   * "all": after each block of the run, and before the first (default). "latest": after the last
   * block.
   */
  readonly heights?: "all" | "latest";
}

/**
 * `reader`: transactions, results, events, gas, rows and times on the chain. `host`: a reader with
 * a validator, who sees each frame of the trust boundary, too. `{ user, queries }`: another user's
 * queries.
 */
export type Observer = "reader" | "host" | UserObserver;

export interface LeaksOptions {
  /**
   * For contracts that use random numbers: runs with each secret, 12 to 200, each with other random
   * numbers. A property is reported when its distribution depends on the secret. Default: 1, exact.
   */
  readonly repeat?: number;
  /** Of the test of distributions. Default: SOTTO_SEED, else a new one; the report prints it. */
  readonly seed?: number;
  /** Named rules for `toRevealOnly`, beside the predefined ones. */
  readonly allowances?: Readonly<Record<string, AllowanceRule>>;
  /** One observer, or several that work together. */
  readonly seenBy: Observer | readonly Observer[];
  /** Contracts that reports call by a name. */
  readonly names?: Readonly<Record<string, { readonly address: string }>>;
  /**
   * Keys of attributes in clear that differ in each run and reveal nothing: salted hashes, the
   * contract's own ciphertext. They must be hex or base64 of at least 16 bytes; their length is
   * compared.
   */
  readonly opaque?: readonly (string | RegExp)[];
}

/** One run with a secret. */
export type Run<C> = (chain: C) => unknown;

/** Options, checked. */
export interface Settings {
  readonly seen: Seen;
  readonly questions: Questions;
  readonly seenBy: string;
  readonly names: Names;
  readonly allowances: Readonly<Record<string, AllowanceRule>>;
}

const USAGE = 'seenBy is "reader", "host", { user, queries: [{ contract, msg }] }, or a list of these';

function assertUser(user: UserObserver): void {
  if (!Array.isArray(user.queries) || user.queries.length === 0)
    throw new LeaksError(`a user without queries sees nothing: ${USAGE}`);
  if (user.heights !== undefined && user.heights !== "all" && user.heights !== "latest")
    throw new LeaksError(`heights of a user is "all" or "latest", not ${JSON.stringify(user.heights)}`);
}

const nameOf = ({ user }: UserObserver): string =>
  `user ${typeof user === "string" ? user : (user.name ?? user.address)}`;

/** Throws LeaksError for unknown observers. */
export function settingsOf({ seenBy, names = {}, opaque = [], allowances = {} }: LeaksOptions): Settings {
  const observers: readonly Observer[] = Array.isArray(seenBy) ? seenBy : [seenBy];
  if (observers.length === 0) throw new LeaksError(`nobody observes: ${USAGE}`);
  const users: UserObserver[] = [];
  for (const each of observers) {
    if (each === "reader" || each === "host") continue;
    if (typeof each !== "object" || each === null || !("user" in each))
      throw new LeaksError(`unknown observer ${JSON.stringify(each)}: ${USAGE}`);
    assertUser(each);
    users.push(each);
  }
  const [first] = users;
  const heights = users.every((each) => each.heights === "latest") ? "latest" : "all";
  const host = observers.includes("host");
  const reader = host || observers.includes("reader");
  return {
    seen: { reader, host, opaque: opaqueAttributes(opaque) },
    questions: { queries: first === undefined ? [] : users.flatMap(({ queries }) => queries), heights },
    seenBy: observers.map((each) => (typeof each === "string" ? `the ${each}` : nameOf(each))).join(" and "),
    allowances,
    names: new Map(Object.entries(names).map(([name, { address }]) => [address, name])),
  };
}

/** A run that was observed. */
export interface Observed {
  readonly view: View;
  /** Bytes of the transactions. */
  readonly sent: readonly Uint8Array[];
  /** Of runs without transactions: a hash of all frames. */
  readonly quiet: Uint8Array;
}

/** A run without transactions may ask contracts, or let time pass. */
function hashOf({ transactions, frames }: Observation): Uint8Array {
  if (transactions.length > 0) return EMPTY;
  return sha256(concat(...frames.map(({ kind, bytes }) => concat(Uint8Array.of(kind), sha256(bytes)))));
}

export const observedOf = (seen: Observation, settings: Settings): Observed => ({
  view: viewOf(seen, settings.seen),
  sent: seen.transactions.map(({ bytes }) => bytes),
  quiet: hashOf(seen),
});

/**
 * Whether two runs sent the same bytes. Ciphertexts of one chain have the same nonces after a
 * revert, so equal messages have equal bytes.
 */
export const sentTheSame = (a: Observed, b: Observed): boolean =>
  equals(a.quiet, b.quiet) &&
  a.sent.length === b.sent.length &&
  a.sent.every((bytes, i) => equals(bytes, b.sent[i] ?? EMPTY));

const EMPTY = new Uint8Array(0);

export function reportOf(a: Observed, b: Observed, { seenBy, names, allowances }: Settings, note = ""): Report {
  const differences = compareViews(a.view, b.view).map((each) => differenceOf(each, names));
  const transactions = [a.sent.length, b.sent.length] as const;
  const isEmpty = differences.length === 0 && sentTheSame(a, b);
  return new Report({ seenBy, differences, transactions, allowances, note, isEmpty });
}

const LEAST_RUNS = 12;
const MOST_RUNS = 200;

async function repeated<C extends WatchedChain>(
  chain: C,
  runs: readonly [Run<C>, Run<C>],
  options: LeaksOptions,
): Promise<Report> {
  const { repeat = 1 } = options;
  if (!Number.isSafeInteger(repeat) || repeat < LEAST_RUNS || repeat > MOST_RUNS)
    throw new LeaksError(
      `repeat is ${repeat}: give a whole number from ${LEAST_RUNS} to ${MOST_RUNS}, fewer runs show no distribution`,
    );
  const settings = settingsOf(options);
  const seed = seedOf(options.seed);
  const all: [Observed[], Observed[]] = [[], []];
  for (let before = 1; before <= repeat; before++) {
    for (const side of [0, 1] as const) {
      const name = `${side === 0 ? "first" : "second"} run, repetition ${before}`;
      const seen = await observe(chain, runs[side], settings.questions, name, before);
      all[side].push(observedOf(seen, settings));
    }
  }
  const [a, b] = all;
  const views = all.map((side) => side.map(({ view }) => view)) as [View[], View[]]; // two lists give two lists
  const found = causesFirst(compareMany(views[0], views[1], randomOf(seed)));
  const differences = found.map((each) => differenceOf(each, settings.names));
  const transactions = [a[0]?.sent.length ?? 0, b[0]?.sent.length ?? 0] as const;
  const isEmpty = a.every((run, i) => b[i] !== undefined && sentTheSame(run, b[i])) && found.length === 0;
  const note = `\n${repeat} runs with each secret, seed ${seed}.`;
  const { seenBy, allowances } = settings;
  return new Report({ seenBy, differences, transactions, allowances, note, isEmpty });
}

/**
 * Runs both functions from the same state and compares all that the observers see. The chain is in
 * its first state afterwards. Rejects with LeaksError when a run throws, when transactions wait for
 * a block, and for unknown observers.
 */
export async function leaks<C extends WatchedChain>(
  chain: C,
  withSecretA: Run<C>,
  withSecretB: Run<C>,
  options: LeaksOptions,
): Promise<Report> {
  const settings = settingsOf(options);
  if (options.repeat !== undefined && options.repeat !== 1) return repeated(chain, [withSecretA, withSecretB], options);
  const a = await observe(chain, withSecretA, settings.questions, "first run");
  const b = await observe(chain, withSecretB, settings.questions, "second run");
  return reportOf(observedOf(a, settings), observedOf(b, settings), settings);
}
