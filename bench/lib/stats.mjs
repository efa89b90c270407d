// SPDX-License-Identifier: Apache-2.0
/**
 * The quantile `part` of the values. Sorts a copy.
 * @param {ArrayLike<number>} values
 * @param {number} part
 */
export function quantile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export const median = (/** @type {ArrayLike<number>} */ values) => quantile(values, 0.5);

export const mean = (/** @type {ArrayLike<number>} */ values) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Three significant digits. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 10 ? 1 : 2);
}

/**
 * Time of one call in microseconds, with its result.
 * @template T
 * @param {() => T} act
 * @returns {[number, T]}
 */
export function timed(act) {
  const start = performance.now();
  const result = act();
  return [(performance.now() - start) * 1000, result];
}
