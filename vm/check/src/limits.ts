// SPDX-License-Identifier: Apache-2.0
/**
 * Consensus limits on a module (spec/engine.md 2.3). All are below V8's own, so V8 never refuses an
 * accepted module.
 */
export interface ModuleLimits {
  readonly moduleBytes: number;
  readonly functions: number;
  readonly types: number;
  readonly imports: number;
  readonly exports: number;
  readonly globals: number;
  readonly tableEntries: number;
  readonly segments: number;
  readonly params: number;
  readonly bodyBytes: number;
  /** Parameters, locals and operands of one function together. */
  readonly frameSlots: number;
  /**
   * Of one function, as FlowCost counts them. Blocks are branches, so this bounds how deep they
   * nest as well.
   */
  readonly branches: number;
  readonly loops: number;
  readonly joins: number;
  readonly merges: number;
  /** Of all functions together: it determines the size of their compiled code. */
  readonly moduleMerges: number;
  /** Frame slots times branches of one function. */
  readonly frameTimesBranches: number;
  readonly nameBytes: number;
}

/**
 * Each is several times the largest value in public contracts (README.md has them), or a value at
 * which a compiler of V8 takes at most 300 MB when the others are not reached (docs/performance.md
 * has the largest costs found). The module size is x/compute's MaxContractSize.
 */
export const MODULE_LIMITS: ModuleLimits = {
  moduleBytes: 2 * 1024 * 1024,
  functions: 20_000,
  types: 1_000,
  imports: 64,
  exports: 256,
  globals: 256,
  tableEntries: 4_096,
  segments: 4_096,
  params: 64,
  bodyBytes: 320 * 1024,
  frameSlots: 512,
  branches: 16_384,
  loops: 2_048,
  joins: 20_000_000,
  merges: 500_000,
  moduleMerges: 2_000_000,
  frameTimesBranches: 2_000_000,
  nameBytes: 512,
};

/** Initial pages above which the reference refuses an upload (cosmwasm-vm compatability.rs). */
export const UPLOAD_MAX_INITIAL_PAGES = 512;

/**
 * Pages a contract can ever have, 12 MiB; the enclave refuses an initial size above it
 * (contract-engine wasm3).
 */
export const MAX_PAGES = 192;
