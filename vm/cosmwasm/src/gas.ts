// SPDX-License-Identifier: Apache-2.0
/**
 * Prices of the host functions in wasm gas, charged before the work. Consensus: a changed number
 * forks the chain. Source: spec/gas.md 3.1; SecretNetwork contract-engine/src/gas.rs (WasmCosts,
 * READ_BASE_GAS, WRITE_BASE_GAS).
 */
export const Gas = {
  dbRead: 1_000,
  dbWrite: 2_000,
  /**
   * Refunded at the end of execute, reply, sudo and ibc calls, not of instantiate and migrate.
   * Source: spec/gas.md 3.2.
   */
  dbWritePerByte: 5_000,
  address: 8_192,
  secp256k1Verify: 98_304,
  secp256k1Recover: 98_304,
  secp256k1Sign: 100_000,
  ed25519Verify: 73_728,
  ed25519Sign: 75_000,
  ed25519BatchBase: 5_000,
  ed25519BatchEach: 70_000,
  dcapQuoteVerify: 100_000,
  checkGas: 8_192,
  evaporatePerUnit: 1_000,
  evaporateLeast: 8_000,
} as const;

/** Wasm gas of one SDK gas (x/compute GasMultiplier). Source: spec/gas.md 1. */
export const GAS_MULTIPLIER = 1_000;

/** Largest wasm gas limit of a call. Source: spec/gas.md 1. */
export const MAX_CALL_GAS = 10_000_000_000;
