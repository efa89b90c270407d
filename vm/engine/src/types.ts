// SPDX-License-Identifier: Apache-2.0
import type { CheckedModule } from "@sotto/check";

/** The reason of a stop without a result. Engines must agree on the kind, not on V8's text. */
export type TrapKind =
  | "unreachable"
  | "outOfGas"
  | "memoryOutOfBounds"
  | "tableOutOfBounds"
  | "uninitializedElement"
  | "indirectCallTypeMismatch"
  | "divideByZero"
  | "integerOverflow"
  | "stackOverflow";

/** A trap of the module or of a host function. The instance that raised it is never resumed. */
export class Trap extends Error {
  override readonly name = "Trap";
  readonly kind: TrapKind;

  constructor(kind: TrapKind) {
    super(`wasm trap: ${kind}`);
    this.kind = kind;
  }
}

/** i32 crosses as a number (signed on the way in to JavaScript), i64 as a bigint. */
export type WasmValue = number | bigint;

/**
 * A function of module `env`. Called with the instance that imports it. An error ends the call:
the contract cannot catch it, and `Instance.call` throws the same value.
 */
export type HostFunction = (instance: Instance, ...args: WasmValue[]) => WasmValue | undefined;

/** One sandbox, lent for one call. */
export interface Instance {
  /** The borrower's slot, for host functions to find their call. Cleared on release. */
  context: unknown;
  /** The whole addressable memory now. Hazard: stale after any call into wasm; read it again. */
  memory(): Uint8Array;
  /** Calls an exported function. Throws Trap, or the error of a host function. */
  call(name: string, ...args: number[]): WasmValue | undefined;
  /** Whether the module exports a function of this name. */
  has(name: string): boolean;
  /**
   * Takes wasm gas before work is done; throws Trap("outOfGas") when it does not suffice. A safe
   * integer.
   */
  chargeGas(amount: number): void;
  /** Wasm gas left: a safe integer. */
  gasLeft(): number;
  /**
   * Cost of the sequence or host charge that did not fit when gas ran out, else 0 (the reference's
   * gas_limit_exhausted).
   */
  gasExhausted(): number;
}

export interface CompiledModule {
  readonly checked: CheckedModule;
  /** Lends an instance in the module's initial state with `gasLimit` wasm gas (at most 10^10). */
  acquire(gasLimit: number): Instance;
  /**
   * Takes it back, wiping memory, so that no plaintext lingers. Call once per acquire, also after a
   * trap.
   */
  release(instance: Instance): void;
}

/** The common interface of the fast engine and the interpreter. */
export interface Engine {
  /**
   * Imports are all of module `env`; every import of the module must be present with the signature
   * `check` knows.
   */
  compile(checked: CheckedModule, imports: Readonly<Record<string, HostFunction>>): CompiledModule;
}
