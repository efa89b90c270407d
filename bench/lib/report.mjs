// SPDX-License-Identifier: Apache-2.0
// The report of a bench to the runner. Started alone, a bench only prints.
import { parentPort } from "node:worker_threads";

/**
 * One line of the results table.
 * @typedef {object} Row
 * @property {string} id names the line in docs/performance.md; unique over all benches
 * @property {string} what
 * @property {string} figure
 * @property {string} [target] as the goal is written, for the table
 * @property {boolean} [met] absent where there is no target, or nothing to judge by
 */

/**
 * A bench that runs contracts runs in a thread (tools/contractThread.mjs), without `process.send`.
 * @param {object} message
 */
const send = (message) => {
  if (process.send !== undefined) process.send(message);
  else parentPort?.postMessage(message);
};

/** @param {Row} row */
export function report(row) {
  const verdict = row.met === undefined ? "" : row.met ? "  met" : "  MISSED";
  const target = row.target === undefined ? "" : `  (target: ${row.target}${verdict})`;
  console.log(`  ${row.what}: ${row.figure}${target}`);
  send({ row });
}

/** @param {string} text */
export const note = (text) => {
  console.log(`  ${text}`);
  send({ note: text });
};
