// SPDX-License-Identifier: Apache-2.0
/** Differences between two results of a transaction, and between two lists of events. */
import { toHex } from "@sotto/bytes";
import type { TxResult } from "@sotto/kernel";
import { comparableLog, isExcluded } from "./exclusions.ts";
import type { TxOut, WireEvent } from "./vector.ts";

export const wireEvents = (events: TxResult["events"]): WireEvent[] =>
  events.map(({ type, attributes }) => [type, ...attributes.map(([key, value]) => [key, value] as const)]);

const eventText = (event: WireEvent | undefined): string => {
  if (event === undefined) return "no event";
  const [type, ...attributes] = event;
  return `${type} ${JSON.stringify(Object.fromEntries(attributes))}`;
};

/** The first event that is not equal. */
export function eventDifference(want: readonly WireEvent[], got: readonly WireEvent[]): string[] {
  const same = (i: number) => JSON.stringify(want[i]) === JSON.stringify(got[i]);
  for (let i = 0; i < Math.max(want.length, got.length); i++) {
    if (same(i)) continue;
    return [`event ${i} of ${want.length}`, `  want ${eventText(want[i])}`, `  got  ${eventText(got[i])}`];
  }
  return [];
}

/** Lines before and after the first differing charge. */
const AROUND = 4;

/** An access of the SDK's store, as tools/sdkapp writes it. */
const ACCESS = /^([0-9]+) ([a-z]+) (get|has|set|delete|iterate back|iterate|next)(?: (.*))?$/;

/**
 * The line without the store's name and without an iteration's bounds, as Sotto's traces have it.
 */
function plainLine(line: string): string {
  const [, gas, , what, rest = ""] = ACCESS.exec(line) ?? [];
  if (gas === undefined || what === undefined) return line;
  return what.startsWith("iterate") || what === "next" ? `${gas} ${what}` : `${gas} ${what} ${rest}`.trimEnd();
}

const costsNothing = (line: string): boolean => line.startsWith("0 ");

export interface ChargeComparison {
  readonly problem: readonly string[];
  /** Gas that Sotto's transaction uses beyond the SDK's, because of rows that cannot be equal. */
  readonly beyond: number;
}

const gasOf = (line: string): number => Number(line.split(" ", 1)[0]);

/**
 * The same access of a row whose value may differ, and so its gas: a row that cannot be equal, or
 * one of a store that is not compared. Adds the row to `unequal`: the transaction may read it
 * again, and its writes are not among the block's rows when it fails.
 */
function isSameAccess(theirs: string, ours: string, isFree: FreeRows, unequal: Set<string>): boolean {
  const [, , store = "", what = "", rest = ""] = ACCESS.exec(theirs) ?? [];
  const [key = "", value] = rest.split(" ");
  const row = `${store} ${key}`;
  const isFreeRow = isFree.store(store) || isFree.row(store, key) || isExcluded(store, key, value) || unequal.has(row);
  if (!isFreeRow || ours.split(" ").slice(1, 3).join(" ") !== `${what} ${key}`.trimEnd()) return false;
  unequal.add(row);
  return true;
}

/** Rows whose values may differ. */
export interface FreeRows {
  store(name: string): boolean;
  row(store: string, key: string): boolean;
}

/** The gas of a proposal's messages, which gov tries at once: they write rows that may differ. */
const isTried = (theirs: string, ours: string): boolean =>
  [theirs, ours].every((line) => line.endsWith(" submit proposal"));

/** Compares charges, without those of zero gas (a read of the next transaction). */
export function compareCharges(trace: readonly string[], lines: readonly string[], isFree: FreeRows): ChargeComparison {
  const theirs = trace.filter((line) => !costsNothing(line));
  const ours = lines.filter((line) => !costsNothing(line));
  const unequal = new Set<string>();
  let beyond = 0;
  for (let i = 0; i < Math.max(theirs.length, ours.length); i++) {
    const [want, got] = [theirs[i], ours[i]];
    if (want !== undefined && got !== undefined) {
      if (plainLine(want) === got) continue;
      if (isSameAccess(want, got, isFree, unequal) || (beyond !== 0 && isTried(want, got))) {
        beyond += gasOf(got) - gasOf(want);
        continue;
      }
    }
    return { problem: chargeText(theirs, ours, i), beyond };
  }
  return { problem: [], beyond };
}

const shortened = (line: string): string => (line.length > 160 ? `${line.slice(0, 160)}...` : line);

function chargeText(theirs: readonly string[], ours: readonly string[], at: number): string[] {
  const from = Math.max(0, at - AROUND);
  const common = theirs.slice(from, at).map((line, i) => `    ${from + i} ${shortened(line)}`);
  const rest = (name: string, lines: readonly string[]) =>
    lines.length <= at
      ? [`  ${name} ends`]
      : lines.slice(at, at + AROUND).map((line, i) => `  ${name} ${at + i} ${shortened(line)}`);
  return [`charge ${at} of ${theirs.length}`, ...common, ...rest("want", theirs), ...rest("got ", ours)];
}

const FIELDS = ["code", "codespace", "log", "gas_wanted", "data", "gas_used"] as const;

/** The first field of a transaction's result that is not equal. */
export function resultDifference(answer: TxOut, result: TxResult, charges: ChargeComparison): string[] {
  const theirLog = answer.log ?? "";
  const want: Record<(typeof FIELDS)[number], unknown> = {
    code: answer.code,
    codespace: answer.codespace ?? "",
    log: comparableLog(theirLog, theirLog),
    gas_wanted: answer.gas_wanted,
    data: answer.data ?? "",
    gas_used: answer.gas_used,
  };
  const got: typeof want = {
    code: result.code,
    codespace: result.codespace,
    log: comparableLog(theirLog, result.log),
    gas_wanted: Number(result.gasWanted),
    data: toHex(result.data),
    gas_used: Number(result.gasUsed) - charges.beyond,
  };
  const field = FIELDS.find((name) => want[name] !== got[name]);
  if (field !== undefined) {
    const logs = field === "log" ? [] : [`  log: want ${JSON.stringify(theirLog)}, got ${JSON.stringify(result.log)}`];
    const trace = field === "log" ? [] : charges.problem.map((line) => `  ${line}`);
    return [field, `  want ${JSON.stringify(want[field])}`, `  got  ${JSON.stringify(got[field])}`, ...logs, ...trace];
  }
  const events = eventDifference(answer.events, wireEvents(result.events));
  if (events.length > 0) return events;
  return [...charges.problem];
}
