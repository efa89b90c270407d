// SPDX-License-Identifier: Apache-2.0
// A message that is sent many times, each time in a transaction and a block of its own: what the
// first and the last of them cost.
import { report } from "./report.mjs";

/** The last part may take this much longer than the first. */
const MOST_GROWTH = 1.2;

/**
 * @typedef {object} Repeated
 * @property {number[]} times milliseconds of processor time of each message
 * @property {number[]} gas of each message
 * @property {number} seconds on the clock, of all
 */

export const thousands = (/** @type {number} */ value) => Math.round(value).toLocaleString("en-US");
const meanOf = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Processor time of all threads, in milliseconds: time on the clock grows with what else the
 * machine does.
 */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * Sends messages one after the other.
 * @param {number} count
 * @param {(i: number) => Promise<{ readonly gasUsed: number }>} send
 * @returns {Promise<Repeated>}
 */
export async function repeated(count, send) {
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const gas = [];
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const before = processorTime();
    const { gasUsed } = await send(i);
    times.push(processorTime() - before);
    gas.push(gasUsed);
  }
  return { times, gas, seconds: (performance.now() - begin) / 1_000 };
}

/**
 * Reports time and gas of the first and the last `part` messages.
 * @param {Repeated} done
 * @param {object} of
 * @param {string} of.id
 * @param {string} of.product
 * @param {string} of.message
 * @param {number} of.part
 * @param {number} of.mostGas the gas of the last, at most, as a multiple of that of the first
 */
export function reportRepeated({ times, gas, seconds }, { id, product, message, part, mostGas }) {
  const [first, last] = [meanOf(times.slice(0, part)), meanOf(times.slice(-part))];
  report({
    id: `${id}-time`,
    what: `${product}: ${thousands(times.length)} ${id}, each in a transaction and a block of its own`,
    figure: `${seconds.toFixed(1)} s; processor time of a ${message} ${first.toFixed(2)} ms in the first ${thousands(part)}, ${last.toFixed(2)} ms in the last`,
    target: `the last at most ${MOST_GROWTH}x`,
    met: last <= MOST_GROWTH * first,
  });
  const [firstGas, lastGas] = [meanOf(gas.slice(0, part)), meanOf(gas.slice(-part))];
  report({
    id: `${id}-gas`,
    what: `${product}: gas of a ${message}, first and last of them`,
    figure: `${thousands(firstGas)} and ${thousands(lastGas)} gas (${thousands(Math.min(...gas))} to ${thousands(Math.max(...gas))})`,
    target: mostGas === 1 ? "the same" : `at most ${mostGas}x`,
    met: lastGas <= mostGas * firstGas,
  });
}
