// SPDX-License-Identifier: Apache-2.0
import { type CheckedModule, type FunctionImport, type FunctionType, functionType } from "@sotto/check";
import {
  type CompiledModule,
  type Engine,
  type HostFunction,
  type Instance,
  Trap,
  type WasmValue,
} from "@sotto/engine";
import { assert } from "@sotto/errors";
import { decodeFunction } from "./decode.ts";
import { coerce, Machine, type Program, type Surroundings } from "./machine.ts";
import { Memory } from "./memory.ts";
import type { Value } from "./numeric.ts";
import { CHAIN_BYTES, MAX_REENTRY, SLACK_PAGES, STACK_BYTES } from "./rules.ts";

export interface InterpreterOptions {
  readonly slackPages?: number;
}

/** The engine that serves as specification: every rule of execution in its simplest form. */
export function createInterpreter({ slackPages = SLACK_PAGES }: InterpreterOptions = {}): Engine {
  const chain: Machine[] = [];
  return {
    compile(checked, imports): CompiledModule {
      const hosts = checked.imports.map(({ name }) => {
        const host = Object.hasOwn(imports, name) ? imports[name] : undefined;
        assert(host !== undefined, "a checked module imports a function that the host does not have");
        return host;
      });
      const program = { module: checked, functions: checked.functions.map((body) => decodeFunction(checked, body)) };
      return {
        checked,
        acquire: (gasLimit) =>
          new InterpretedInstance(program, hosts, new Memory(checked, slackPages), gasLimit, chain),
        release(instance) {
          instance.context = undefined;
          instance.memory().fill(0);
        },
      };
    },
  };
}

class InterpretedInstance implements Instance, Surroundings {
  context: unknown = undefined;
  readonly #module: CheckedModule;
  readonly #hosts: readonly HostFunction[];
  readonly #memory: Memory;
  readonly #machine: Machine;
  #gas: number;
  readonly #chain: Machine[];
  #exhausted = 0;
  #depth = 0;
  /** The error that ended this instance, or undefined. */
  #end: { readonly cause: unknown } | undefined;

  constructor(program: Program, hosts: readonly HostFunction[], memory: Memory, gasLimit: number, chain: Machine[]) {
    this.#module = program.module;
    this.#hosts = hosts;
    this.#memory = memory;
    this.#gas = gasLimit;
    this.#chain = chain;
    this.#machine = new Machine(program, memory, this);
  }

  memory(): Uint8Array {
    return this.#memory.bytes;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  #find(name: string): number | undefined {
    return this.#module.exports.find((entry) => entry.kind === "function" && entry.name === name)?.index;
  }

  call(name: string, ...args: WasmValue[]): WasmValue | undefined {
    const index = this.#find(name);
    assert(index !== undefined, "call of a function that the module does not export");
    if (this.#end !== undefined) throw this.#end.cause;
    if (this.#depth++ === 0) {
      const waiting = this.#chain.reduce((sum, { stackUsed }) => sum + stackUsed, 0);
      this.#machine.stackLimit = Math.min(STACK_BYTES, CHAIN_BYTES - waiting);
      this.#chain.push(this.#machine);
    }
    try {
      if (this.#depth > MAX_REENTRY) throw new Trap("stackOverflow");
      const { params } = functionType(this.#module, index);
      return this.#machine.invoke(
        index,
        params.map((type, i) => coerce(args[i], type)),
      );
    } catch (cause) {
      this.#end = { cause };
      throw cause;
    } finally {
      if (--this.#depth === 0) this.#chain.pop();
    }
  }

  host(index: number, args: readonly Value[]): Value | undefined {
    try {
      const result = (this.#hosts[index] as HostFunction)(this, ...args);
      if (this.#end !== undefined) throw this.#end.cause;
      const { results } = this.#module.types[(this.#module.imports[index] as FunctionImport).type] as FunctionType;
      return results[0] === undefined ? undefined : coerce(result, results[0]);
    } catch (cause) {
      this.#end = { cause };
      throw cause;
    }
  }

  charge(amount: number): void {
    if (this.#gas < amount) {
      this.#exhausted = amount;
      throw new Trap("outOfGas");
    }
    this.#gas -= amount;
  }

  chargeGas(amount: number): void {
    try {
      this.charge(amount);
    } catch (cause) {
      this.#end = { cause };
      throw cause;
    }
  }

  gasLeft(): number {
    return this.#gas;
  }

  gasExhausted(): number {
    return this.#exhausted;
  }
}
