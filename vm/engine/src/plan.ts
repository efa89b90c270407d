// SPDX-License-Identifier: Apache-2.0
import type { CheckedModule } from "@sotto/check";
import type { MemoryRule } from "./rules.ts";

/** Names in the rewritten module. It has no names of the contract, so there is no clash. */
export const HOST_MODULE = "h";
export const MEMORY_NAME = "m";
export const USE = "use";
export const RESET = "reset";
export const LEFT_LOW = "lo";
export const LEFT_HIGH = "hi";
export const EXHAUSTED = "exhausted";
export const STACK = "stack";
export const FATAL = "fatal";
export const ELEMENT = "element";

/** Field of the i-th imported function, and export of the function of index i. */
export const hostField = (index: number): string => `i${index}`;
export const functionField = (index: number): string => `f${index}`;

/** A module, and the indices of all items that the rewriter appends to it. */
export interface Plan {
  readonly module: CheckedModule;
  readonly memory: MemoryRule | undefined;
  readonly gas: number;
  readonly exhausted: number;
  readonly stack: number;
  readonly fatal: number;
  readonly pages: number;
  readonly element: number;
  /** Type indices of the helpers. */
  readonly unary: number;
  readonly pair: number;
  readonly getter: number;
  readonly useFunction: number;
  readonly resetFunction: number;
  readonly lowFunction: number;
  readonly highFunction: number;
  readonly growFunction: number;
}

export function createPlan(module: CheckedModule, memory: MemoryRule | undefined): Plan {
  const type = module.types.length;
  const firstGlobal = module.globals.length;
  const firstFunction = module.imports.length + module.functions.length;
  return {
    module,
    memory,
    unary: type,
    pair: type + 1,
    getter: type + 2,
    gas: firstGlobal,
    exhausted: firstGlobal + 1,
    stack: firstGlobal + 2,
    fatal: firstGlobal + 3,
    pages: firstGlobal + 4,
    element: firstGlobal + 5,
    useFunction: firstFunction,
    resetFunction: firstFunction + 1,
    lowFunction: firstFunction + 2,
    highFunction: firstFunction + 3,
    growFunction: firstFunction + 4,
  };
}
