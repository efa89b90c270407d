// SPDX-License-Identifier: Apache-2.0
/**
 * What the host of the enclave sees of calls beyond a reader of the chain: each step, by frames.
 */
import { toHex, toUtf8 } from "@sotto/bytes";
import { type CallAnswer, Outcome } from "@sotto/protocol";
import type { Call, Step } from "./calls.ts";
import { placeOf } from "./messages.ts";
import { nameRow } from "./rows.ts";
import { type Facet, type Part, type Place, type Presence, type Thing, thing } from "./things.ts";
import { readLog } from "./transactions.ts";

const CALLS: Presence = { count: "number of calls", which: "call" };
const READS: Presence = { count: "number of reads", which: "row read" };
const WRITES: Presence = { count: "rows of a call", which: "rows of a call" };
const QUERIES: Presence = { count: "number of queries", which: "query of a contract" };

const SMART = /^\{"wasm":\{"smart":\{/;

/**
 * Target of a contract's query. The message of a smart query is encrypted; other queries are in
 * clear.
 */
function targetOf(text: string): string {
  if (!SMART.test(text)) return text.slice(0, 200);
  return `contract ${/"contract_addr":"([a-z0-9]+)"/.exec(text)?.[1] ?? "?"}`;
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
      const target = targetOf(toUtf8(step.request) ?? "");
      const shown = `query of ${target}`;
      const facets: Facet[] = [
        { where: "length of a query", value: `${step.request.length} bytes`, of: shown },
        { where: "length of a query's answer", value: `${step.answerLength} bytes`, of: shown },
        { where: "gas between steps", value: `${gasBefore} before and ${step.gas} inside`, of: shown },
      ];
      return thing(`query ${target}`, shown, QUERIES, place, facets);
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

function readAnswer(answer: CallAnswer, place: Place): { readonly facets: Facet[]; readonly parts: Part[] } {
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
  return { facets, parts: [{ things: rows }] };
}

/** @param transaction number in the run, from 1; undefined for queries from outside */
export function readCall(call: Call, transaction: number | undefined): Thing {
  const place = placeOf(call, transaction);
  const shown = `${call.kind} of ${call.contract ?? "a new contract"}`;
  const steps = readSteps(call, place);
  const { facets, parts } = call.answer === undefined ? { facets: [], parts: [] } : readAnswer(call.answer, place);
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
export function readCallsOf(calls: readonly Call[], transaction: number | undefined): Part {
  let left: number | undefined;
  const things = calls.map((call) => {
    const seen = readCall(call, transaction);
    if (call.kind === "query") return seen;
    const between = left === undefined ? undefined : left - call.gasLimit;
    left = call.gasLimit - (call.answer?.gasUsed ?? 0);
    if (between === undefined) return seen;
    const facet: Facet = { where: "gas between steps", value: `${between} since the call before`, of: seen.shown };
    return { ...seen, facets: [...seen.facets, facet] };
  });
  return { order: "order of calls", things };
}
