// SPDX-License-Identifier: Apache-2.0
import type { Found } from "./compare.ts";
import type { AllowanceRule, Place } from "./things.ts";
import { type Where, wheres } from "./wheres.ts";

/** A difference that an observer sees between two runs. */
export interface Difference {
  /** Its name, one of the closed list `wheres`. */
  readonly where: Where;
  /** The difference in words. */
  readonly message: string;
  /** What the author of the contract, or of the client, does against it. */
  readonly cure: string;
  /** The value in the first and in the second run. */
  readonly a: string;
  readonly b: string;
  /** The import of the contract, or the field, that makes it. */
  readonly source: string;
  readonly place: Place;
}

/** Names of contracts in reports, by address. */
export type Names = ReadonlyMap<string, string>;

/** Characters of a value in a sentence. */
const WIDTH = 200;

/** The part of two long values around their first difference. */
function shorten(a: string, b: string): readonly [string, string] {
  if (a.length <= WIDTH && b.length <= WIDTH) return [a, b];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - WIDTH / 4);
  const cut = (text: string) =>
    `${from > 0 ? "…" : ""}${text.slice(from, from + WIDTH)}${text.length > from + WIDTH ? "…" : ""}`;
  return [cut(a), cut(b)];
}

function wordsOf({ transaction, message, contract, query, block }: Place, names: Names): string {
  const words: string[] = [];
  if (query !== undefined) words.push(`query ${query} ${block === 0 ? "before the run" : `after block ${block}`}`);
  else if (transaction !== undefined) words.push(`transaction ${transaction}`);
  else if (block !== undefined) words.push(`block ${block}`);
  if (message !== undefined) words.push(`message ${message}`);
  if (contract !== undefined) {
    const name = names.get(contract);
    words.push(name === undefined ? `contract ${contract}` : `contract ${name} (${contract})`);
  }
  return words.join(", ");
}

export function differenceOf({ where, place, of, a, b }: Found, names: Names): Difference {
  const { subject, source, cure } = wheres[where];
  const words = wordsOf(place, names);
  const [left, right] = shorten(a, b);
  const which = of === undefined ? "" : ` (${of})`;
  const message = `${words === "" ? "" : `${words}: `}${subject}${which}: ${left} in the first run, ${right} in the second; made by ${source}`;
  return { where, message, cure, a, b, source, place };
}

/** What an observer learns from the difference of two runs. */
export class Report {
  /** The observer in words. */
  readonly seenBy: string;
  readonly differences: readonly Difference[];
  /** Transactions of the two runs. */
  readonly transactions: readonly [number, number];
  /** Named rules for `toRevealOnly`. */
  readonly allowances: Readonly<Record<string, AllowanceRule>>;
  /** How the two runs were found, for messages; empty, or it begins with a line break. */
  readonly note: string;

  /**
   * Whether both runs sent the same bytes: the secret did not reach the chain, so nothing was
   * compared.
   */
  readonly isEmpty: boolean;

  constructor(parts: Pick<Report, "seenBy" | "differences" | "transactions" | "allowances" | "note" | "isEmpty">) {
    this.seenBy = parts.seenBy;
    this.differences = parts.differences;
    this.transactions = parts.transactions;
    this.allowances = parts.allowances;
    this.note = parts.note;
    this.isEmpty = parts.isEmpty;
  }

  /** Names of the differences, each once. */
  get names(): Where[] {
    return [...new Set(this.differences.map(({ where }) => where))];
  }

  toString(): string {
    return describe(this.seenBy, this.differences) + this.note;
  }
}

/** Differences in words, with their cures. */
export function describe(seenBy: string, differences: readonly Difference[]): string {
  if (differences.length === 0) return `${seenBy} sees no difference between the two runs`;
  const lines = differences.map(({ message, cure }, i) => `${i + 1}. ${message}\n   Cure: ${cure}.`);
  return `${seenBy} tells the two runs apart by ${differences.length === 1 ? "this" : `these ${differences.length}`}:\n${lines.join("\n")}`;
}
