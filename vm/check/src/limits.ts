/** Consensus limits on a module. All are below V8's own, so V8 never refuses what we accept. */
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
  readonly brTableTargets: number;
  readonly nesting: number;
  readonly bodyBytes: number;
  /** Parameters, locals and operands of one function together. */
  readonly frameSlots: number;
  /** Frame slots times blocks of one function: what a compiler's memory grows with. */
  readonly frameTimesBlocks: number;
  readonly nameBytes: number;
}

/**
 * Real contracts stay far below (680 functions, 236 KB bodies, frames of 117 slots, 4,861 blocks, 55 data segments).
 * Frame and frame times blocks stop modules that make a compiler take seconds and gigabytes; V8 takes at most
 * 50,000 locals, names of 100,000 bytes and bodies of 7.6 MB. The module size is x/compute's MaxContractSize.
 */
export const MODULE_LIMITS: ModuleLimits = {
  moduleBytes: 2 * 1024 * 1024,
  functions: 20_000,
  types: 1_000,
  imports: 64,
  exports: 64,
  globals: 256,
  tableEntries: 4_096,
  segments: 4_096,
  params: 32,
  brTableTargets: 4_096,
  nesting: 512,
  bodyBytes: 512 * 1024,
  frameSlots: 512,
  frameTimesBlocks: 2_000_000,
  nameBytes: 512,
};

/** Initial pages above which the reference refuses an upload (cosmwasm-vm compatability.rs). */
export const UPLOAD_MAX_INITIAL_PAGES = 512;

/** Pages a contract can ever have, 12 MiB; the enclave refuses an initial size above it (contract-engine wasm3). */
export const MAX_PAGES = 192;
