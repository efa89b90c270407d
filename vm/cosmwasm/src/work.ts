// SPDX-License-Identifier: Apache-2.0
import { countJsonValues, MAX_JSON_VALUES } from "@sotto/codec";
import type { Instance } from "@sotto/engine";
import type { CallContext } from "./backend.ts";
import { passBytes, readRegion } from "./region.ts";

// Work that the protocol has no price for: bytes that cross between contract and host, queries,
// removals. An ordinary call never uses up its allowance, so its gas equals the reference's. Beyond
// it work costs gas by its time: otherwise a contract could hold the block thread for hours, for
// the gas of the loop alone.

/** Free units of a call. */
export const FREE_WORK = 65_536;

/**
 * Wasm gas of a unit beyond. A unit is the work on one byte: up to 25 ns; 2 gas pay for one in
 * wasm.
 */
export const GAS_PER_UNIT = 50;

/** Units of work other than bytes, by its measured cost. */
export const Work = {
  /** A request to the host and back, with any answer. */
  query: 400,
  remove: 20,
  /** A value of JSON, beside its bytes: an object or a string is made for it and freed. */
  jsonValue: 8,
  debug: 2,
  /**
   * A signature costs 65 us when OpenSSL accepts it, and 0.5 ms when only the ZIP-215 code does.
   * This may depend on OpenSSL's version, so each pays a part of the difference; a signature that
   * both refuse pays all of it, 1 ms.
   */
  ed25519: 4_000,
  refusedEd25519: 16_000,
} as const;

/**
 * The running call. `Contract.call` is the only borrower of instances, and it sets the slot before
 * any wasm runs.
 */
export const contextOf = (instance: Instance): CallContext => instance.context as CallContext;

/** Takes units from the call's allowance, and gas for those that are not in it. */
export function chargeWork(instance: Instance, units: number): void {
  const context = contextOf(instance);
  const left = context.freeWork - units;
  context.freeWork = Math.max(left, 0);
  if (left < 0) instance.chargeGas(-left * GAS_PER_UNIT);
}

/** Copies a region out, a unit a byte. */
export function takeBytes(instance: Instance, pointer: number): Uint8Array {
  const bytes = readRegion(instance, pointer);
  chargeWork(instance, bytes.length);
  return bytes;
}

/**
 * Copies out a region that holds JSON: a unit a byte, and units for each value, before they are
 * parsed.
 */
export function takeJson(instance: Instance, pointer: number): Uint8Array {
  const bytes = takeBytes(instance, pointer);
  // The parser stops at the same number.
  chargeWork(instance, countJsonValues(bytes, MAX_JSON_VALUES) * Work.jsonValue);
  return bytes;
}

/** Passes bytes in a region of the contract, a unit a byte. Hazard: as passBytes. */
export function giveBytes(instance: Instance, bytes: Uint8Array): number {
  chargeWork(instance, bytes.length);
  return passBytes(instance, bytes);
}
