// SPDX-License-Identifier: Apache-2.0
import { CodeWriter } from "./code.mjs";
import { END, HEADER, I32, I64, name, section, signed, unsigned, vector } from "./encode.mjs";
import { Random } from "./random.mjs";

/** @typedef {import("./code.mjs").Type} Type */

/** Host functions that modules may import; compare.mjs implements them. */
export const HOST_TYPES = new Map([
  ["mix", { params: [I32, I64], results: [I64] }],
  ["pay", { params: [I32], results: [I32] }],
  ["again", { params: [I32], results: [I32] }],
  ["touch", { params: [I32, I32, I32], results: [I32] }],
  ["fail", { params: [I32], results: [] }],
  ["left", { params: [], results: [I64] }],
]);

/**
 * Exports `run` (i32, i32) -> i32, `again` (i32) -> i32, and `global<i>` () -> type, for every
 * seed.
 */
export const RUN = { params: [I32, I32], results: [I32] };
export const AGAIN = { params: [I32], results: [I32] };

/**
 * @typedef {object} Generated
 * @property {Uint8Array} bytes a valid module
 * @property {readonly string[]} globals exported getters, one per global
 */

/** A valid module: the same for the same seed. @param {number} seed @returns {Generated} */
export function generate(seed) {
  const random = new Random(seed);
  const imports = [...HOST_TYPES.keys()].filter(() => random.chance(60));
  const types = [
    RUN,
    AGAIN,
    ...HOST_TYPES.values(),
    ...Array.from({ length: random.between(1, 4) }, () => randomType(random)),
  ];
  const globals = Array.from({ length: random.below(6) }, () => randomGlobal(random));
  const hostType = (/** @type {string} */ host) => 2 + [...HOST_TYPES.keys()].indexOf(host);
  const defined = [0, 1, ...Array.from({ length: random.below(5) }, () => random.below(types.length))];
  const functionTypes = [...imports.map(hostType), ...defined];
  const hasMemory = random.chance(90);
  const hasTable = random.chance(70);
  const scope = {
    types,
    functionTypes,
    globals,
    tableSize: hasTable ? random.between(1, 8) : 0,
    hasTable,
    hasMemory,
    memoryPages: hasMemory ? random.pick([0, 1, 1, 1, 2, 3]) : 0,
  };
  const bodies = defined.map((type) => randomBody(random, scope, types[type] ?? RUN));
  const getters = globals.map((_, i) => vector([]).concat(0x23, ...unsigned(i), END));
  const getterTypes = globals.map(({ type }) => ({ params: [], results: [type] }));
  const first = functionTypes.length;
  return {
    globals: globals.map((_, i) => `global${i}`),
    bytes: Uint8Array.from([
      ...HEADER,
      ...section(1, vector([...types, ...getterTypes].map(writeType))),
      ...section(2, vector(imports.map((host) => [...name("env"), ...name(host), 0, ...unsigned(hostType(host))]))),
      ...section(3, vector([...defined, ...globals.map((_, i) => types.length + i)].map(unsigned))),
      ...section(4, hasTable ? vector([[0x70, 0, ...unsigned(scope.tableSize)]]) : []),
      ...section(5, hasMemory ? vector([writeMemory(random, scope.memoryPages)]) : []),
      ...section(6, vector(globals.map(writeGlobal))),
      ...section(7, vector(writeExports(imports.length, first, globals.length, hasMemory))),
      ...section(9, hasTable ? writeElements(random, scope.tableSize, first) : []),
      ...section(10, vector([...bodies, ...getters].map((body) => [...unsigned(body.length), ...body]))),
      ...section(11, hasMemory ? writeData(random, scope.memoryPages) : []),
    ]),
  };
}

/** @param {Random} random @returns {Type} */
function randomType(random) {
  const params = Array.from({ length: random.below(4) }, () => random.pick([I32, I64]));
  return { params, results: random.chance(70) ? [random.pick([I32, I64])] : [] };
}

/** @param {Random} random */
function randomGlobal(random) {
  const type = random.pick([I32, I64]);
  return { type, mutable: random.chance(75), init: type === I32 ? random.i32() : random.i64() };
}

/** @param {Random} random @param {import("./code.mjs").Scope} scope @param {Type} type */
function randomBody(random, scope, type) {
  const groups = Array.from({ length: random.below(3) }, () => ({
    // Above 127 an index takes two bytes.
    count: random.chance(5) ? random.between(120, 160) : random.between(1, 3),
    type: random.pick([I32, I64]),
  }));
  const locals = [...type.params, ...groups.flatMap((group) => new Array(group.count).fill(group.type))];
  const code = new CodeWriter(random, scope, locals, type.results[0] ?? 0, random.between(5, 120)).body();
  return [...vector(groups.map((group) => [...unsigned(group.count), group.type])), ...code];
}

/** @param {Type} type */
const writeType = ({ params, results }) => [
  0x60,
  ...vector(params.map((p) => [p])),
  ...vector(results.map((r) => [r])),
];

/** @param {{ type: number, mutable: boolean, init: number | bigint }} global */
const writeGlobal = ({ type, mutable, init }) => [
  type,
  mutable ? 1 : 0,
  type === I32 ? 0x41 : 0x42,
  ...signed(init),
  END,
];

/** @param {Random} random @param {number} pages */
const writeMemory = (random, pages) =>
  random.chance(80) ? [0, ...unsigned(pages)] : [1, ...unsigned(pages), ...unsigned(pages + random.below(20))];

/** @param {number} run @param {number} getter @param {number} globals @param {boolean} hasMemory */
function writeExports(run, getter, globals, hasMemory) {
  const functions = [
    ["run", run],
    ["again", run + 1],
    ...Array.from({ length: globals }, (_, i) => [`global${i}`, getter + i]),
  ];
  const out = functions.map(([text, index]) => [...name(String(text)), 0, ...unsigned(Number(index))]);
  return hasMemory ? [...out, [...name("memory"), 2, 0]] : out;
}

/** @param {Random} random @param {number} size @param {number} functions */
function writeElements(random, size, functions) {
  const offset = random.below(size);
  const count = random.between(0, size - offset);
  const entries = Array.from({ length: count }, () => unsigned(random.below(functions)));
  return vector([[0, 0x41, ...signed(offset), END, ...vector(entries)]]);
}

/** @param {Random} random @param {number} pages */
function writeData(random, pages) {
  if (pages === 0) return [];
  const segments = Array.from({ length: random.below(4) }, () => {
    const content = Array.from({ length: random.below(40) }, () => [random.below(256)]);
    const offset = random.chance(80) ? random.below(3_000) : pages * 65_536 - content.length;
    return [0, 0x41, ...signed(offset), END, ...vector(content)];
  });
  return vector(segments);
}
