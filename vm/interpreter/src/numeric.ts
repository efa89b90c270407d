// SPDX-License-Identifier: Apache-2.0
import { Trap } from "@sotto/engine";

// Semantics of the numeric instructions (WebAssembly 1.0, section 4.3.2), by opcode.
// An i32 is a signed number, an i64 a signed bigint; every function returns one of these.

export type Value = number | bigint;

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const bool = (condition: boolean): number => (condition ? 1 : 0);
const MIN_I32 = -0x80000000;
const MIN_I64 = -(2n ** 63n);

function ones(value: bigint): number {
  let count = 0;
  for (let rest = value; rest !== 0n; rest >>= 1n) count += Number(rest & 1n);
  return count;
}

/** Zeros before the first one from the top; `value` is unsigned and has `width` bits. */
function leadingZeros(value: bigint, width: number): number {
  let count = 0;
  while (count < width && ((value >> BigInt(width - 1 - count)) & 1n) === 0n) count++;
  return count;
}

function trailingZeros(value: bigint, width: number): number {
  let count = 0;
  while (count < width && ((value >> BigInt(count)) & 1n) === 0n) count++;
  return count;
}

function rotateLeft(value: bigint, count: bigint, width: bigint): bigint {
  const by = count % width;
  return (value << by) | (value >> (width - by));
}

function divide32(a: number, b: number): number {
  if (b === 0) throw new Trap("divideByZero");
  if (a === MIN_I32 && b === -1) throw new Trap("integerOverflow");
  return Math.trunc(a / b) | 0;
}

function divideUnsigned32(a: number, b: number): number {
  if (b === 0) throw new Trap("divideByZero");
  return Math.floor((a >>> 0) / (b >>> 0)) | 0;
}

function remainder32(a: number, b: number): number {
  if (b === 0) throw new Trap("divideByZero");
  return (a % b) | 0;
}

function remainderUnsigned32(a: number, b: number): number {
  if (b === 0) throw new Trap("divideByZero");
  return ((a >>> 0) % (b >>> 0)) | 0;
}

function divide64(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Trap("divideByZero");
  if (a === MIN_I64 && b === -1n) throw new Trap("integerOverflow");
  return a / b;
}

function divideUnsigned64(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Trap("divideByZero");
  return wrap(unsigned(a) / unsigned(b));
}

function remainder64(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Trap("divideByZero");
  return a % b;
}

function remainderUnsigned64(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Trap("divideByZero");
  return wrap(unsigned(a) % unsigned(b));
}

const u32 = (value: number): bigint => BigInt(value >>> 0);
const i32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

const binary32: readonly (readonly [number, (a: number, b: number) => number])[] = [
  [0x46, (a, b) => bool(a === b)],
  [0x47, (a, b) => bool(a !== b)],
  [0x48, (a, b) => bool(a < b)],
  [0x49, (a, b) => bool(a >>> 0 < b >>> 0)],
  [0x4a, (a, b) => bool(a > b)],
  [0x4b, (a, b) => bool(a >>> 0 > b >>> 0)],
  [0x4c, (a, b) => bool(a <= b)],
  [0x4d, (a, b) => bool(a >>> 0 <= b >>> 0)],
  [0x4e, (a, b) => bool(a >= b)],
  [0x4f, (a, b) => bool(a >>> 0 >= b >>> 0)],
  [0x6a, (a, b) => (a + b) | 0],
  [0x6b, (a, b) => (a - b) | 0],
  [0x6c, (a, b) => i32(BigInt(a) * BigInt(b))],
  [0x6d, divide32],
  [0x6e, divideUnsigned32],
  [0x6f, remainder32],
  [0x70, remainderUnsigned32],
  [0x71, (a, b) => a & b],
  [0x72, (a, b) => a | b],
  [0x73, (a, b) => a ^ b],
  [0x74, (a, b) => a << (b & 31)],
  [0x75, (a, b) => a >> (b & 31)],
  [0x76, (a, b) => (a >>> (b & 31)) | 0],
  [0x77, (a, b) => i32(rotateLeft(u32(a), u32(b), 32n))],
  [0x78, (a, b) => i32(rotateLeft(u32(a), 32n - (u32(b) % 32n), 32n))],
];

const binary64: readonly (readonly [number, (a: bigint, b: bigint) => Value])[] = [
  [0x51, (a, b) => bool(a === b)],
  [0x52, (a, b) => bool(a !== b)],
  [0x53, (a, b) => bool(a < b)],
  [0x54, (a, b) => bool(unsigned(a) < unsigned(b))],
  [0x55, (a, b) => bool(a > b)],
  [0x56, (a, b) => bool(unsigned(a) > unsigned(b))],
  [0x57, (a, b) => bool(a <= b)],
  [0x58, (a, b) => bool(unsigned(a) <= unsigned(b))],
  [0x59, (a, b) => bool(a >= b)],
  [0x5a, (a, b) => bool(unsigned(a) >= unsigned(b))],
  [0x7c, (a, b) => wrap(a + b)],
  [0x7d, (a, b) => wrap(a - b)],
  [0x7e, (a, b) => wrap(a * b)],
  [0x7f, divide64],
  [0x80, divideUnsigned64],
  [0x81, remainder64],
  [0x82, remainderUnsigned64],
  [0x83, (a, b) => a & b],
  [0x84, (a, b) => a | b],
  [0x85, (a, b) => a ^ b],
  [0x86, (a, b) => wrap(a << (unsigned(b) % 64n))],
  [0x87, (a, b) => a >> (unsigned(b) % 64n)],
  [0x88, (a, b) => wrap(unsigned(a) >> (unsigned(b) % 64n))],
  [0x89, (a, b) => wrap(rotateLeft(unsigned(a), unsigned(b), 64n))],
  [0x8a, (a, b) => wrap(rotateLeft(unsigned(a), 64n - (unsigned(b) % 64n), 64n))],
];

const unary32: readonly (readonly [number, (a: number) => Value])[] = [
  [0x45, (a) => bool(a === 0)],
  [0x67, (a) => leadingZeros(u32(a), 32)],
  [0x68, (a) => trailingZeros(u32(a), 32)],
  [0x69, (a) => ones(u32(a))],
  [0xac, (a) => BigInt(a)],
  [0xad, (a) => u32(a)],
  [0xc0, (a) => i32(BigInt.asIntN(8, BigInt(a)))],
  [0xc1, (a) => i32(BigInt.asIntN(16, BigInt(a)))],
];

const unary64: readonly (readonly [number, (a: bigint) => Value])[] = [
  [0x50, (a) => bool(a === 0n)],
  [0x79, (a) => BigInt(leadingZeros(unsigned(a), 64))],
  [0x7a, (a) => BigInt(trailingZeros(unsigned(a), 64))],
  [0x7b, (a) => BigInt(ones(unsigned(a)))],
  [0xa7, i32],
  [0xc2, (a) => BigInt.asIntN(8, a)],
  [0xc3, (a) => BigInt.asIntN(16, a)],
  [0xc4, (a) => BigInt.asIntN(32, a)],
];

// The validator has verified that operands have the type of the instruction, so the casts hold.
export const UNARY: ReadonlyMap<number, (a: Value) => Value> = new Map([...unary32, ...unary64] as (readonly [
  number,
  (a: Value) => Value,
])[]);
export const BINARY: ReadonlyMap<number, (a: Value, b: Value) => Value> = new Map([
  ...binary32,
  ...binary64,
] as (readonly [number, (a: Value, b: Value) => Value])[]);

export interface Access {
  readonly bytes: number;
  readonly isSigned: boolean;
  readonly is64: boolean;
}

const access = (bytes: number, isSigned: boolean, is64: boolean): Access => ({ bytes, isSigned, is64 });

/** Loads and stores by opcode. */
export const LOADS: ReadonlyMap<number, Access> = new Map([
  [0x28, access(4, true, false)],
  [0x29, access(8, true, true)],
  [0x2c, access(1, true, false)],
  [0x2d, access(1, false, false)],
  [0x2e, access(2, true, false)],
  [0x2f, access(2, false, false)],
  [0x30, access(1, true, true)],
  [0x31, access(1, false, true)],
  [0x32, access(2, true, true)],
  [0x33, access(2, false, true)],
  [0x34, access(4, true, true)],
  [0x35, access(4, false, true)],
]);
export const STORES: ReadonlyMap<number, number> = new Map([
  [0x36, 4],
  [0x37, 8],
  [0x3a, 1],
  [0x3b, 2],
  [0x3c, 1],
  [0x3d, 2],
  [0x3e, 4],
]);
