// SPDX-License-Identifier: Apache-2.0
// The largest that searches have found so far: where the next ones begin.

const plain = { locals: 0, params: 0, held: 0, helperSize: 8, helperLoop: false };
const piece = { wide: false, wrap: "none", fresh: true, where: "before", use: "xor", make: "global" };

/** @type {readonly import("./shapes.mjs").Shape[]} */
export const KNOWN = /** @type {any} */ ([
  // Each value of a global stays alive until the pure instruction that takes it, which the
  // scheduler puts last.
  { ...plain, call: "direct", pieces: [{ ...piece, count: 16_000, use: "select" }] },
  { ...plain, call: "direct", pieces: [{ ...piece, count: 10_000, where: "both", wrap: "loop" }] },
  { ...plain, call: "indirect", helperSize: 40, pieces: [{ ...piece, count: 9_000, make: "bare" }] },
  // Equal products on both sides of the call: one value, alive over it.
  { ...plain, call: "direct", pieces: [{ ...piece, count: 4_000, make: "bigProduct", where: "both" }] },
  { ...plain, call: "direct", pieces: [{ ...piece, count: 4_000, make: "indexed", where: "both" }] },
  // All values in a frame of the baseline compiler.
  { ...plain, call: "direct", locals: 400, params: 28, held: 40, pieces: [{ ...piece, count: 1 }] },
  // Small functions that a newer V8 inlines.
  {
    ...plain,
    call: "direct",
    helperSize: 4,
    pieces: [
      { ...piece, count: 30, make: "bare" },
      { ...piece, count: 30, make: "helper", wide: true },
    ],
  },
]);
