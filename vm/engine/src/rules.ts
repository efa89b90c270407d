import { MAX_PAGES } from "@sotto/check";

/** Wasm gas of one instruction, whatever it is (reference gas.rs). */
export const GAS_PER_INSTRUCTION = 2;
/** Wasm gas of one page asked of memory.grow, and of asking at all: the reference's helper has 14 instructions. */
export const GAS_PER_PAGE = 8_192;
export const GAS_PER_GROW = 28;

/**
 * Pages for which a call pays no more than that, 4 MiB: contracts begin with about 20. Each above costs as much as it takes to make it,
 * touch it and throw it away, 50 to 90 us (ADR 53); the protocol has no price for it.
 */
export const FREE_PAGES = 64;
export const GAS_PER_LARGE_PAGE = 400_000;
/** Wasm gas a single call can ever have; every sum of gas then stays a safe integer. */
export const MAX_GAS = 10_000_000_000;

/** Slots of locals and operands that all active functions of an instance share. */
export const STACK_SLOTS = 16_384;
/**
 * Slots that all instances share which wait for one another, as when a contract queries a contract. Less than the tenth
 * level could ask for, so that no chain of calls outgrows the native stack (984 KB by default) and stops the node.
 */
export const CHAIN_SLOTS = 65_536;
/** Slots a call takes beside its locals and operands. Native frames use at most 8 bytes a slot with it. */
export const SLOTS_PER_CALL = 8;
/** How deep host functions may call back into the instance: bounds the JavaScript frames between wasm frames. */
export const MAX_REENTRY = 16;

/**
 * Pages beyond those that the contract sees, so that ordinary growth moves a counter only and the instance can be reset in
 * place. Consensus: an access between the logical and the physical end does not trap.
 */
export const SLACK_PAGES = 8;

export interface MemoryRule {
  readonly initialPages: number;
  /** Pages that really exist before growth goes beyond them; then there are `slackPages` more than the contract sees again. */
  readonly physicalPages: number;
  readonly slackPages: number;
  readonly maxPages: number;
}

export function memoryRule(memory: { min: number; max: number | undefined }, slackPages: number): MemoryRule {
  const maxPages = Math.min(memory.max ?? MAX_PAGES, MAX_PAGES);
  const physicalPages = Math.min(memory.min + slackPages, maxPages);
  return { initialPages: memory.min, physicalPages, slackPages, maxPages };
}

/** Wasm gas that a call pays at its start for the pages that its contract begins with. */
export const gasOfInitialPages = (pages: number): number => Math.max(0, pages - FREE_PAGES) * GAS_PER_LARGE_PAGE;
