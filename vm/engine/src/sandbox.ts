// SPDX-License-Identifier: Apache-2.0
import { assert, EnvironmentFault, InvariantBroken } from "@sotto/errors";
import type { DataImage } from "./dataImage.ts";
import { ELEMENT, EXHAUSTED, FATAL, functionField, LEFT_HIGH, LEFT_LOW, RESET, STACK, USE } from "./plan.ts";
import { CHAIN_BYTES, MAX_GAS, MAX_REENTRY, type MemoryRule, STACK_BYTES } from "./rules.ts";
import type { NativeTrap } from "./trapKinds.ts";
import { type HostFunction, type Instance, Trap, type TrapKind, type WasmValue } from "./types.ts";
import { RuntimeError, type WasmFunction, type WasmGlobal, type WasmMemory } from "./webAssembly.ts";

const PAGE = 65_536;
const TWO_32 = 4_294_967_296;
const NO_MEMORY = new Uint8Array(0);

/** The common parts of the sandboxes of one module. */
export interface Blueprint {
  readonly exports: ReadonlyMap<string, number>;
  /** Per table element: whether it has a function. */
  readonly elements: readonly boolean[];
  readonly memory: MemoryRule | undefined;
  readonly data: DataImage;
  readonly traps: ReadonlyMap<string, NativeTrap>;
  /** The sandboxes of the whole engine that are in a call, outermost first. */
  readonly chain: Sandbox[];
}

/** One for all: making an Error captures a stack, 2 us of every call. */
const RELEASED = new InvariantBroken("use of a wasm instance after its release");

/** One WebAssembly instance with its memory, reused for call after call. */
export class Sandbox implements Instance {
  context: unknown = undefined;
  readonly #blueprint: Blueprint;
  readonly #memory: WasmMemory | undefined;
  #view: Uint8Array = NO_MEMORY;
  readonly #functions = new Map<string, WasmFunction>();
  readonly #use: WasmFunction;
  readonly #reset: WasmFunction;
  readonly #low: WasmFunction;
  readonly #high: WasmFunction;
  readonly #exhausted: WasmGlobal<bigint>;
  readonly #stack: WasmGlobal<number>;
  readonly #fatal: WasmGlobal<number>;
  readonly #element: WasmGlobal<number>;
  #depth = 0;
  /** Stack bytes at the start of the outermost call. */
  #stackBytes = STACK_BYTES;
  /** After an error, every call of this loan throws, even if host functions caught the error. */
  #isOver = false;
  #cause: unknown = undefined;
  #isBroken = false;

  constructor(
    blueprint: Blueprint,
    memory: WasmMemory | undefined,
    start: (sandbox: Sandbox) => Readonly<Record<string, unknown>>,
  ) {
    this.#blueprint = blueprint;
    this.#memory = memory;
    const exports = start(this);
    // The rewriter wrote these exports, so their kinds are known.
    for (const [name, index] of blueprint.exports) {
      this.#functions.set(name, exports[functionField(index)] as WasmFunction);
    }
    this.#use = exports[USE] as WasmFunction;
    this.#reset = exports[RESET] as WasmFunction;
    this.#low = exports[LEFT_LOW] as WasmFunction;
    this.#high = exports[LEFT_HIGH] as WasmFunction;
    this.#exhausted = exports[EXHAUSTED] as WasmGlobal<bigint>;
    this.#stack = exports[STACK] as WasmGlobal<number>;
    this.#fatal = exports[FATAL] as WasmGlobal<number>;
    this.#element = exports[ELEMENT] as WasmGlobal<number>;
    blueprint.data.place(this.memory());
  }

  memory(): Uint8Array {
    if (this.#view.length === 0 && this.#memory !== undefined) this.#view = new Uint8Array(this.#memory.buffer);
    return this.#view;
  }

  has(name: string): boolean {
    return this.#functions.has(name);
  }

  call(name: string, ...args: number[]): WasmValue | undefined {
    const target = this.#functions.get(name);
    assert(target !== undefined, "call of a function that the module does not export");
    if (this.#isOver) throw this.#cause;
    if (this.#depth >= MAX_REENTRY) throw this.#end(new Trap("stackOverflow"));
    if (this.#depth++ === 0) this.#joinChain();
    let result: WasmValue | undefined;
    try {
      result = invoke(target, args);
    } catch (thrown) {
      throw this.#end(this.#explain(thrown));
    } finally {
      if (--this.#depth === 0) this.#blueprint.chain.pop();
    }
    if (this.#isOver) throw this.#cause;
    return result;
  }

  #joinChain(): void {
    const { chain } = this.#blueprint;
    let left = CHAIN_BYTES;
    for (const sandbox of chain) left -= sandbox.#stackBytes - sandbox.#stack.value;
    const bytes = Math.min(STACK_BYTES, left);
    if (bytes !== this.#stackBytes) {
      this.#stackBytes = bytes;
      this.#stack.value = bytes;
    }
    chain.push(this);
  }

  chargeGas(amount: number): void {
    assert(Number.isSafeInteger(amount) && amount >= 0, "gas is a non-negative safe integer");
    try {
      if (amount < TWO_32) this.#use(amount, 0);
      else this.#use(amount % TWO_32, Math.floor(amount / TWO_32));
    } catch (thrown) {
      throw this.#end(this.#explain(thrown));
    }
  }

  gasLeft(): number {
    // Both helpers return i32 by construction.
    return ((this.#low() as number) >>> 0) + (this.#high() as number) * TWO_32;
  }

  gasExhausted(): number {
    return Number(this.#exhausted.value);
  }

  /** Starts a loan. The memory is clean: `wipe` or the constructor left it so. */
  start(gasLimit: number): void {
    assert(Number.isSafeInteger(gasLimit) && gasLimit >= 0 && gasLimit <= MAX_GAS, "gas limit out of range");
    this.#isOver = false;
    this.#cause = undefined;
    this.#depth = 0;
    this.#stackBytes = STACK_BYTES;
    this.#reset(gasLimit % TWO_32, Math.floor(gasLimit / TWO_32));
  }

  /**
   * Ends a loan. Returns whether the sandbox can serve another loan: after growth it cannot,
   * because memory does not shrink.
   */
  wipe(): boolean {
    this.context = undefined;
    this.#end(RELEASED);
    const memory = this.memory();
    // Discarded ones count too: it is unknown when the collector frees them.
    this.#blueprint.data.restore(memory);
    return !this.#isBroken && memory.length === (this.#blueprint.memory?.physicalPages ?? 0) * PAGE;
  }

  /**
   * Passes the result of a host function to wasm, unless the loan ended meanwhile and the function
   * hid it.
   */
  returned(result: WasmValue | undefined): WasmValue | undefined {
    if (this.#isOver) throw this.#cause;
    return result;
  }

  /** An error of a host function ends the loan, even if code in between hides it. */
  thrown(cause: unknown): unknown {
    return this.#end(cause instanceof RangeError ? this.#fault(cause) : cause);
  }

  #end(cause: unknown): unknown {
    this.#isOver = true;
    this.#cause = cause;
    return cause;
  }

  #fault(thrown: unknown): EnvironmentFault {
    this.#isBroken = true;
    return new EnvironmentFault("the wasm engine failed", { cause: thrown });
  }

  /**
   * The outcome for an error out of wasm. V8's text decides only between kinds learned at start.
   */
  #explain(thrown: unknown): unknown {
    // A host function's own failure is the outcome, unchanged.
    if (this.#isOver && thrown === this.#cause) return thrown;
    if (!(thrown instanceof RuntimeError) || this.#fatal.value !== 0) return this.#fault(thrown);
    if (this.#exhausted.value !== 0n) return new Trap("outOfGas");
    if (this.#stack.value < 0) return new Trap("stackOverflow");
    const kind = this.#blueprint.traps.get(thrown.message);
    if (kind === undefined) return this.#fault(thrown);
    return new Trap(kind === "indirectCall" ? this.#indirectCallKind() : kind);
  }

  #indirectCallKind(): TrapKind {
    const index = this.#element.value >>> 0;
    const present = this.#blueprint.elements[index];
    if (present === undefined) return "tableOutOfBounds";
    return present ? "indirectCallTypeMismatch" : "uninitializedElement";
  }
}

/**
 * Without spreading for the arities that contracts have: a spread call costs ten times the call.
 */
function invoke(target: WasmFunction, args: readonly number[]): WasmValue | undefined {
  switch (args.length) {
    case 0:
      return target();
    case 1:
      return target(args[0] as number);
    case 2:
      return target(args[0] as number, args[1] as number);
    case 3:
      return target(args[0] as number, args[1] as number, args[2] as number);
    default:
      return target(...args);
  }
}

/** A host function as wasm calls it: made once per sandbox, without an allocation per call. */
export function bindHost(sandbox: Sandbox, target: HostFunction, arity: number): WasmFunction {
  // One form per arity, for the reason of `invoke`.
  switch (arity) {
    case 0:
      return () => {
        try {
          return sandbox.returned(target(sandbox));
        } catch (cause) {
          throw sandbox.thrown(cause);
        }
      };
    case 1:
      return (a) => {
        try {
          return sandbox.returned(target(sandbox, a as WasmValue));
        } catch (cause) {
          throw sandbox.thrown(cause);
        }
      };
    case 2:
      return (a, b) => {
        try {
          return sandbox.returned(target(sandbox, a as WasmValue, b as WasmValue));
        } catch (cause) {
          throw sandbox.thrown(cause);
        }
      };
    default:
      return (...args) => {
        try {
          return sandbox.returned(target(sandbox, ...args));
        } catch (cause) {
          throw sandbox.thrown(cause);
        }
      };
  }
}
