// SPDX-License-Identifier: Apache-2.0
// Writes the binary format. Instructions are arrays of bytes.

/** @param {number} value @returns {number[]} */
export function unsigned(value) {
  const out = [];
  let rest = value >>> 0;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
  return out;
}

/** @param {number | bigint} value @returns {number[]} */
export function signed(value) {
  const out = [];
  let rest = BigInt(value);
  while (rest < -64n || rest > 63n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest & 0x7fn));
  return out;
}

/** @param {readonly number[][]} items @returns {number[]} */
export const vector = (items) => [...unsigned(items.length), ...items.flat()];

/** @param {string} text @returns {number[]} */
export const name = (text) => vector([...text].map((c) => [c.charCodeAt(0)]));

/** @param {number} id @param {number[]} content @returns {number[]} */
export const section = (id, content) => (content.length === 0 ? [] : [id, ...unsigned(content.length), ...content]);

export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
export const I32 = 0x7f;
export const I64 = 0x7e;
export const END = 0x0b;
