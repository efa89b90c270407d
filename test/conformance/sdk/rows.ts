// SPDX-License-Identifier: Apache-2.0
/** Differences between two sets of rows. */

import { comparableRow, isExcluded } from "./exclusions.ts";
import type { Ran, State } from "./opened.ts";
import { keyText, valueText } from "./rowText.ts";
import type { BlockOut, Row, SdkVector } from "./vector.ts";

type ByKey = ReadonlyMap<string, string | undefined>;

function normalRows(side: "theirs" | "ours", store: string, rows: readonly Row[]): ByKey {
  const out = new Map<string, string | undefined>();
  for (const [key, value] of rows) {
    const row = comparableRow(side, store, key, value);
    if (row !== undefined) out.set(key, row.value);
  }
  return out;
}

/** Top-level fields that differ in two JSON objects. */
function differingFields(want: string, got: string): string[] {
  try {
    const [a, b]: [Record<string, unknown>, Record<string, unknown>] = [JSON.parse(want), JSON.parse(got)];
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    const differing = names.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
    return differing.length === 0 ? [] : [`  in ${differing.join(", ")}`];
  } catch {
    return [];
  }
}

/** Two values in words, want first. */
export const bothTexts = (want: string, got: string): string[] => [
  `  want ${want}`,
  `  got  ${got}`,
  ...differingFields(want, got),
];

function rowDifference(store: string, key: string, want: ByKey, got: ByKey): string[] {
  const text = (rows: ByKey): string => {
    if (!rows.has(key)) return "nothing written";
    const value = rows.get(key);
    return value === undefined ? "removed" : valueText(store, key, value);
  };
  return [`store ${store}, ${keyText(store, key)}`, ...bothTexts(text(want), text(got))];
}

/**
 * The first row, in the order of keys, that is not equal. A row without value is a removal.
 */
export function rowsDifference(store: string, want: readonly Row[], got: readonly Row[]): string[] {
  const [theirs, ours] = [normalRows("theirs", store, want), normalRows("ours", store, got)];
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  for (const key of keys) {
    const same = theirs.has(key) === ours.has(key) && theirs.get(key) === ours.get(key);
    if (!same) return rowDifference(store, key, theirs, ours);
  }
  return [];
}

/** Whether rows of the table of exclusions are among them: the store's hash then differs. */
export const hasExcluded = (store: string, rows: readonly Row[]): boolean =>
  rows.some(([key, value]) => isExcluded(store, key, value));

/** Rows after writes. */
export function applied(rows: readonly Row[], writes: readonly Row[]): Row[] {
  const out = new Map(rows.map(([key, value]) => [key, value]));
  for (const [key, value] of writes) {
    if (value === undefined) out.delete(key);
    else out.set(key, value);
  }
  return [...out].sort(([a], [b]) => (a < b ? -1 : 1)) as Row[];
}

/** The SDK's rows after its last block. */
export class SdkState {
  readonly #rows: Map<string, Map<string, string | undefined>>;

  constructor({ out }: SdkVector, stores: readonly string[]) {
    this.#rows = new Map(
      stores.map((name) => [name, new Map(out.genesis_rows[name] as [string, string][] | undefined)]),
    );
  }

  get rows(): State {
    return this.#rows;
  }

  apply({ writes = {} }: BlockOut): void {
    for (const [name, rows] of this.#rows) {
      for (const [key, value] of writes[name] ?? []) {
        if (value === undefined) rows.delete(key);
        else rows.set(key, value);
      }
    }
  }
}

/** The rows that the block itself wrote, without those that were only made equal before it. */
export function ownWrites(store: string, { written, corrected }: Ran, wanted: readonly Row[]): readonly Row[] {
  const changes = corrected.get(store);
  const rows = written[store] ?? [];
  if (changes === undefined) return rows;
  const theirs = new Set(wanted.map(([key]) => key));
  return rows.filter(([key, value]) => theirs.has(key) || !changes.has(key) || changes.get(key) !== value);
}
