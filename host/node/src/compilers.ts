// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from "node:v8";
import { setEnvironmentData } from "node:worker_threads";

let isSet = false;

/** Settings of V8 for all threads that start afterwards. */
export function setCompilers(): void {
  if (isSet) return;
  isSet = true;
  // V8 then optimises hot functions of one module on one thread, and not on four with four times
  // the memory (ADR 50). It changes the time when a function is optimised, but no result.
  setFlagsFromString("--wasm-num-compilation-tasks=1");
  // Read by @sotto/engine in all threads (tiers.ts there), which the host may not import.
  setEnvironmentData("sotto.compilesWithoutTiers", new SharedArrayBuffer(4));
}
