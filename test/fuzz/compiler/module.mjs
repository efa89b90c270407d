// SPDX-License-Identifier: Apache-2.0
import { END, HEADER, I32, name, section, unsigned, vector } from "../encode.mjs";
import { Random } from "../random.mjs";
import { PARAMS, repeat, shapes } from "./shapes.mjs";

const P = [0x20, 0];
const set = (/** @type {number} */ index) => [0x21, ...unsigned(index)];

/** @param {number[]} to @param {readonly number[]} from */
function append(to, from) {
  for (const byte of from) to.push(byte);
  return to;
}

const TYPES = [
  { params: [I32], results: [I32] },
  { params: new Array(PARAMS).fill(I32), results: [I32] },
  { params: [], results: [] },
];

/** Up to six families one after the other, as the seed says. @param {number} seed */
export function mixture(seed) {
  const random = new Random(seed);
  const parts = Array.from({ length: random.between(2, 6) }, () => ({
    write: random.pick(Object.values(shapes)),
    share: random.between(1, 100),
  }));
  const locals = random.pick([1, 2, 8, 20, 60, 110, 250, 480]);
  /** @param {number} size @returns {number[]} */
  const code = (size) => [
    ...parts
      .slice(1)
      .reduce(
        (all, { write, share }) => append(append(all, write(Math.ceil((size * share) / 100), locals)), set(0)),
        /** @type {number[]} */ ([]),
      ),
    ...(parts[0]?.write(Math.ceil((size * (parts[0]?.share ?? 1)) / 100), locals) ?? []),
  ];
  return { code, locals };
}

/**
 * A module whose functions 3 to 3 + copies - 1 have this body and are called by the export `run`.
 * Functions before: 0 does nothing, 1 takes as many parameters as there may be, 2 is unary.
 * @param {number[]} code @param {number} locals @param {number} copies @returns {Uint8Array}
 */
export function moduleOf(code, locals, copies) {
  const body = [...vector([[...unsigned(locals), I32]]), ...code, END];
  const sized = Uint8Array.from([...unsigned(body.length), ...body]);
  const helpers = [
    [0, END],
    [0, ...P, END],
    [0, ...P, END],
  ].flatMap((b) => [...unsigned(b.length), ...b]);
  const run = [0, ...P, ...repeat(copies, (i) => [0x10, ...unsigned(3 + i)]), END];
  const runSized = [...unsigned(run.length), ...run];
  const types = TYPES.map(({ params, results }) => [
    0x60,
    ...vector(params.map((p) => [p])),
    ...vector(results.map((r) => [r])),
  ]);
  const functions = [[2], [1], [0], ...Array.from({ length: copies }, () => [0]), [0]];
  const count = unsigned(copies + 4);
  const codeLength = count.length + helpers.length + sized.length * copies + runSized.length;
  const before = [
    ...HEADER,
    ...section(1, vector(types)),
    ...section(3, vector(functions)),
    ...section(4, vector([[0x70, 0, 4]])),
    ...section(5, vector([[0, 1]])),
    ...section(6, vector([[I32, 1, 0x41, 0, END]])),
    ...section(7, vector([[...name("run"), 0, ...unsigned(3 + copies)]])),
    ...section(9, vector([[0, 0x41, 0, END, ...vector([[0], [1], [2], [3]])]])),
    10,
    ...unsigned(codeLength),
    ...count,
    ...helpers,
  ];
  const out = new Uint8Array(before.length + sized.length * copies + runSized.length);
  out.set(before);
  for (let i = 0; i < copies; i++) out.set(sized, before.length + i * sized.length);
  out.set(runSized, before.length + copies * sized.length);
  return out;
}
