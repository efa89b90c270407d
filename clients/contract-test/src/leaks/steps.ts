// SPDX-License-Identifier: Apache-2.0
/**
 * What the host of the enclave sees of calls beyond a reader of the chain: each step, by frames.
 */
import { toHex, toUtf8 } from "@sotto/bytes";
import type { ChainAttribute } from "@sotto/kernel";
import { type CallAnswer, Outcome } from "@sotto/protocol";
import { readAttribute } from "./attributes.ts";
import type { Call, Step } from "./calls.ts";
import { placeOf } from "./messages.ts";
import type { Opaque } from "./opaque.ts";
import { nameRow } from "./rows.ts";
import { type Facet, type Part, type Place, type Presence, type Thing, thing } from "./things.ts";
import { readLog } from "./transactions.ts";

const CALLS: Presence = { count: "number of calls", which: "call" };
const READS: Presence = { count: "number of reads", which: "row read" };
const WRITES: Presence = { count: "rows of a call", which: "rows of a call" };
const QUERIES: Presence = { count: "number of queries", which: "query of a contract" };

const SMART = /^\{"wasm":\{"smart":\{/;

/**
 * A query of a contract: its target, and its parts in clear. The message of a smart query is
 * encrypted.
 */
function readQuery(step: Step & { readonly kind: "query" }): { readonly target: string; readonly facets: Facet[] } {
  const request = toUtf8(step.request) ?? "";
  const length = `${step.answer?.length ?? 0} bytes`;
  if (!SMART.test(request)) {
    const answer = step.answer === undefined ? "none" : (toUtf8(step.answer) ?? "");
    const facets: Facet[] = [
      { where: "query of a contract", value: request },
      { where: "length of a query's answer", value: answer, shown: length },
    ];
    return { target: `the chain: ${request.slice(0, 100)}`, facets };
  }
  const contract = /"contract_addr":"([a-z0-9]+)"/.exec(request)?.[1] ?? "?";
  const facets: Facet[] = [
    { where: "query of a contract", value: request.replace(/"msg":"[^"]*"/, '"msg":(ciphertext)') },
    { where: "length of a query's answer", value: length },
  ];
  return { target: `contract ${contract}`, facets };
}

function readStep(step: Step, place: Place, gasBefore: number | undefined): Thing {
  switch (step.kind) {
    case "read": {
      const shown = `read of ${nameRow(step.key)}`;
      const length = step.length === undefined ? "absent" : `${step.length} bytes`;
      return thing(`read ${toHex(step.key)}`, shown, READS, place, [
        { where: "length of a row read", value: length, of: shown },
      ]);
    }
    case "query": {
      const { target, facets } = readQuery(step);
      const shown = `query of ${target}`;
      const own: Facet[] = [
        ...facets,
        { where: "length of a query", value: `${step.request.length} bytes` },
        { where: "gas between steps", value: `${gasBefore} before and ${step.gas} inside` },
      ];
      return thing(
        `query ${target}`,
        shown,
        QUERIES,
        place,
        own.map((facet) => ({ ...facet, of: shown })),
      );
    }
    case "code":
      return thing("code", "request of code", QUERIES, place, [
        { where: "frame length", value: `${step.length} bytes` },
      ]);
  }
}

/** Steps with the wasm gas since the step before, where a frame shows it. */
function readSteps({ steps, gasLimit }: Call, place: Place): Thing[] {
  let left = gasLimit;
  return steps.map((step) => {
    if (step.kind !== "query") return readStep(step, place, undefined);
    const used = left - step.gasLimit;
    left = step.gasLimit;
    return readStep(step, place, used);
  });
}

const RESULTS: Readonly<Record<number, string>> = {
  [Outcome.ok]: "success",
  [Outcome.contractError]: "error of the contract",
  [Outcome.outOfGas]: "out of gas",
};

const resultOf = (answer: CallAnswer | undefined): string => {
  if (answer === undefined) return "no answer";
  return RESULTS[answer.outcome] ?? `stopped with fault ${answer.fault}`;
};

/**
 * Attributes as they leave the enclave: also those of calls that are undone, which the chain does
 * not show.
 */
function readAttributes({ attributes, events }: CallAnswer, place: Place, opaque: Opaque): Part {
  const all = [{ type: "wasm", attributes }, ...events].flatMap((event) =>
    event.attributes.map(({ key, value, encrypted }) => {
      const attribute: ChainAttribute = encrypted ? [key, value, true] : [key, value];
      return readAttribute(event.type, attribute, place, opaque);
    }),
  );
  return { order: "order of attributes", things: all };
}

function readAnswer(
  answer: CallAnswer,
  place: Place,
  opaque: Opaque,
): { readonly facets: Facet[]; readonly parts: Part[] } {
  const rows = answer.rows.map(({ key, value }) => {
    const name = nameRow(key);
    const length = value === undefined ? "removed" : `${value.length} bytes`;
    return thing(toHex(key), name, WRITES, place, [{ where: "length of a row of a call", value: length, of: name }]);
  });
  const error = readLog(answer.error);
  const facets: Facet[] = [
    { where: "exact gas", value: `${answer.gasUsed}` },
    { where: "length of a call's answer", value: answer.data === undefined ? "none" : `${answer.data.length} bytes` },
    { where: "result of a call", value: `${error.clear} ${error.lengths.join(",")}`, of: "the error" },
  ];
  return { facets, parts: [{ things: rows }, readAttributes(answer, place, opaque)] };
}

/** @param transaction number in the run, from 1; undefined for queries from outside */
export function readCall(call: Call, transaction: number | undefined, opaque: Opaque): Thing {
  const place = placeOf(call, transaction);
  const shown = `${call.kind} of ${call.contract ?? "a new contract"}`;
  const steps = readSteps(call, place);
  const { facets, parts } =
    call.answer === undefined ? { facets: [], parts: [] } : readAnswer(call.answer, place, opaque);
  const result: Facet = { where: "result of a call", value: resultOf(call.answer) };
  const rest: Facet[] = [
    { where: "frame length", value: `${call.requestLength} and ${call.answerLength} bytes`, of: "request and answer" },
  ];
  return thing(
    shown,
    shown,
    CALLS,
    place,
    [result, ...facets],
    [{ order: "order of reads", things: steps }, ...parts],
    rest,
  );
}

/**
 * Calls of one transaction with the gas that the chain charges between them: their limits are the
 * gas that the transaction has left.
 */
export function readCallsOf(calls: readonly Call[], transaction: number | undefined, opaque: Opaque): Part {
  let left: number | undefined;
  const things = calls.map((call) => {
    const seen = readCall(call, transaction, opaque);
    if (call.kind === "query") return seen;
    const between = left === undefined ? undefined : left - call.gasLimit;
    left = call.gasLimit - (call.answer?.gasUsed ?? 0);
    if (between === undefined) return seen;
    const facet: Facet = { where: "gas between steps", value: `${between} since the call before`, of: seen.shown };
    return { ...seen, facets: [...seen.facets, facet] };
  });
  return { order: "order of calls", things };
}
