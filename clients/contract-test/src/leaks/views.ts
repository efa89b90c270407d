// SPDX-License-Identifier: Apache-2.0
/** What each observer sees of a run, as trees of things. */
import { type Call, readCalls } from "./calls.ts";
import { compareThings, type Found } from "./compare.ts";
import { sentMessages } from "./messages.ts";
import type { Observation } from "./observation.ts";
import type { Opaque } from "./opaque.ts";
import { comparePayments } from "./payments.ts";
import { readBlocks } from "./rows.ts";
import { readCallsOf } from "./steps.ts";
import { type Facet, type Part, type Presence, type Thing, thing } from "./things.ts";
import { readTransaction } from "./transactions.ts";

export interface Seen {
  /** Whether the observer reads the chain. */
  readonly reader: boolean;
  /** Whether the observer is the host of an enclave, too. */
  readonly host: boolean;
  readonly opaque: Opaque;
}

/** A run as its observer sees it. */
export interface View {
  readonly root: Thing;
  /** Messages of contracts by transaction, for readers of the chain. */
  readonly sent: readonly (readonly Thing[])[];
}

const RUN: Presence = { count: "number of blocks", which: "number of blocks" };
const ANSWERS: Presence = { count: "answer to a query", which: "answer to a query" };

const answersOf = ({ answers }: Observation): Part => ({
  things: answers.map(({ query, block, text }) => {
    const place = { query, block };
    return thing(`${query} ${block}`, query, ANSWERS, place, [{ where: "answer to a query", value: text }]);
  }),
});

/** Queries from outside: the host sees between which blocks they come. */
function readQueries(calls: readonly Call[], opaque: Opaque): Part {
  const { things, ...part } = readCallsOf(calls, undefined, opaque);
  const when = (i: number): Facet => ({ where: "order of calls", value: `after block ${calls[i]?.block ?? 0}` });
  return { ...part, things: things.map((each, i) => ({ ...each, facets: [...each.facets, when(i)] })) };
}

export function viewOf(seen: Observation, { reader, host, opaque }: Seen): View {
  if (!reader) return { root: thing("", "the run", RUN, {}, [], [answersOf(seen)]), sent: [] };
  const calls = readCalls(seen.frames);
  const isOf = (height: number, index: number) => (call: Call) =>
    call.block === height - seen.start && call.transaction === index;
  const sent: (readonly Thing[])[] = [];
  const transactions = seen.transactions.map((each, i) => {
    const own = calls.filter(isOf(each.height, each.index));
    const messages = sentMessages(own, i + 1);
    sent.push(messages.things);
    return readTransaction(each, i + 1, opaque, [messages, ...(host ? [readCallsOf(own, i + 1, opaque)] : [])]);
  });
  const queries = host
    ? [
        readQueries(
          calls.filter(({ transaction }) => transaction === undefined),
          opaque,
        ),
      ]
    : [];
  const parts: Part[] = [{ things: transactions }, { things: readBlocks(seen) }, ...queries, answersOf(seen)];
  return { root: thing("", "the run", RUN, {}, [], parts), sent };
}

const GAS: ReadonlySet<string> = new Set(["gas used", "exact gas", "gas between steps"]);

/** Host and reader see some things in two places: each difference is reported once. */
function once(found: readonly Found[]): Found[] {
  const nameOf = ({ where, place, of, a, b }: Found) => {
    const { transaction, message, contract, query, block, attribute } = place;
    return JSON.stringify([where, transaction, message, contract, query, block, attribute, of, a, b]);
  };
  return [...new Map(found.map((each) => [nameOf(each), each])).values()];
}

/** Gas comes last in its transaction: most other differences cost gas, too. */
export function causesFirst(found: readonly Found[]): Found[] {
  const rank = ({ where, place }: Found) => 2 * (place.transaction ?? 0) + (GAS.has(where) ? 1 : 0);
  return once(found).sort((left, right) => rank(left) - rank(right));
}

/** All differences, those of a transaction together, causes before the gas that they cost. */
export const compareViews = (a: View, b: View): Found[] =>
  causesFirst([...comparePayments(a.sent, b.sent), ...compareThings(a.root, b.root)]);
