// SPDX-License-Identifier: Apache-2.0
import { type CheckedModule, type FunctionBody, type FunctionType, I64, OP } from "@sotto/check";
import { assert } from "@sotto/errors";
import { BINARY, LOADS, STORES, UNARY, type Value } from "./numeric.ts";
import { GAS_PER_INSTRUCTION, STACK_PER_CALL, STACK_PER_CODE_BYTE, STACK_PER_SLOT } from "./rules.ts";

export interface Instruction {
  readonly op: number;
  /** Index, label, memory offset or i32 constant. */
  readonly a: number;
  readonly i64: bigint;
  /** Labels of br_table, the default last. */
  readonly labels: readonly number[];
  /** 1 when a block leaves a value. */
  readonly arity: number;
  /** Position of the matching end of a block, loop, if or else. */
  end: number;
  /** Position of the else of an if, or -1. */
  otherwise: number;
  /** Gas of the sequence that begins after a block, loop, if or else. */
  cost: number;
}

export interface FunctionCode {
  readonly type: FunctionType;
  /** First values of the declared locals. */
  readonly locals: readonly Value[];
  readonly instructions: readonly Instruction[];
  readonly cost: number;
  /** Stack charge of a call. */
  readonly stack: number;
}

const BLOCK_EMPTY = 0x40;

/** Turns a body into a list of instructions with every block's end, else and price beside it. */
export function decodeFunction(module: CheckedModule, body: FunctionBody): FunctionCode {
  const type = module.types[body.type] as FunctionType;
  const instructions = readInstructions(module.bytes, body.codeStart, body.codeEnd);
  match(instructions);
  for (const [at, instruction] of instructions.entries()) {
    if (opensSequence(instruction.op)) instruction.cost = sequenceCost(instructions, at + 1);
  }
  const locals: Value[] = [];
  for (const group of body.locals) {
    for (let i = 0; i < group.count; i++) locals.push(group.type === I64 ? 0n : 0);
  }
  const slots = type.params.length + locals.length + body.maxHeight;
  const code = body.codeEnd - body.codeStart;
  const stack = STACK_PER_CALL + slots * STACK_PER_SLOT + code * STACK_PER_CODE_BYTE;
  return { type, locals, instructions, cost: sequenceCost(instructions, 0), stack };
}

const isBlock = (op: number): boolean => op === OP.block || op === OP.loop || op === OP.if;
const opensSequence = (op: number): boolean => isBlock(op) || op === OP.else;
const isFinal = (op: number): boolean => op === OP.unreachable || op === OP.br || op === OP.brTable || op === OP.return;

/**
 * Price of the instructions directly in one sequence, up to the first that never continues. A
 * nested block counts as one instruction, `nop` as none; `end` and `else` are punctuation.
 */
function sequenceCost(instructions: readonly Instruction[], from: number): number {
  let count = 0;
  let at = from;
  for (;;) {
    const { op, end } = instructions[at] as Instruction;
    if (op === OP.end || op === OP.else) break;
    if (op !== OP.nop) count++;
    if (isFinal(op)) break;
    at = isBlock(op) ? end + 1 : at + 1;
  }
  return count * GAS_PER_INSTRUCTION;
}

function match(instructions: readonly Instruction[]): void {
  const open: Instruction[] = [];
  for (const [at, instruction] of instructions.entries()) {
    if (isBlock(instruction.op)) open.push(instruction);
    else if (instruction.op === OP.else) {
      const opener = open.at(-1) as Instruction;
      opener.otherwise = at;
      open.push(instruction);
    } else if (instruction.op === OP.end) {
      const opener = open.pop();
      if (opener === undefined) continue;
      opener.end = at;
      if (opener.op === OP.else) (open.pop() as Instruction).end = at;
    }
  }
}

class Cursor {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.#bytes[this.at++] as number;
  }

  unsigned(): number {
    return Number(BigInt.asUintN(32, this.#leb().value));
  }

  signed(width: number): bigint {
    const { value, bits } = this.#leb();
    return BigInt.asIntN(width, BigInt.asIntN(bits, value));
  }

  #leb(): { value: bigint; bits: number } {
    let value = 0n;
    let bits = 0;
    for (;;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(bits);
      bits += 7;
      if (byte < 0x80) return { value, bits };
    }
  }
}

function readInstructions(bytes: Uint8Array, start: number, end: number): Instruction[] {
  const cursor = new Cursor(bytes, start);
  const out: Instruction[] = [];
  while (cursor.at < end) out.push(readInstruction(cursor));
  return out;
}

function readInstruction(cursor: Cursor): Instruction {
  const op = cursor.byte();
  const plain = { op, a: 0, i64: 0n, labels: [], arity: 0, end: -1, otherwise: -1, cost: 0 };
  if (isBlock(op)) return { ...plain, arity: cursor.byte() === BLOCK_EMPTY ? 0 : 1 };
  if (op === OP.i32Const) return { ...plain, a: Number(cursor.signed(32)) };
  if (op === OP.i64Const) return { ...plain, i64: cursor.signed(64) };
  if (op === OP.brTable) {
    const count = cursor.unsigned();
    return { ...plain, labels: Array.from({ length: count + 1 }, () => cursor.unsigned()) };
  }
  if (op === OP.callIndirect) {
    const a = cursor.unsigned();
    cursor.byte();
    return { ...plain, a };
  }
  if (LOADS.has(op) || STORES.has(op)) {
    cursor.unsigned();
    return { ...plain, a: cursor.unsigned() };
  }
  if (op === OP.memorySize || op === OP.memoryGrow) {
    cursor.byte();
    return plain;
  }
  if (op === OP.br || op === OP.brIf || op === OP.call || (op >= OP.localGet && op <= OP.globalSet)) {
    return { ...plain, a: cursor.unsigned() };
  }
  assert(UNARY.has(op) || BINARY.has(op) || BARE.has(op), "an opcode that no checked module has");
  return plain;
}

const BARE: ReadonlySet<number> = new Set([OP.unreachable, OP.nop, OP.else, OP.end, OP.return, OP.drop, OP.select]);
