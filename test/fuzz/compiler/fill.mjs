// SPDX-License-Identifier: Apache-2.0
import { checkModule, WasmRejected } from "@sotto/check";
import { mayBeOptimised } from "@sotto/engine";
import { mixture, moduleOf } from "./module.mjs";
import { shapes } from "./shapes.mjs";

const KEEP = [0x21, 0];

/**
 * @typedef
 * {{ readonly shape: string, readonly locals: number, readonly size: number, readonly copies: number }}
 * Case
 */

/**
 * A shape is a family of shapes.mjs, or `mixture` and a seed, or as much of another as `name:size+`
 * in front says: a function can reach several limits at once.
 * @param {string} shape
 * @param {number} locals
 * @returns {{ locals: number, code: (size: number) => number[] }}
 */
function family(shape, locals) {
  const both = /^(\w+):(\d+)\+(.+)$/.exec(shape);
  if (both !== null) {
    const [, before = "", size, rest = ""] = both;
    const head = [...family(before, locals).code(Number(size)), ...KEEP];
    const { code } = family(rest, locals);
    return { locals, code: (/** @type {number} */ n) => head.concat(code(n)) };
  }
  const write = shapes[shape];
  if (write !== undefined) return { locals, code: (/** @type {number} */ size) => write(size, locals) };
  const seed = /^mixture(\d+)$/.exec(shape)?.[1];
  if (seed === undefined)
    throw new Error(`no shape is called ${shape}: ${Object.keys(shapes).join(", ")}, mixture<seed>`);
  return mixture(Number(seed));
}

/** @param {Case} of @returns {Uint8Array} */
export function build({ shape, locals, size, copies }) {
  const { code, locals: count } = family(shape, locals);
  return moduleOf(code(size), count, copies);
}

/**
 * Whether the validator accepts a module, and the engine lets it be optimised if asked.
 * @param {Uint8Array} bytes
 * @param {boolean} [optimised]
 */
function isAccepted(bytes, optimised = false) {
  try {
    const checked = checkModule(bytes);
    return !optimised || mayBeOptimised(checked);
  } catch (thrown) {
    if (thrown instanceof WasmRejected && thrown.code === "limit") return false;
    throw thrown;
  }
}

/** A number within 2 % of the largest that fits. @param {(size: number) => boolean} fits */
function largest(fits) {
  let low = 0;
  let high = 1;
  while (fits(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > Math.max(1, low >> 6)) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The largest function of a shape that the validator accepts, and that V8 may optimise if asked.
 * @param {string} shape @param {number} locals @param {boolean} [optimised] @returns {Case}
 */
export function fillFunction(shape, locals, optimised) {
  const size = largest((n) => isAccepted(build({ shape, locals, size: n, copies: 1 }), optimised));
  return { shape, locals, size, copies: 1 };
}

/**
 * As many functions as fit into a module, and as V8 may optimise if asked.
 * @param {string} shape
 * @param {number} locals
 * @param {number} size
 * @param {boolean} [optimised]
 * @returns {Case}
 */
export function fillModule(shape, locals, size, optimised) {
  const { code, locals: count } = family(shape, locals);
  const body = code(size);
  const copies = largest((n) => n < 20_000 && isAccepted(moduleOf(body, count, n), optimised));
  return { shape, locals, size, copies };
}
