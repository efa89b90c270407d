// SPDX-License-Identifier: Apache-2.0
import { type CheckedModule, type FunctionImport, type FunctionType, I32, OP } from "@sotto/check";
import { Trap } from "@sotto/engine";
import { assert } from "@sotto/errors";
import type { FunctionCode, Instruction } from "./decode.ts";
import type { Memory } from "./memory.ts";
import { BINARY, LOADS, STORES, UNARY, type Value } from "./numeric.ts";
import { STACK_BYTES } from "./rules.ts";

export interface Program {
  readonly module: CheckedModule;
  readonly functions: readonly FunctionCode[];
}

/** The functions of the instance that the machine needs. */
export interface Surroundings {
  charge(amount: number): void;
  host(index: number, args: readonly Value[]): Value | undefined;
}

interface Label {
  /** The target of a branch: after a block, or at the first instruction of a loop. */
  readonly target: number;
  readonly height: number;
  readonly arity: number;
  readonly isLoop: boolean;
  readonly cost: number;
}

interface Frame {
  readonly code: FunctionCode;
  readonly locals: Value[];
  readonly labels: Label[];
  readonly height: number;
  at: number;
}

/**
 * The abstract machine of WebAssembly 1.0 with gas and a stack limit. Explicit stacks, no recursion
 * but through the host.
 */
export class Machine {
  readonly #program: Program;
  readonly #memory: Memory;
  readonly #surroundings: Surroundings;
  readonly #table: (number | undefined)[];
  readonly #globals: Value[];
  readonly #stack: Value[] = [];
  readonly #frames: Frame[] = [];
  /** Stack bytes in use; every call in progress holds its own. */
  stackUsed = 0;
  /** The limit: less than the rule where other instances wait for this one. */
  stackLimit = STACK_BYTES;

  constructor(program: Program, memory: Memory, surroundings: Surroundings) {
    this.#program = program;
    this.#memory = memory;
    this.#surroundings = surroundings;
    const { table, elements, globals } = program.module;
    this.#table = new Array<number | undefined>(table?.min ?? 0).fill(undefined);
    for (const { offset, functions } of elements) {
      for (const [i, index] of functions.entries()) this.#table[offset + i] = index;
    }
    this.#globals = globals.map(({ init }) => init);
  }

  /** Runs a function to its end. A throw leaves the machine unusable. */
  invoke(index: number, args: readonly Value[]): Value | undefined {
    const base = this.#frames.length;
    this.#stack.push(...args);
    this.#call(index);
    while (this.#frames.length > base) this.#step(this.#frames.at(-1) as Frame);
    return this.#typeOf(index).results.length > 0 ? this.#pop() : undefined;
  }

  #typeOf(index: number): FunctionType {
    const { imports, types } = this.#program.module;
    if (index < imports.length) return types[(imports[index] as FunctionImport).type] as FunctionType;
    return (this.#program.functions[index - imports.length] as FunctionCode).type;
  }

  #pop(): Value {
    const value = this.#stack.pop();
    assert(value !== undefined, "operand stack underflow in a checked module");
    return value;
  }

  #popI32(): number {
    return this.#pop() as number;
  }

  #call(index: number): void {
    const { params } = this.#typeOf(index);
    const args = this.#stack.splice(this.#stack.length - params.length);
    const imported = this.#program.module.imports.length;
    if (index < imported) {
      const result = this.#surroundings.host(index, args);
      if (result !== undefined) this.#stack.push(result);
      return;
    }
    const code = this.#program.functions[index - imported] as FunctionCode;
    this.stackUsed += code.stack;
    if (this.stackUsed > this.stackLimit) throw new Trap("stackOverflow");
    this.#frames.push({ code, locals: [...args, ...code.locals], labels: [], height: this.#stack.length, at: 0 });
    this.#surroundings.charge(code.cost);
  }

  #return(frame: Frame): void {
    const result = frame.code.type.results.length > 0 ? [this.#pop()] : [];
    this.#stack.length = frame.height;
    this.#stack.push(...result);
    this.stackUsed -= frame.code.stack;
    this.#frames.pop();
  }

  #branch(frame: Frame, depth: number): void {
    if (depth >= frame.labels.length) {
      this.#return(frame);
      return;
    }
    const label = frame.labels[frame.labels.length - 1 - depth] as Label;
    const result = label.arity > 0 ? [this.#pop()] : [];
    this.#stack.length = label.height;
    this.#stack.push(...result);
    frame.labels.length -= label.isLoop ? depth : depth + 1;
    frame.at = label.target;
    if (label.isLoop) this.#surroundings.charge(label.cost);
  }

  #step(frame: Frame): void {
    const instruction = frame.code.instructions[frame.at] as Instruction;
    frame.at++;
    const { op, a } = instruction;
    const unary = UNARY.get(op);
    const binary = BINARY.get(op);
    if (unary !== undefined) this.#stack.push(unary(this.#pop()));
    else if (binary !== undefined) {
      const right = this.#pop();
      this.#stack.push(binary(this.#pop(), right));
    } else if (LOADS.has(op) || STORES.has(op)) this.#access(op, a);
    else if (op >= OP.localGet && op <= OP.globalSet) this.#variable(frame, op, a);
    else if (op <= OP.callIndirect) this.#control(frame, instruction);
    else this.#other(instruction);
  }

  #access(op: number, offset: number): void {
    const load = LOADS.get(op);
    if (load !== undefined) {
      this.#stack.push(this.#memory.load((this.#popI32() >>> 0) + offset, load));
      return;
    }
    const value = this.#pop();
    this.#memory.store((this.#popI32() >>> 0) + offset, STORES.get(op) as number, value);
  }

  #variable(frame: Frame, op: number, index: number): void {
    switch (op) {
      case OP.localGet:
        this.#stack.push(frame.locals[index] as Value);
        break;
      case OP.localSet:
        frame.locals[index] = this.#pop();
        break;
      case OP.localTee:
        frame.locals[index] = this.#stack.at(-1) as Value;
        break;
      case OP.globalGet:
        this.#stack.push(this.#globals[index] as Value);
        break;
      default:
        this.#globals[index] = this.#pop();
    }
  }

  #other({ op, a, i64 }: Instruction): void {
    switch (op) {
      case OP.i32Const:
        this.#stack.push(a);
        break;
      case OP.i64Const:
        this.#stack.push(i64);
        break;
      case OP.drop:
        this.#pop();
        break;
      case OP.select: {
        const condition = this.#popI32();
        const second = this.#pop();
        const first = this.#pop();
        this.#stack.push(condition !== 0 ? first : second);
        break;
      }
      case OP.memorySize:
        this.#stack.push(this.#memory.pages);
        break;
      default:
        this.#stack.push(this.#memory.grow(this.#popI32() >>> 0, (amount) => this.#surroundings.charge(amount)));
    }
  }

  #control(frame: Frame, instruction: Instruction): void {
    const { op, a } = instruction;
    switch (op) {
      case OP.unreachable:
        throw new Trap("unreachable");
      case OP.block:
      case OP.loop:
        this.#enter(frame, instruction, instruction);
        break;
      case OP.if:
        this.#if(frame, instruction);
        break;
      case OP.else:
        // Reached at the end of the first arm.
        frame.labels.pop();
        frame.at = instruction.end + 1;
        break;
      case OP.end:
        if (frame.labels.pop() === undefined) this.#return(frame);
        break;
      case OP.br:
        this.#branch(frame, a);
        break;
      case OP.brIf:
        if (this.#popI32() !== 0) this.#branch(frame, a);
        break;
      case OP.brTable: {
        const { labels } = instruction;
        const index = Math.min(this.#popI32() >>> 0, labels.length - 1);
        this.#branch(frame, labels[index] as number);
        break;
      }
      case OP.return:
        this.#return(frame);
        break;
      case OP.call:
        this.#call(a);
        break;
      case OP.callIndirect:
        this.#callIndirect(a);
        break;
      default: // nop
    }
  }

  /**
   * Opens the label of `block` and charges for the sequence after `opener`, which is the block
   * itself or its else.
   */
  #enter(frame: Frame, block: Instruction, opener: Instruction): void {
    const isLoop = block.op === OP.loop;
    const { cost } = opener;
    const target = isLoop ? frame.at : block.end + 1;
    frame.labels.push({ target, height: this.#stack.length, arity: isLoop ? 0 : block.arity, isLoop, cost });
    this.#surroundings.charge(cost);
  }

  #if(frame: Frame, block: Instruction): void {
    if (this.#popI32() !== 0) this.#enter(frame, block, block);
    else if (block.otherwise >= 0) {
      frame.at = block.otherwise + 1;
      this.#enter(frame, block, frame.code.instructions[block.otherwise] as Instruction);
    } else frame.at = block.end + 1;
  }

  #callIndirect(typeIndex: number): void {
    const entry = this.#popI32() >>> 0;
    if (entry >= this.#table.length) throw new Trap("tableOutOfBounds");
    const index = this.#table[entry];
    if (index === undefined) throw new Trap("uninitializedElement");
    const expected = this.#program.module.types[typeIndex] as FunctionType;
    if (!sameType(this.#typeOf(index), expected)) throw new Trap("indirectCallTypeMismatch");
    this.#call(index);
  }
}

const sameType = (a: FunctionType, b: FunctionType): boolean =>
  a.params.length === b.params.length &&
  a.results.length === b.results.length &&
  a.params.every((type, i) => type === b.params[i]) &&
  a.results.every((type, i) => type === b.results[i]);

/** A value from JavaScript as one of the given type. */
export const coerce = (value: Value | undefined, type: number): Value =>
  type === I32 ? Number(value ?? 0) | 0 : BigInt.asIntN(64, BigInt(value ?? 0n));
