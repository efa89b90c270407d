// SPDX-License-Identifier: Apache-2.0
import type { CheckedModule, FunctionType } from "@sotto/check";
import { assert, EnvironmentFault } from "@sotto/errors";
import { DataImage } from "./dataImage.ts";
import { assertNativeStack } from "./nativeStack.ts";
import { HOST_MODULE, hostField, MEMORY_NAME } from "./plan.ts";
import { rewriteModule } from "./rewriteModule.ts";
import { type MemoryRule, memoryRule, SLACK_PAGES } from "./rules.ts";
import { type Blueprint, bindHost, Sandbox } from "./sandbox.ts";
import { mayBeOptimised, withoutTiers } from "./tiers.ts";
import { learnTraps, type NativeTrap } from "./trapKinds.ts";
import type { CompiledModule, Engine, HostFunction, Instance } from "./types.ts";
import {
  Memory,
  Module,
  validate,
  type WasmFunction,
  Instance as WasmInstance,
  type WasmMemory,
  type WasmModule,
} from "./webAssembly.ts";

export interface EngineOptions {
  /**
   * Clean instances in the pool, over all modules. Each holds its memory (1.6 MB for a usual
   * contract) and 10 GB of address space.
   */
  readonly maxIdle?: number;
  /** Only for the official test suite: another value than the default changes consensus. */
  readonly slackPages?: number;
}

const MAX_IDLE = 64;
/** Most bytes of memory of all clean instances: a hostile contract has 12 MiB, a usual one 1.6. */
const MAX_IDLE_BYTES = 192 * 1024 * 1024;

/**
 * The fast engine: metered WebAssembly on V8. It compiles on any thread and lends instances only on
 * one with the native stack that contracts need (EnvironmentFault). Cost of a compile: about 5 ms
 * per 500 KB of code.
 */
export function createEngine({ maxIdle = MAX_IDLE, slackPages = SLACK_PAGES }: EngineOptions = {}): Engine {
  const traps = learnTraps();
  const idle = new IdleSet(maxIdle);
  const chain: Sandbox[] = [];
  return {
    compile: (checked, imports) => new MeteredModule(checked, imports, { traps, idle, chain, slackPages }),
  };
}

/** Clean sandboxes of all modules, the longest unused first. */
class IdleSet {
  readonly #limit: number;
  readonly #owners = new Map<Sandbox, Sandbox[]>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(sandbox: Sandbox, owner: Sandbox[]): void {
    owner.push(sandbox);
    this.#owners.set(sandbox, owner);
    this.#bytes += sandbox.memory().length;
    while (this.#owners.size > this.#limit || this.#bytes > MAX_IDLE_BYTES) {
      const [oldest, pool] = this.#owners.entries().next().value as [Sandbox, Sandbox[]];
      pool.splice(pool.indexOf(oldest), 1);
      this.#forget(oldest);
    }
  }

  #forget(sandbox: Sandbox): void {
    this.#owners.delete(sandbox);
    this.#bytes -= sandbox.memory().length;
  }

  take(owner: Sandbox[]): Sandbox | undefined {
    const sandbox = owner.pop();
    if (sandbox !== undefined) this.#forget(sandbox);
    return sandbox;
  }
}

interface PoolState {
  readonly traps: ReadonlyMap<string, NativeTrap>;
  readonly idle: IdleSet;
  readonly chain: Sandbox[];
  readonly slackPages: number;
}

class MeteredModule implements CompiledModule {
  readonly checked: CheckedModule;
  readonly #shared: PoolState;
  readonly #module: WasmModule;
  readonly #blueprint: Blueprint;
  readonly #hosts: readonly { readonly target: HostFunction; readonly arity: number }[];
  readonly #free: Sandbox[] = [];
  readonly #lent = new Set<Sandbox>();

  constructor(checked: CheckedModule, imports: Readonly<Record<string, HostFunction>>, shared: PoolState) {
    this.checked = checked;
    this.#shared = shared;
    this.#hosts = checked.imports.map(({ name, type }) => {
      // The contract chose the names, so they are never looked up on a prototype.
      const target = Object.hasOwn(imports, name) ? imports[name] : undefined;
      assert(target !== undefined, "a checked module imports a function that the host does not have");
      return { target, arity: (checked.types[type] as FunctionType).params.length };
    });
    const memory = checked.memory === undefined ? undefined : memoryRule(checked.memory, shared.slackPages);
    assert(
      memory === undefined || memory.initialPages <= memory.maxPages,
      "initial memory above what contracts may have",
    );
    this.#module = compileModule(checked, memory);
    this.#blueprint = {
      exports: new Map(
        checked.exports.filter(({ kind }) => kind === "function").map(({ name, index }) => [name, index]),
      ),
      elements: presentElements(checked),
      memory,
      data: new DataImage(checked),
      traps: shared.traps,
      chain: shared.chain,
    };
  }

  acquire(gasLimit: number): Instance {
    assertNativeStack();
    const sandbox = this.#shared.idle.take(this.#free) ?? this.#createSandbox();
    this.#lent.add(sandbox);
    sandbox.start(gasLimit);
    return sandbox;
  }

  release(instance: Instance): void {
    const sandbox = instance as Sandbox; // Checked at once: the set has only instances that this module lent.
    assert(this.#lent.delete(sandbox), "release of an instance that is not lent");
    if (sandbox.wipe()) this.#shared.idle.add(sandbox, this.#free);
  }

  #createSandbox(): Sandbox {
    const { memory: rule } = this.#blueprint;
    const memory = rule === undefined ? undefined : createMemory(rule);
    return new Sandbox(this.#blueprint, memory, (sandbox) => {
      const host: Record<string, WasmFunction | WasmMemory> = {};
      for (const [i, { target, arity }] of this.#hosts.entries()) host[hostField(i)] = bindHost(sandbox, target, arity);
      if (memory !== undefined) host[MEMORY_NAME] = memory;
      return orFault(
        "wasm instantiation failed",
        () => new WasmInstance(this.#module, { [HOST_MODULE]: host }).exports,
      );
    });
  }
}

/** The validator has already decided. V8 also validates, but another verdict stops the node. */
function compileModule(checked: CheckedModule, memory: MemoryRule | undefined): WasmModule {
  if (!validate(withoutCustomSections(checked)))
    throw new EnvironmentFault("V8 refuses a module that the validator accepts");
  const rewritten = rewriteModule(checked, memory);
  const compile = (): WasmModule => orFault("V8 refuses a rewritten module", () => new Module(rewritten));
  return mayBeOptimised(checked) ? compile() : withoutTiers(compile);
}

/** V8 reads some custom sections, which the validator does not check. */
function withoutCustomSections({ bytes, customRanges }: CheckedModule): Uint8Array {
  if (customRanges.length === 0) return bytes;
  const out = new Uint8Array(bytes.length);
  let from = 0;
  let length = 0;
  for (let i = 0; i <= customRanges.length; i += 2) {
    const part = bytes.subarray(from, customRanges[i] ?? bytes.length);
    out.set(part, length);
    length += part.length;
    from = customRanges[i + 1] ?? bytes.length;
  }
  return out.subarray(0, length);
}

function createMemory({ physicalPages, maxPages }: MemoryRule): WasmMemory {
  return orFault("no memory for a wasm instance", () => new Memory({ initial: physicalPages, maximum: maxPages }));
}

function orFault<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new EnvironmentFault(what, { cause });
  }
}

function presentElements({ table, elements }: CheckedModule): boolean[] {
  const present = new Array<boolean>(table?.min ?? 0).fill(false);
  for (const { offset, functions } of elements) present.fill(true, offset, offset + functions.length);
  return present;
}
