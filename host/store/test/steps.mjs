// SPDX-License-Identifier: Apache-2.0
// The rows of every version of the crash and thread tests, equal for writers and readers.
const text = (value) => new TextEncoder().encode(value);

export const STORES = ["bank", "compute"];

/**
 * 40 rows with the version, 20 rows that are written or deleted, and two rows beside the state, one
 * of them long.
 */
export function step(version) {
  const value = text(String(version));
  const bank = Array.from({ length: 40 }, (_, i) => [text(`same-${i}`), value]);
  const compute = Array.from({ length: 20 }, (_, i) => {
    const key = text(`row-${(version * 7 + i * 13) % 500}`);
    return [key, (version + i) % 5 === 0 ? undefined : value];
  });
  return {
    changes: new Map([
      ["bank", bank],
      ["compute", compute],
    ]),
    extra: new Map([
      ["height", value],
      ["long", new Uint8Array(2_000).fill(version)],
    ]),
  };
}

/** Runs of rows that are staged before the first version. */
export const RUNS = 4;
const ROWS = 6_000;

/** Rows in no order; a third changes or removes rows of the run before. */
export function run(number) {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const key = text(`row-${Math.imul(i + (number * ROWS * 2) / 3, 0x9e3779b1) >>> 0}`);
    return [key, i % 7 === 0 ? undefined : text(`${number} ${i}`.repeat(1 + (i % 5)))];
  });
  return new Map(STORES.map((name, i) => [name, rows.slice(i * 100)]));
}
