// SPDX-License-Identifier: Apache-2.0
import { ControlFlow, type FlowCost } from "./controlFlow.ts";
import { nonZeroText, unsupportedText } from "./features.ts";
import type { ModuleLimits } from "./limits.ts";
import {
  ACCESS_ALIGN,
  ACCESS_TYPE,
  FIRST_STORE,
  FLOAT,
  NUMERIC_COUNT,
  NUMERIC_OPERAND,
  NUMERIC_RESULT,
  OP,
} from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import type { WasmRejected } from "./rejected.ts";
import { type FunctionBody, type FunctionType, I32, I64, type LocalGroup, type ValueType } from "./types.ts";
import { readValueType } from "./valueTypes.ts";

/** The index spaces that bodies may use. */
export interface BodyScope {
  readonly types: readonly FunctionType[];
  /** Type index of every function, imported ones first. */
  readonly functionTypes: readonly number[];
  readonly globalTypes: readonly ValueType[];
  readonly globalMutable: readonly boolean[];
  readonly hasTable: boolean;
  readonly hasMemory: boolean;
}

/** Any type: the type of an operand of dead code. */
const UNKNOWN = 0;
const NO_RESULT = 0;

const FRAME_FUNCTION = 0;

/**
 * Type-checks function bodies with the algorithm of the WebAssembly 1.0 appendix, one pass, no
 * recursion. The stacks live as long as the validator, so a module costs two allocations, not two
 * per function.
 */
export class BodyValidator {
  readonly #reader: Reader;
  readonly #scope: BodyScope;
  readonly #limits: ModuleLimits;
  readonly #operands: Uint8Array;
  #height = 0;
  #maxHeight = 0;
  #operandLimit = 0;
  readonly #frameKind: Uint8Array;
  readonly #frameResult: Uint8Array;
  readonly #frameHeight: Uint32Array;
  readonly #frameDead: Uint8Array;
  #depth = 0;
  readonly #flow: ControlFlow;
  #hasCalls = false;
  #locals: Uint8Array = new Uint8Array(0);
  readonly #localSpace: Uint8Array;

  constructor(reader: Reader, scope: BodyScope, limits: ModuleLimits) {
    this.#reader = reader;
    this.#scope = scope;
    this.#limits = limits;
    this.#operands = new Uint8Array(limits.frameSlots + 1);
    this.#localSpace = new Uint8Array(limits.frameSlots);
    this.#flow = new ControlFlow(limits.branches, limits.frameSlots);
    // Each open block is one branch, so their limit bounds the depth.
    const depth = limits.branches + 1;
    this.#frameKind = new Uint8Array(depth);
    this.#frameResult = new Uint8Array(depth);
    this.#frameHeight = new Uint32Array(depth);
    this.#frameDead = new Uint8Array(depth);
  }

  /** Reads one body at the reader, which must end exactly at `codeEnd`. */
  check(typeIndex: number, codeEnd: number): FunctionBody {
    const reader = this.#reader;
    // Type indices were checked when the function section was read.
    const type = this.#scope.types[typeIndex] as FunctionType;
    const localsStart = reader.at;
    const locals = this.#readLocals(type);
    const localCount = this.#locals.length - type.params.length;
    this.#operandLimit = this.#limits.frameSlots - this.#locals.length;
    this.#height = 0;
    this.#maxHeight = 0;
    this.#hasCalls = false;
    this.#depth = -1;
    const flow = this.#flow;
    flow.start(this.#locals.length);
    flow.open(0, false, 1);
    this.#pushFrame(FRAME_FUNCTION, type.results[0] ?? NO_RESULT);
    const codeStart = reader.at;
    this.#instructions();
    if (reader.at !== codeEnd) throw reader.fail("malformed", "function body does not end with its end");
    const cost = flow.cost();
    this.#limitFlow(cost);
    return {
      type: typeIndex,
      locals,
      localCount,
      localsStart,
      codeStart,
      codeEnd,
      maxHeight: this.#maxHeight,
      flow: cost,
      hasCalls: this.#hasCalls,
    };
  }

  #limitFlow({ branches, loops, joins, merges }: FlowCost): void {
    const limits = this.#limits;
    const frame = this.#locals.length + this.#maxHeight;
    const within: readonly (readonly [string, number, number])[] = [
      ["loops", loops, limits.loops],
      ["frame slots times branches", frame * branches, limits.frameTimesBranches],
      ["joins of control flow", joins, limits.joins],
      ["joins of locals", merges, limits.merges],
    ];
    for (const [what, found, limit] of within) {
      if (found > limit) throw this.#reader.fail("limit", `function with more than ${limit} ${what}`);
    }
  }

  #addBranches(count: number): void {
    if (!this.#flow.add(count)) {
      throw this.#reader.fail(
        "limit",
        `function with more than ${this.#limits.branches} blocks and targets of branches`,
      );
    }
  }

  #readLocals(type: FunctionType): LocalGroup[] {
    const reader = this.#reader;
    const space = this.#localSpace;
    const groups: LocalGroup[] = [];
    let total = 0;
    for (const param of type.params) {
      if (total === space.length) throw this.#tooLarge();
      space[total++] = param;
    }
    const count = reader.count(0xffffffff, "local groups");
    for (let i = 0; i < count; i++) {
      const size = reader.u32();
      const valueType = readValueType(reader);
      if (size > space.length - total) throw this.#tooLarge();
      space.fill(valueType, total, total + size);
      total += size;
      groups.push({ count: size, type: valueType });
    }
    this.#locals = space.subarray(0, total);
    return groups;
  }

  #tooLarge(): WasmRejected {
    return this.#reader.fail(
      "limit",
      `more than ${this.#limits.frameSlots} parameters, locals and operands in a function`,
    );
  }

  #mismatch(): WasmRejected {
    return this.#reader.fail("invalid", "type mismatch");
  }

  #push(type: number): void {
    if (this.#height >= this.#operandLimit) throw this.#tooLarge();
    this.#operands[this.#height++] = type;
    if (this.#height > this.#maxHeight) this.#maxHeight = this.#height;
  }

  #popAny(): number {
    const depth = this.#depth;
    if (this.#height === this.#frameHeight[depth]) {
      if (this.#frameDead[depth] === 1) return UNKNOWN;
      throw this.#mismatch();
    }
    return this.#operands[--this.#height] as number;
  }

  #pop(type: number): void {
    const found = this.#popAny();
    if (found !== type && found !== UNKNOWN) throw this.#mismatch();
  }

  #popMany(types: readonly ValueType[]): void {
    for (let i = types.length - 1; i >= 0; i--) this.#pop(types[i] as number);
  }

  #pushFrame(kind: number, result: number): void {
    const depth = this.#depth + 1;
    this.#depth = depth;
    this.#frameKind[depth] = kind;
    this.#frameResult[depth] = result;
    this.#frameHeight[depth] = this.#height;
    this.#frameDead[depth] = 0;
  }

  /** Leaves the innermost frame with its result checked but not pushed. */
  #popFrame(): number {
    const depth = this.#depth;
    const result = this.#frameResult[depth] as number;
    if (result !== NO_RESULT) this.#pop(result);
    if (this.#height !== this.#frameHeight[depth]) throw this.#mismatch();
    this.#depth = depth - 1;
    return result;
  }

  #dead(): void {
    this.#height = this.#frameHeight[this.#depth] as number;
    this.#frameDead[this.#depth] = 1;
  }

  /** The type a branch to this label carries; a loop's label is its start and carries nothing. */
  #branchTo(label: number): number {
    if (label > this.#depth) throw this.#reader.fail("invalid", "unknown label");
    const depth = this.#depth - label;
    this.#flow.branch(this.#depth, depth);
    return this.#frameKind[depth] === OP.loop ? NO_RESULT : (this.#frameResult[depth] as number);
  }

  /**
   * The loop over a body. The most frequent instructions are handled here without a call, because a
   * fresh process validates its first contract before its own code is optimised; all other
   * instructions take the general path.
   */
  #instructions(): void {
    const reader = this.#reader;
    const { bytes, end } = reader;
    const operands = this.#operands;
    const locals = this.#locals;
    // An index above 127 takes more than one byte.
    const localsInByte = Math.min(locals.length, 0x80);
    let floor = 0;
    while (this.#depth >= 0) {
      let at = reader.at;
      let height = this.#height;
      // Every fast instruction sets `at` and `height` and continues; the others leave the loop.
      while (at + 1 < end) {
        const op = bytes[at] as number;
        const next = bytes[at + 1] as number;
        const operand = NUMERIC_OPERAND[op] as number;
        if (operand !== 0) {
          const from = height - (NUMERIC_COUNT[op] as number);
          if (from < floor || operands[from] !== operand || operands[height - 1] !== operand) break;
          operands[from] = NUMERIC_RESULT[op] as number;
          height = from + 1;
          at++;
        } else if (next < localsInByte && op >= OP.localGet && op <= OP.localTee) {
          const type = locals[next] as number;
          if (op === OP.localGet) {
            if (height >= this.#operandLimit) break;
            operands[height++] = type;
          } else if (height <= floor || operands[height - 1] !== type) break;
          else {
            this.#flow.assign(next);
            if (op === OP.localSet) height--;
          }
          at += 2;
        } else if (op === OP.i32Const && next < 0x80 && height < this.#operandLimit) {
          operands[height++] = I32;
          at += 2;
        } else break;
        if (height > this.#maxHeight) this.#maxHeight = height;
      }
      reader.at = at;
      this.#height = height;
      this.#instruction(reader.byte());
      floor = this.#frameHeight[Math.max(this.#depth, 0)] as number;
    }
  }

  #instruction(op: number): void {
    const operand = NUMERIC_OPERAND[op] as number;
    if (operand !== 0) {
      if (NUMERIC_COUNT[op] === 2) this.#pop(operand);
      this.#pop(operand);
      this.#push(NUMERIC_RESULT[op] as number);
    } else if (ACCESS_TYPE[op] !== 0) this.#access(op);
    else if (op >= OP.localGet && op <= OP.globalSet) this.#variable(op);
    else if (op <= OP.callIndirect) this.#control(op);
    else this.#other(op);
  }

  #other(op: number): void {
    if (op === OP.i32Const) {
      this.#reader.s32();
      this.#push(I32);
    } else if (op === OP.i64Const) {
      this.#reader.skipS64();
      this.#push(I64);
    } else if (op === OP.drop) this.#popAny();
    else if (op === OP.select) this.#select();
    else if (op === OP.memorySize || op === OP.memoryGrow) {
      this.#memoryByte();
      if (op === OP.memoryGrow) this.#pop(I32);
      this.#push(I32);
    } else throw this.#refused(op);
  }

  #refused(op: number): WasmRejected {
    const reader = this.#reader;
    if (FLOAT[op] === 1) return reader.fail("float", "floating point instruction");
    // Prefix 0xfc: sub-opcodes 0 to 7 are the saturating float conversions.
    if (op === 0xfc && reader.u32() < 8) return reader.fail("float", "floating point instruction");
    return reader.fail("unsupported", unsupportedText(op));
  }

  #memoryByte(): void {
    if (this.#reader.byte() !== 0) throw this.#reader.fail("malformed", "zero byte expected");
    if (!this.#scope.hasMemory) throw this.#reader.fail("invalid", "unknown memory");
  }

  #access(op: number): void {
    const reader = this.#reader;
    const align = reader.u32();
    reader.u32();
    if (align > (ACCESS_ALIGN[op] as number)) throw reader.fail("invalid", "alignment larger than natural");
    if (!this.#scope.hasMemory) throw reader.fail("invalid", "unknown memory");
    const type = ACCESS_TYPE[op] as number;
    if (op >= FIRST_STORE) {
      this.#pop(type);
      this.#pop(I32);
    } else {
      this.#pop(I32);
      this.#push(type);
    }
  }

  #variable(op: number): void {
    const reader = this.#reader;
    const index = reader.u32();
    if (op <= OP.localTee) {
      const type = this.#locals[index];
      if (type === undefined) throw reader.fail("invalid", "unknown local");
      if (op !== OP.localGet) {
        this.#flow.assign(index);
        this.#pop(type);
      }
      if (op !== OP.localSet) this.#push(type);
      return;
    }
    const type = this.#scope.globalTypes[index];
    if (type === undefined) throw reader.fail("invalid", "unknown global");
    if (op === OP.globalGet) {
      this.#push(type);
      return;
    }
    if (this.#scope.globalMutable[index] !== true) throw reader.fail("invalid", "global is immutable");
    this.#pop(type);
  }

  #select(): void {
    this.#pop(I32);
    const second = this.#popAny();
    const first = this.#popAny();
    if (first !== second && first !== UNKNOWN && second !== UNKNOWN) throw this.#mismatch();
    this.#push(first === UNKNOWN ? second : first);
  }

  #control(op: number): void {
    if (op >= OP.block && op <= OP.if) this.#block(op);
    else if (op === OP.end) this.#end();
    else if (op === OP.else) this.#else();
    else if (op >= OP.br && op <= OP.return) this.#branch(op);
    else if (op === OP.call || op === OP.callIndirect) this.#call(op);
    else if (op === OP.unreachable) this.#dead();
    else if (op !== OP.nop) throw this.#refused(op);
  }

  #block(op: number): void {
    const result = this.#blockType();
    if (op === OP.if) this.#pop(I32);
    this.#addBranches(1);
    this.#pushFrame(op, result);
    // A block's label has an edge from its end; an if's from its end and from its start; a loop's
    // from before it, and its end leaves it.
    this.#flow.open(this.#depth, op === OP.loop, op === OP.block ? 1 : 2);
  }

  #blockType(): number {
    const byte = this.#reader.bytes[this.#reader.at];
    if (byte === 0x40) {
      this.#reader.at++;
      return NO_RESULT;
    }
    // A non-negative LEB is a type index: multi-value.
    if (byte !== undefined && ((byte < 0x80 && (byte & 0x40) === 0) || byte >= 0x80)) {
      throw this.#reader.fail("unsupported", "block type is a type index");
    }
    return readValueType(this.#reader);
  }

  #else(): void {
    if (this.#frameKind[this.#depth] !== OP.if) throw this.#reader.fail("malformed", "else without if");
    // The label stays open: its end is the end of both arms.
    this.#addBranches(1);
    const result = this.#popFrame();
    this.#pushFrame(OP.else, result);
  }

  #end(): void {
    const kind = this.#frameKind[this.#depth];
    this.#flow.close(this.#depth);
    const result = this.#popFrame();
    // An if without else must leave the stack as it found it.
    if (kind === OP.if && result !== NO_RESULT) throw this.#mismatch();
    if (result !== NO_RESULT && this.#depth >= 0) this.#push(result);
  }

  #branch(op: number): void {
    if (op === OP.brTable) {
      this.#brTable();
      return;
    }
    this.#addBranches(1);
    const type = this.#branchTo(op === OP.return ? this.#depth : this.#reader.u32());
    if (op === OP.brIf) this.#pop(I32);
    if (type !== NO_RESULT) this.#pop(type);
    if (op !== OP.brIf) this.#dead();
    else if (type !== NO_RESULT) this.#push(type);
  }

  #brTable(): void {
    const reader = this.#reader;
    const count = reader.count(this.#limits.branches, "br_table targets");
    this.#addBranches(count + 1);
    this.#pop(I32);
    const from = reader.at;
    for (let i = 0; i < count; i++) reader.u32();
    const type = this.#branchTo(reader.u32());
    const after = reader.at;
    reader.at = from;
    for (let i = 0; i < count; i++) {
      if (this.#branchTo(reader.u32()) !== type) throw reader.fail("invalid", "br_table labels of different types");
    }
    reader.at = after;
    if (type !== NO_RESULT) this.#pop(type);
    this.#dead();
  }

  #call(op: number): void {
    const reader = this.#reader;
    const scope = this.#scope;
    this.#hasCalls = true;
    const index = reader.u32();
    let type: FunctionType | undefined;
    if (op === OP.call) {
      type = scope.types[scope.functionTypes[index] ?? -1];
      if (type === undefined) throw reader.fail("invalid", "unknown function");
    } else {
      if (reader.byte() !== 0) throw reader.fail("malformed", nonZeroText(op));
      if (!scope.hasTable) throw reader.fail("invalid", "unknown table");
      type = scope.types[index];
      if (type === undefined) throw reader.fail("invalid", "unknown type");
      this.#pop(I32);
    }
    this.#popMany(type.params);
    const result = type.results[0];
    if (result !== undefined) this.#push(result);
  }
}
