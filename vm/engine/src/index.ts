// SPDX-License-Identifier: Apache-2.0
export { createEngine, type EngineOptions } from "./createEngine.ts";
export { assertNativeStack } from "./nativeStack.ts";
export { gasOfInitialPages, MAX_GAS } from "./rules.ts";
export { mayBeOptimised } from "./tiers.ts";
export {
  type CompiledModule,
  type Engine,
  type HostFunction,
  type Instance,
  Trap,
  type TrapKind,
  type WasmValue,
} from "./types.ts";
