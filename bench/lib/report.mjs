// SPDX-License-Identifier: Apache-2.0
// The report of a bench to the runner. Started alone, a bench only prints.

/**
 * One line of the results table.
 * @typedef {object} Row
 * @property {string} id names the line in docs/performance.md; unique over all benches
 * @property {string} what
 * @property {string} figure
 * @property {string} [target] as the goal is written, for the table
 * @property {boolean} [met] absent where there is no target, or nothing to judge by
 */

/** @param {Row} row */
export function report(row) {
  const verdict = row.met === undefined ? "" : row.met ? "  met" : "  MISSED";
  const target = row.target === undefined ? "" : `  (target: ${row.target}${verdict})`;
  console.log(`  ${row.what}: ${row.figure}${target}`);
  process.send?.({ row });
}

/** @param {string} text */
export const note = (text) => {
  console.log(`  ${text}`);
  process.send?.({ note: text });
};
