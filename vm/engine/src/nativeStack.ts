// SPDX-License-Identifier: Apache-2.0
import { resourceLimits } from "node:worker_threads";
import { EnvironmentFault } from "@sotto/errors";

/**
 * MiB of native stack of a thread that runs contracts: nine times the native stack of a full chain
 * of calls with the largest frames found (docs/adr/0048). Cost: address space; memory only for
 * pages that were once in use.
 */
export const NATIVE_STACK_MB = 512;

/**
 * Refuses a thread on which a contract could reach the end of the native stack, which would stop
 * one node and not another. The first thread of a process never has enough: the system sets its
 * stack, and V8 does not know its size.
 */
export function assertNativeStack(): void {
  if (hasNativeStack) return;
  const found =
    stackSizeMb === undefined ? "this is the first thread of the process" : `this one has ${stackSizeMb} MiB`;
  throw new EnvironmentFault(
    `contracts run only on a thread with ${NATIVE_STACK_MB} MiB of native stack, and ${found}: start a worker with resourceLimits.stackSizeMb`,
  );
}

const { stackSizeMb } = resourceLimits;
const hasNativeStack = stackSizeMb !== undefined && stackSizeMb >= NATIVE_STACK_MB;
