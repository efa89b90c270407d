// SPDX-License-Identifier: Apache-2.0
import { I32, I64, type ValueType } from "./types.ts";

/** Opcodes of the structure of code (WebAssembly 1.0, section 5.4). */
export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Load: 0x28,
  i64Store32: 0x3e,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
} as const;

/** The immediate after an opcode in the code of an accepted module. */
export const IMMEDIATE = {
  /** Not accepted: no code of a checked module contains it. */
  refused: 0,
  none: 1,
  /** One LEB128 integer of any kind. */
  leb: 2,
  /** Alignment and offset. */
  memarg: 3,
  blockType: 4,
  brTable: 5,
  /** Type index and a zero byte. */
  callIndirect: 6,
  /** The zero byte of memory.size and memory.grow. */
  zero: 7,
} as const;

/** Immediate kind by opcode. */
export const IMMEDIATES: Uint8Array = new Uint8Array(256);

/**
 * Operand type, operand count and result type of the plain numeric instructions, by opcode; 0 for
 * other opcodes.
 */
export const NUMERIC_OPERAND: Uint8Array = new Uint8Array(256);
export const NUMERIC_COUNT: Uint8Array = new Uint8Array(256);
export const NUMERIC_RESULT: Uint8Array = new Uint8Array(256);

/** Value type and log2 of the natural alignment of loads and stores, by opcode. */
export const ACCESS_TYPE: Uint8Array = new Uint8Array(256);
export const ACCESS_ALIGN: Uint8Array = new Uint8Array(256);

/** 1 for the float opcodes of WebAssembly 1.0, and for the prefix of the saturating conversions. */
export const FLOAT: Uint8Array = new Uint8Array(256);

/** First store opcode; loads come before it. */
export const FIRST_STORE = 0x36;

function numeric(from: number, to: number, operand: ValueType, count: number, result: ValueType): void {
  for (let op = from; op <= to; op++) {
    IMMEDIATES[op] = IMMEDIATE.none;
    NUMERIC_OPERAND[op] = operand;
    NUMERIC_COUNT[op] = count;
    NUMERIC_RESULT[op] = result;
  }
}

function access(type: ValueType, log2: number, ...ops: number[]): void {
  for (const op of ops) {
    IMMEDIATES[op] = IMMEDIATE.memarg;
    ACCESS_TYPE[op] = type;
    ACCESS_ALIGN[op] = log2;
  }
}

function floats(...ranges: (readonly [number, number])[]): void {
  for (const [from, to] of ranges) FLOAT.fill(1, from, to + 1);
}

function immediate(kind: number, ...ops: number[]): void {
  for (const op of ops) IMMEDIATES[op] = kind;
}

immediate(IMMEDIATE.none, OP.unreachable, OP.nop, OP.else, OP.end, OP.return, OP.drop, OP.select);
immediate(IMMEDIATE.blockType, OP.block, OP.loop, OP.if);
immediate(IMMEDIATE.leb, OP.br, OP.brIf, OP.call, OP.i32Const, OP.i64Const);
immediate(IMMEDIATE.leb, OP.localGet, OP.localSet, OP.localTee, OP.globalGet, OP.globalSet);
immediate(IMMEDIATE.brTable, OP.brTable);
immediate(IMMEDIATE.callIndirect, OP.callIndirect);
immediate(IMMEDIATE.zero, OP.memorySize, OP.memoryGrow);

numeric(0x45, 0x45, I32, 1, I32); // i32.eqz
numeric(0x46, 0x4f, I32, 2, I32); // i32 comparisons
numeric(0x50, 0x50, I64, 1, I32); // i64.eqz
numeric(0x51, 0x5a, I64, 2, I32); // i64 comparisons
numeric(0x67, 0x69, I32, 1, I32); // clz ctz popcnt
numeric(0x6a, 0x78, I32, 2, I32); // i32 arithmetic
numeric(0x79, 0x7b, I64, 1, I64);
numeric(0x7c, 0x8a, I64, 2, I64); // i64 arithmetic
numeric(0xa7, 0xa7, I64, 1, I32); // i32.wrap_i64
numeric(0xac, 0xad, I32, 1, I64); // i64.extend_i32_s, _u
numeric(0xc0, 0xc1, I32, 1, I32); // sign extension
numeric(0xc2, 0xc4, I64, 1, I64);

access(I32, 2, 0x28, 0x36);
access(I64, 3, 0x29, 0x37);
access(I32, 0, 0x2c, 0x2d, 0x3a);
access(I32, 1, 0x2e, 0x2f, 0x3b);
access(I64, 0, 0x30, 0x31, 0x3c);
access(I64, 1, 0x32, 0x33, 0x3d);
access(I64, 2, 0x34, 0x35, 0x3e);

floats([0x2a, 0x2b], [0x38, 0x39], [0x43, 0x44], [0x5b, 0x66], [0x8b, 0xa6], [0xa8, 0xab], [0xae, 0xbf]);
