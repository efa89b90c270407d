// SPDX-License-Identifier: Apache-2.0
// The real native stack of a recursive function, compared with its charge. Runs in
// a thread whose stack is known: the recursion is not stopped by the charge, which has a budget
// that it cannot reach, but by the end of the stack.
import { checkModule } from "@sotto/check";
import { rewriteModule } from "../../../vm/engine/dist/rewriteModule.js";
import { memoryRule, SLACK_PAGES } from "../../../vm/engine/dist/rules.js";
import { argumentsOf, moduleOf } from "./shapes.mjs";

/** MiB of the stack that is filled. */
export const STACK_MB = 16;
/** Node's reserve at the end of a worker's stack (node_worker.h). */
const RESERVED = 192 * 1024;
const BUDGET = 0x7fffffff;
const GAS = [0, 2];
const DEEP = 0x7fffff00;

/**
 * @param {import("./shapes.mjs").Shape} shape
 * @param {number} warm calls before the measurement, for compilers that wait for them
 * @returns {number | string} native bytes for each charged byte, a lower bound where nothing
 * overflowed; a text when it is no module
 */
export function nativeShare(shape, warm) {
  const checked = checkModule(moduleOf(shape));
  const memory = memoryRule(checked.memory ?? { min: 0, max: 0 }, SLACK_PAGES);
  const { Instance, Memory, Module } = /** @type {any} */ (globalThis).WebAssembly;
  const h = { m: new Memory({ initial: memory.physicalPages, maximum: memory.maxPages }), i0: () => 1 };
  const { exports } = new Instance(new Module(rewriteModule(checked, memory)), { h });
  const f = exports[`f${checked.exports[0]?.index}`];
  const call = (/** @type {number} */ depth) => {
    exports.reset(...GAS);
    exports.stack.value = BUDGET;
    f(...argumentsOf(shape, depth));
  };
  for (let i = 0; i < warm; i++) call(3);
  let worst = 0;
  for (let i = 0; i < 2; i++) {
    try {
      call(DEEP);
      return "it came back";
    } catch (error) {
      if (!(error instanceof RangeError)) {
        if (exports.exhausted.value !== 0n) return "out of gas";
        if (exports.stack.value >= 0) return `${error}`;
        // The budget ended first: the frame is too small to measure.
        return (STACK_MB * 2 ** 20) / BUDGET;
      }
      worst = Math.max(worst, (STACK_MB * 2 ** 20 - RESERVED) / (BUDGET - exports.stack.value));
    }
  }
  return worst;
}
