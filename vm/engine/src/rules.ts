// SPDX-License-Identifier: Apache-2.0
import { type FunctionBody, type FunctionType, MAX_PAGES } from "@sotto/check";

/** Wasm gas of any one instruction (reference gas.rs). */
export const GAS_PER_INSTRUCTION = 2;
/**
 * Wasm gas of one page of memory.grow, and of the call itself: the reference's helper has 14
 * instructions.
 */
export const GAS_PER_PAGE = 8_192;
export const GAS_PER_GROW = 28;

/**
 * Pages without an additional price, 4 MiB: contracts begin with about 20. Each page above has a
 * price by the time to allocate, touch and free it, 50 to 90 us (spec/engine.md 3.2; ADR 53); the
 * protocol has no price for it.
 */
export const FREE_PAGES = 64;
export const GAS_PER_LARGE_PAGE = 400_000;
/** Wasm gas a single call can ever have; every sum of gas then stays a safe integer. */
export const MAX_GAS = 10_000_000_000;

/** Stack bytes that all active functions of an instance share. */
export const STACK_BYTES = 32 * 1024 * 1024;
/**
 * Stack bytes that all waiting instances share, as when a contract queries a contract. Hazard: the
thread's native stack must hold several times this; `nativeStack.ts` requires it.
 */
export const CHAIN_BYTES = 64 * 1024 * 1024;
/**
 * Stack charge of any call. It also bounds the frames that a trap or a garbage collection walks:
 * 2,048 of an instance.
 */
const BYTES_PER_CALL = 16_384;
/**
 * Stack charge for each parameter, local and operand: the baseline compiler stores all of them in
 * the frame.
 */
const BYTES_PER_SLOT = 8;
/**
 * Stack charge for each byte of code: the optimising compiler may store the value of any
 * instruction.
 */
const BYTES_PER_CODE_BYTE = 4;

/**
 * Stack charge of a call of this function. No larger frame of a compiler was found (docs/adr/0048
 * explains why the charge grows with the code).
 */
export const stackBytes = (type: FunctionType, { localCount, maxHeight, codeStart, codeEnd }: FunctionBody): number =>
  BYTES_PER_CALL +
  BYTES_PER_SLOT * (type.params.length + localCount + maxHeight) +
  BYTES_PER_CODE_BYTE * (codeEnd - codeStart);

/**
 * Depth of callbacks from host functions into the instance: bounds the JavaScript frames between
 * wasm frames.
 */
export const MAX_REENTRY = 16;

/**
 * Pages beyond those that the contract sees, so that ordinary growth moves a counter only and the
 * instance can be reset in place. Consensus: an access between the logical and the physical end
 * does not trap.
 */
export const SLACK_PAGES = 8;

export interface MemoryRule {
  readonly initialPages: number;
  /**
   * Physical pages before growth beyond them; afterwards there are `slackPages` more than the
   * contract sees.
   */
  readonly physicalPages: number;
  readonly slackPages: number;
  readonly maxPages: number;
}

export function memoryRule(memory: { min: number; max: number | undefined }, slackPages: number): MemoryRule {
  const maxPages = Math.min(memory.max ?? MAX_PAGES, MAX_PAGES);
  const physicalPages = Math.min(memory.min + slackPages, maxPages);
  return { initialPages: memory.min, physicalPages, slackPages, maxPages };
}

/** Wasm gas that a call pays at its start for the initial pages of its contract. */
export const gasOfInitialPages = (pages: number): number => Math.max(0, pages - FREE_PAGES) * GAS_PER_LARGE_PAGE;
