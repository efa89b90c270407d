import { countJsonValues, MAX_JSON_VALUES } from "@sotto/codec";
import type { Instance } from "@sotto/engine";
import type { CallContext } from "./backend.ts";
import { passBytes, readRegion } from "./region.ts";

// Work that the protocol has no price for: bytes that cross between contract and host, queries, removals. An ordinary
// call never uses its allowance up, so its gas is the reference's. Beyond it work costs what it takes: without that a
// contract could hold the block thread for hours, for the gas of the loop alone.

/** Units that a call has for nothing. */
export const FREE_WORK = 65_536;

/** Wasm gas of a unit beyond. A unit is the work on one byte: up to 25 ns, of which 2 gas buy one in wasm. */
export const GAS_PER_UNIT = 50;

/** Units of what is no byte, by its measured cost. */
export const Work = {
  /** A request to the host and back, whatever it answers. */
  query: 400,
  remove: 20,
  /** A value of JSON, beside its bytes: an object or a string is made for it and thrown away again. */
  jsonValue: 8,
  debug: 2,
  /**
   * A signature costs 65 us when OpenSSL takes it, and 0.5 ms when only the arbiter does (ZIP-215). Which of them it is may
   * depend on OpenSSL, so each pays a part of the difference; one that both refuse, 1 ms, all of it.
   */
  ed25519: 4_000,
  refusedEd25519: 16_000,
} as const;

/** The running call. `Contract.call` is the only borrower of instances, and it sets the slot before any wasm runs. */
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

/** Copies out a region that holds JSON: a unit a byte, and for each value, before anything is made of them. */
export function takeJson(instance: Instance, pointer: number): Uint8Array {
  const bytes = takeBytes(instance, pointer);
  // The parser stops at the same number.
  chargeWork(instance, countJsonValues(bytes, MAX_JSON_VALUES) * Work.jsonValue);
  return bytes;
}

/** Hands bytes over in a region of the contract's, a unit a byte. Hazard: as passBytes. */
export function giveBytes(instance: Instance, bytes: Uint8Array): number {
  chargeWork(instance, bytes.length);
  return passBytes(instance, bytes);
}
